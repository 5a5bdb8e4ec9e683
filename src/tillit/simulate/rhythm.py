"""When things happen at Exempelbutiken: opening hours, evenings at the screen, and how long each step takes.

All of it in Stockholm's local time, so that the night of the clock change is an hour shorter here too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

ZONE = ZoneInfo("Europe/Stockholm")
SECOND, MINUTE, HOUR, DAY = 1, 60, 3600, 86_400

# Opening hours, Monday to Sunday; None is closed.
Week = tuple[tuple[int, int] | None, ...]
OFFICE_HOURS: Week = ((9, 17),) * 5 + (None, None)
SHOP_HOURS: Week = ((10, 19),) * 5 + ((10, 16), (11, 16))
DELIVERY_HOURS: Week = ((8, 20),) * 6 + (None,)

# How much of a day's screen time falls in each hour: little at night, a lunch break, long evenings.
_SCREEN = (1, 1, 0.5, 0.3, 0.3, 0.6, 2, 4, 5, 5, 6, 7, 8, 6, 5, 5, 6, 7, 8, 11, 13, 12, 8, 4)
SCREEN_HOURS = np.cumsum(np.array(_SCREEN) / sum(_SCREEN))


@dataclass(frozen=True, slots=True)
class Wait:
    """How long until the next step: log-normal, then moved into the hours in which it can happen at all."""

    median_seconds: float
    spread: float
    hours: Week | None = None  # None: any hour, as the delay says
    screen: bool = False  # an hour drawn from the day's screen time


IN_SESSION = Wait(45 * SECOND, 1.0)
NEXT_SESSION = Wait(30 * HOUR, 0.9, screen=True)
SAME_SESSION_SHARE = 0.72  # of steps from screen to screen

WEB = frozenset(
    {
        "ad_clicked",
        "email_clicked",
        "page_viewed",
        "products_searched",
        "product_viewed",
        "products_compared",
        "product_added",
        "total_price_viewed",
        "out_of_stock_seen",
        "login_asked",
        "logged_in",
        "contact_viewed",
        "checkout_started",
        "payment_info_entered",
        "product_reviewed",
    }
)

LEFT_FOR_GOOD = frozenset({"checkout_started", "total_price_viewed", "login_asked"})

# Until this activity happens, whatever came before it.
WAITS: Mapping[str, Wait] = {
    "store_visited": Wait(2.0 * DAY, 0.8, SHOP_HOURS),
    "question_asked": Wait(20 * MINUTE, 1.0),
    "call_booked": Wait(30 * MINUTE, 1.0),
    "call_held": Wait(2.2 * DAY, 0.5, OFFICE_HOURS),
    "quote_requested": Wait(1 * HOUR, 0.8),
    "quote_sent": Wait(1.6 * DAY, 0.6, OFFICE_HOURS),
    "order_shipped": Wait(20 * HOUR, 0.4, OFFICE_HOURS),
    "ticket_opened": Wait(4 * DAY, 0.8),
    "ticket_answered": Wait(9 * HOUR, 0.8, OFFICE_HOURS),
    "complaint_made": Wait(1.2 * DAY, 0.7),
    "order_returned": Wait(6 * DAY, 0.5, SHOP_HOURS),
    "product_reviewed": Wait(9 * DAY, 0.6, screen=True),
}
ANSWER_BY_MAIL = Wait(34 * HOUR, 0.35, OFFICE_HOURS)
ANSWER_QUICK = Wait(6 * MINUTE, 0.8)
DELIVERY_ON_TIME = Wait(1.6 * DAY, 0.25, DELIVERY_HOURS)
DELIVERY_LATE = Wait(7.5 * DAY, 0.2, DELIVERY_HOURS)
ORDER_AT_THE_COUNTER = Wait(18 * MINUTE, 0.5)
ORDER_IN_THE_CHECKOUT = Wait(70 * SECOND, 0.6)
ORDER_AFTER_A_QUOTE = Wait(3.0 * DAY, 0.7, OFFICE_HOURS)


def after(moment: int, wait: Wait, rng: np.random.Generator) -> int:
    """A time after `moment`, in whole seconds since 1970 UTC, that `wait` allows."""
    later = moment + max(1, round(wait.median_seconds * float(np.exp(wait.spread * rng.standard_normal()))))
    if wait.screen:
        return max(moment + 1, at_a_screen(later, rng))
    if wait.hours is not None:
        return into_hours(later, wait.hours, rng)
    return later


def at_a_screen(moment: int, rng: np.random.Generator) -> int:
    """The same local day, at an hour when people sit at a screen."""
    day = datetime.fromtimestamp(moment, ZONE).date()
    hour = int(np.searchsorted(SCREEN_HOURS, rng.random()))
    return local(day, hour * HOUR + int(rng.integers(HOUR)))


def into_hours(moment: int, hours: Week, rng: np.random.Generator) -> int:
    """The moment itself if it is within the hours, else a moment in the next opening."""
    here = datetime.fromtimestamp(moment, ZONE)
    day, seconds = here.date(), here.hour * HOUR + here.minute * MINUTE + here.second
    while (opening := hours[day.weekday()]) is None or seconds >= opening[1] * HOUR:
        day, seconds = day + timedelta(days=1), 0
    if seconds >= opening[0] * HOUR:
        return moment
    first_half = (opening[1] - opening[0]) * HOUR // 2  # what waited overnight is met early in the day
    return local(day, opening[0] * HOUR + int(rng.integers(first_half)))


def local(day: date, seconds: int) -> int:
    """Seconds since 1970 UTC of a local clock reading; one that the spring change skips is read as the hour after."""
    reading = datetime.combine(day, time(), ZONE) + timedelta(seconds=seconds)
    return int(reading.astimezone(UTC).timestamp())
