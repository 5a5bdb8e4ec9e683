"""Which clock a time of a booking is on: the company's by its city, and the customer's own where that is another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel.core import Locale, get_global
from babel.dates import get_timezone_location
from django.utils import timezone
from django.utils.translation import gettext as _

from tillit_web.people.queries import company
from tillit_web.ui.templatetags.tillit import local_time, reader_locale

LONGEST_ZONE = 40  # letters that a booking has room for


def place_of(zone: str) -> str:
    """How people call where a clock is, in the reader's language: "Stockholm"; its own name where it is no city's."""
    return _city_of(zone, reader_locale()) if zone in _cities() else zone


def is_other_clock(zone: str, at: datetime) -> bool:
    """Whether a zone's clock shows another time than ours at a moment; False for "", and for one that is no city's."""
    return zone in _cities() and at.astimezone(ZoneInfo(zone)).utcoffset() != _ours(at).utcoffset()


def on_clocks(at: datetime, zone: str, form: str = "medium") -> str:
    """A moment with the place whose clock it is on, and on the customer's own where that shows another time.

    Args:
        zone: The customer's, as they chose it; "" where they chose none.
        form: Of `local_time`, for the company's clock. The other one says the day only where it is another day.

    Returns:
        "3 Nov 2026 15:00 in Stockholm, 14:00 in London".
    """
    said = [_on(at, company().timezone, form)]
    if is_other_clock(zone, at):
        is_same_day = at.astimezone(ZoneInfo(zone)).date() == _ours(at).date()
        said.append(_on(at, zone, "clock" if is_same_day else "short"))
    return ", ".join(said)


def zones() -> Iterator[tuple[str, str]]:
    """The zones of cities, each with its name in the reader's language: ("Europe/London", "London, United Kingdom")."""
    yield from _zones(reader_locale())


def _on(at: datetime, zone: str, form: str) -> str:
    with timezone.override(ZoneInfo(zone)):
        return _("%(when)s in %(place)s") % {"when": local_time(at, form), "place": place_of(zone)}


def _city_of(zone: str, locale: Locale) -> str:
    city: str = get_timezone_location(zone, locale=locale, return_city=True)
    return city.rpartition("/")[2]


def _ours(at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(company().timezone))


@lru_cache
def _zones(locale: Locale) -> tuple[tuple[str, str], ...]:
    named = (
        (zone, f"{_city_of(zone, locale)}, {locale.territories.get(land, land)}") for zone, land in _cities().items()
    )
    return tuple(sorted(named, key=lambda one: one[1].casefold()))


@lru_cache
def _cities() -> dict[str, str]:
    """The country of each zone that is a city's: not UTC, and no second name of one that has another."""
    known = available_timezones()
    lands: dict[str, str] = get_global("zone_territories")  # type: ignore[assignment]
    return {zone: land for zone, land in lands.items() if zone in known and land not in ("001", "ZZ")}
