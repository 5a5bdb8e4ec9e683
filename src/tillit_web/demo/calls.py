"""The demo's calls: booked, held, rung in vain and called back; one offer accepted in writing, and one that waits."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

from tillit_web.booking.models import Booking
from tillit_web.calls import actions, offers, publishing
from tillit_web.calls.actions import Noted, Told
from tillit_web.calls.models import Call, Offer
from tillit_web.collect.sealing import seal_all
from tillit_web.people.models import User

BETWEEN = timedelta(minutes=2)  # two calls of somebody who rings again


def make_calls(now: datetime, *, colleague: User) -> None:
    """Hold the calls of `written/calls.toml`, plan those that were booked, and have the next build know of them.

    Args:
        colleague: Who writes down what was said.
    """
    read = tomllib.loads(files("tillit_web.demo").joinpath("written/calls.toml").read_text(encoding="utf-8"))
    made = [(one, _miss) for one in read["missed"]] + [(one, _hold) for one in read["call"]]
    for one, happen in sorted(made, key=lambda each: -each[0]["hours_ago"]):
        happen(one, now - timedelta(hours=one["hours_ago"]), colleague)
    for booking in Booking.objects.filter(state=Booking.State.CONFIRMED).exclude(phone="").exclude(wishes=""):
        actions.plan_booked(booking, about=booking.wishes, now=now)
    publishing.publish(now=now)
    seal_all()


def _miss(one: dict[str, Any], at: datetime, _colleague: User) -> None:
    for number in range(one["times"]):
        rang_at = at + number * BETWEEN
        told = Told("telephone", f"demo {rang_at:%Y%m%dT%H%M}", Call.Direction.IN, rang_at, one["phone"], False, 0)
        actions.hear(told, now=rang_at)


def _hold(one: dict[str, Any], at: datetime, colleague: User) -> None:
    call = actions.note_call(
        Noted(
            direction=one["direction"],
            started_at=at,
            is_answered=True,
            phone=one["phone"],
            name=one["name"],
            said=one["said"],
            promised=one.get("promised", ""),
            promised_at=at + timedelta(hours=one["promised_in_hours"]) if "promised" in one else None,
            offered=one["offered"],
            price_minor=one["price_minor"],
            is_settled=True,
        ),
        by=colleague,
        language="sv",
        now=at + timedelta(seconds=one["seconds"]),
    )
    Call.objects.filter(pk=call.pk).update(seconds=one["seconds"])
    if "accepted_as" in one:
        accepted_at = at + timedelta(hours=1)
        offers.accept(call.offer, name=one["accepted_as"], where=Offer.Where.LINK, now=accepted_at)
