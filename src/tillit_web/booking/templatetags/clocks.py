"""Times of bookings on the company's clock and on the customer's own."""

from __future__ import annotations

from datetime import datetime, tzinfo

from django import template
from django.utils import timezone

from tillit_web.booking import clocks
from tillit_web.ui.templatetags.tillit import local_time

register = template.Library()


@register.filter
def on_clocks(at: datetime, zone: str) -> str:
    """ "15:00 in Stockholm, 14:00 in London"; the second only where the customer chose a zone with another time."""
    return clocks.on_clocks(at, zone, "clock")


@register.filter
def on_clocks_dated(at: datetime, zone: str) -> str:
    """The same with its day."""
    return clocks.on_clocks(at, zone)


@register.filter
def and_theirs(at: datetime, zone: str) -> str:
    """For colleagues: the time on their clock, and on both where the customer's shows another."""
    return clocks.on_clocks(at, zone) if clocks.is_other_clock(zone, at) else local_time(at)


@register.filter
def place(zone: str) -> str:
    """ "Stockholm"."""
    return clocks.place_of(zone)


@register.inclusion_tag("book/own_clock.html")
def own_clock(at: datetime, zone: str = "") -> dict[str, object]:
    """Room for the time where the reader is, which a script fills if their clock shows another; for none chosen."""
    here: tzinfo = timezone.get_current_timezone()
    local = at.astimezone(here)
    offset = local.utcoffset()
    return {
        "at": at.isoformat(),
        "day": local.date().isoformat(),
        "minutes": 0 if offset is None else round(offset.total_seconds() / 60),
        "is_chosen": bool(zone),
    }
