"""Exempelbutiken: customers who run their own buying process, drawn from the table in `way`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from tillit.simulate import rhythm, way

NAME = "Exempelbutiken"
FIRST_DAY = date(2026, 1, 5)  # a Monday; the clocks change on day 83

# Looking at one product after another: how many, as a log-normal times the customer's own engagement.
BURSTS = {"page_viewed": 1.4, "products_searched": 1.2, "product_viewed": 2.2, "products_compared": 1.2}
MOST_IN_A_BURST = 40
ENGAGEMENT_SPREAD = 0.8  # of the log-normal: a few customers look at very much

ENTRY_CHANNELS = {"organic_search": 0.38, "web": 0.30, "referral": 0.12, "social": 0.20}
AD_CHANNELS = {"paid_search": 0.6, "paid_social": 0.4}
CAMPAIGNS = ("vinter", "vår", "sommar")  # by a third of the time each
QUICK_CHANNELS = {"chat": 0.6, "phone": 0.4}


@dataclass(frozen=True, slots=True)
class Customer:
    number: int
    segment: str  # way.HOUSEHOLD or way.OFFICE
    shop: str  # the nearest
    engagement: float


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that truly happened. `need` counts the customer's needs from 1."""

    customer: int
    need: int
    activity: str
    circumstance: str
    at: int  # whole seconds since 1970 UTC
    channel: str
    place: str | None = None
    device: int = 0  # which of the customer's screens; 0 is none
    product: str | None = None
    price_minor: int | None = None  # öre, VAT included; what the product costs, or what was paid
    order: int | None = None
    case: int | None = None  # question, ticket, complaint, call or quote: joins the asking with the answer
    campaign: str | None = None


@dataclass(frozen=True, slots=True)
class Company:
    """Everything that happened from `first_day` for `days` days, in order of time, and to whom."""

    name: str
    first_day: date
    days: int
    customers: tuple[Customer, ...]
    happenings: tuple[Happening, ...]

    @property
    def ends_at(self) -> int:
        return rhythm.local(self.first_day + timedelta(days=self.days), 0)


@dataclass(slots=True)
class _Counters:
    """Numbers that the whole company gives out."""

    order: int = 10_000
    case: int = 500


@dataclass(slots=True)
class _Need:
    """What stays the same, or is remembered, while one need is followed to its end."""

    number: int
    at: int
    screen: str
    device: int
    channel: str
    product: int
    activity: str = way.START
    circumstance: str = way.FIRST
    shop: str = ""
    asked_by: str = ""
    order: int | None = None
    case: int | None = None
    bought: bool = False
    complained: bool = False
    found: list[Happening] = field(default_factory=list)


def simulate(
    rng: np.random.Generator, *, customers: int = 2_000, days: int = 180, first_day: date = FIRST_DAY
) -> Company:
    """Let the customers go their way.

    Args:
        rng: The only source of chance: the same state gives the same company.
        customers: How many people ever had a need.
        days: Length of the period; what would happen later is not seen, as in life.
        first_day: First local day of the period.

    Returns:
        The company with its happenings in order of time. No two of one customer's happen in the same second.
    """
    counters = _Counters()
    ends_at = rhythm.local(first_day + timedelta(days=days), 0)
    people = tuple(_customer(number, rng) for number in range(1, customers + 1))
    happenings: list[Happening] = []
    for person in people:
        happenings.extend(_life(person, rng, counters, first_day, days, ends_at))
    happenings.sort(key=lambda happening: (happening.at, happening.customer))
    return Company(NAME, first_day, days, people, tuple(happenings))


def _customer(number: int, rng: np.random.Generator) -> Customer:
    return Customer(
        number,
        way.OFFICE if rng.random() < way.OFFICE_SHARE else way.HOUSEHOLD,
        draw(way.NEAREST_SHARE, rng),
        float(np.exp(ENGAGEMENT_SPREAD * rng.standard_normal())),
    )


def _life(
    person: Customer, rng: np.random.Generator, counters: _Counters, first_day: date, days: int, ends_at: int
) -> list[Happening]:
    # Needs come evenly, but the last weeks see only beginnings; nobody's first need falls beyond the period.
    begins = first_day + timedelta(days=int(rng.integers(days - 1)))
    at = rhythm.at_a_screen(rhythm.local(begins, 12 * rhythm.HOUR), rng)
    lived: list[Happening] = []
    for number in range(1, 100):
        need = _follow(person, number, at, rng, counters, ends_at, first_day, days)
        lived.extend(need.found)
        again = way.RETURN_SHARE
        if need.bought:
            again = way.REPEAT_SHARE_AFTER_COMPLAINT if need.complained else way.REPEAT_SHARE
        if need.activity != way.STOP or rng.random() >= again:
            break
        gap = way.REPEAT_MEDIAN_DAYS * float(np.exp(way.REPEAT_SPREAD * rng.standard_normal()))
        at = max(need.at + rhythm.DAY, rhythm.at_a_screen(need.at + round(gap * rhythm.DAY), rng))
        if at >= ends_at:
            break
    return lived


def _follow(
    person: Customer,
    number: int,
    at: int,
    rng: np.random.Generator,
    counters: _Counters,
    ends_at: int,
    first_day: date,
    days: int,
) -> _Need:
    """One need from its first step until the customer stops or the period ends (then `activity` is where they were)."""
    screen = way.PHONE if rng.random() < way.PHONE_SHARE else way.DESKTOP
    need = _Need(
        number, at, screen, 1 if screen == way.PHONE else 2, draw(ENTRY_CHANNELS, rng), int(rng.integers(len(PRICES)))
    )
    need.circumstance = way.FIRST if number == 1 else way.AGAIN
    while True:
        nxt = draw(way.WAY[need.activity, need.circumstance], rng)
        if nxt == way.STOP:
            need.activity = way.STOP
            return need
        came_from, need.activity = need.activity, nxt
        previous_circumstance, need.circumstance = need.circumstance, _circumstance(person, need, came_from, rng)
        if came_from != way.START:
            need.at = rhythm.after(need.at, _wait(need, came_from, previous_circumstance, rng), rng)
        elif nxt == "store_visited":
            need.at = rhythm.into_hours(need.at, rhythm.SHOP_HOURS, rng)
        if need.at >= ends_at:
            return need
        _write(person, need, came_from, rng, counters, (first_day, days), ends_at)


def _circumstance(person: Customer, need: _Need, came_from: str, rng: np.random.Generator) -> str:
    match need.activity:
        case "product_viewed":
            return person.segment
        case "store_visited":
            need.shop = person.shop if rng.random() < 0.85 else way.SHOPS[1 - way.SHOPS.index(person.shop)]
            return way.OUT_OF_STOCK if rng.random() < way.OUT_OF_STOCK_SHARE[need.shop] else way.IN_STOCK
        case "question_asked":
            need.asked_by = "mail" if rng.random() < way.BY_MAIL_SHARE else draw(QUICK_CHANNELS, rng)
            return way.BY_MAIL if need.asked_by == "mail" else way.QUICK
        case "question_answered":
            return way.BY_MAIL if need.asked_by == "mail" else way.QUICK
        case "checkout_started" | "contact_viewed":
            return need.screen
        case "total_price_viewed":
            pays_freight = PRICES[need.product] * quantity(person) < way.FREIGHT_FREE_FROM_MINOR
            return way.WITH_FREIGHT if pays_freight else way.FREIGHT_FREE
        case "order_completed":
            return way.CARRIED if came_from == "store_visited" else way.SENT
        case "order_delivered":
            return way.LATE if rng.random() < way.LATE_SHARE[person.shop] else way.ON_TIME
    return way.ANY


def _wait(need: _Need, came_from: str, came_under: str, rng: np.random.Generator) -> rhythm.Wait:
    match need.activity:
        case "question_answered":
            return rhythm.ANSWER_BY_MAIL if came_under == way.BY_MAIL else rhythm.ANSWER_QUICK
        case "order_delivered":
            return rhythm.DELIVERY_LATE if need.circumstance == way.LATE else rhythm.DELIVERY_ON_TIME
        case "order_completed":
            if came_from == "store_visited":
                return rhythm.ORDER_AT_THE_COUNTER
            return rhythm.ORDER_AFTER_A_QUOTE if came_from == "quote_sent" else rhythm.ORDER_IN_THE_CHECKOUT
    if need.activity in rhythm.WAITS:
        return rhythm.WAITS[need.activity]
    # These are not left for another day and come back to: whoever leaves them has stopped.
    if came_from in rhythm.LEFT_FOR_GOOD or (came_from in rhythm.WEB and rng.random() < rhythm.SAME_SESSION_SHARE):
        return rhythm.IN_SESSION
    need.channel = draw(ENTRY_CHANNELS, rng)
    return rhythm.NEXT_SESSION


def _write(
    person: Customer,
    need: _Need,
    came_from: str,
    rng: np.random.Generator,
    counters: _Counters,
    period: tuple[date, int],
    ends_at: int,
) -> None:
    """Note what happened; looking at things may take several, seconds apart."""
    activity = need.activity
    channel, place, campaign, price = need.channel, None, None, None
    if activity == "ad_clicked":
        need.channel = channel = draw(AD_CHANNELS, rng)
        campaign = _campaign(need.at, period)
    elif activity == "email_clicked":
        need.channel = channel = "email"
        campaign = _campaign(need.at, period)
    elif activity == "store_visited":
        channel, place = "store", need.shop
    elif activity in ("question_asked", "question_answered"):
        channel = need.asked_by
    elif activity in ("call_booked", "call_held", "quote_requested"):
        channel = "phone"
    elif activity == "quote_sent":
        channel = "mail"
    elif activity in ("ticket_opened", "ticket_answered", "complaint_made"):
        channel = "support"
    elif activity in ("order_shipped", "order_delivered"):
        channel, place = "delivery", person.shop
    elif activity == "order_returned":
        channel, place = "store", person.shop
    if activity in ("question_asked", "call_booked", "quote_requested", "ticket_opened", "complaint_made"):
        counters.case += 1
        need.case = counters.case
    if activity == "order_completed":
        need.bought = True
        counters.order += 1
        need.order = counters.order
        if came_from == "store_visited":
            channel, place = "store", need.shop
        else:
            channel, place = ("phone" if came_from == "quote_sent" else "web"), person.shop
    need.complained |= activity == "complaint_made"
    of_order = activity.startswith("order_")
    if of_order or activity in ("product_viewed", "product_added", "quote_sent", "total_price_viewed"):
        in_all = of_order or activity in ("quote_sent", "total_price_viewed")
        price = PRICES[need.product] * (quantity(person) if in_all else 1)
    web = activity in rhythm.WEB
    for number in range(_burst(person, activity, rng)):
        if number:
            need.at = rhythm.after(need.at, rhythm.IN_SESSION, rng)
            if need.at >= ends_at:
                return
            need.product = int(rng.integers(len(PRICES)))
            price = PRICES[need.product] if activity == "product_viewed" else price
        need.found.append(
            Happening(
                person.number,
                need.number,
                activity,
                need.circumstance,
                need.at,
                channel,
                place,
                need.device if web else 0,
                product_code(need.product) if activity in ("product_viewed", "product_added") or of_order else None,
                price,
                need.order if of_order else None,
                need.case if activity in CASE_ACTIVITIES else None,
                campaign,
            )
        )


CASE_ACTIVITIES = frozenset(
    {
        "question_asked",
        "question_answered",
        "call_booked",
        "call_held",
        "quote_requested",
        "quote_sent",
        "ticket_opened",
        "ticket_answered",
        "complaint_made",
    }
)

# Forty products from 249 to 14 990 kr, in öre.
PRICES = tuple(round(249 * (14_990 / 249) ** (number / 39) / 10) * 1_000 - 100 for number in range(40))


def product_code(number: int) -> str:
    return f"EX-{number + 1:03}"


def quantity(person: Customer) -> int:
    """How many of a product the customer buys."""
    return 4 if person.segment == way.OFFICE else 1


def _campaign(at: int, period: tuple[date, int]) -> str:
    first_day, days = period
    elapsed = (at - rhythm.local(first_day, 0)) / (days * rhythm.DAY)
    return CAMPAIGNS[min(len(CAMPAIGNS) - 1, int(elapsed * len(CAMPAIGNS)))]


def _burst(person: Customer, activity: str, rng: np.random.Generator) -> int:
    if activity not in BURSTS:
        return 1
    more = BURSTS[activity] * person.engagement * float(np.exp(0.5 * rng.standard_normal())) - 0.5
    return 1 + min(MOST_IN_A_BURST - 1, max(0, int(more)))


def draw(shares: Mapping[str, float], rng: np.random.Generator) -> str:
    """One of the names, each as likely as its share; the last takes what rounding leaves."""
    reached, point = 0.0, rng.random()
    for name, share in shares.items():
        reached += share
        if point < reached:
            return name
    return name
