"""What became of bookings reaches the log of events, once, about nobody in particular."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.web.booking.test_booking import NINE_TOMORROW, NOW, booked, hold
from tillit.events.hot import HotEvent, unpack
from tillit.events.key import read_or_create_key
from tillit.events.subject import subject_of
from tillit.vocabulary import IdentifierKind
from tillit_web.booking import actions
from tillit_web.booking.models import Booking, Kind
from tillit_web.booking.publishing import SETTLED, publish
from tillit_web.booking.queries import micros
from tillit_web.collect.queries import storage

pytestmark = pytest.mark.django_db
LATER = NINE_TOMORROW + SETTLED + timedelta(hours=3)


def told() -> list[HotEvent]:
    with storage() as opened:
        return [unpack(row.event) for row in opened.unsealed(after=0, limit=100)]


def said() -> list[tuple[str, int]]:
    return [(event.activity, event.occurred_at) for event in told()]


def test_a_call_is_booked_and_then_held_or_missed(kind: Kind) -> None:
    came, missed = booked(kind), booked(kind)
    assert publish(now=NOW) == 2
    assert publish(now=NOW) == 0
    actions.nobody_came(missed, missed=True, now=NINE_TOMORROW + timedelta(hours=1))
    assert publish(now=NINE_TOMORROW + timedelta(hours=2)) == 0  # it may still be taken back
    assert publish(now=LATER) == 2
    assert publish(now=LATER) == 0
    booked_at, met_at = micros(NOW), micros(NINE_TOMORROW)
    assert sorted(said()) == [
        ("call_booked", booked_at),
        ("call_booked", booked_at),
        ("call_held", met_at),
        ("call_missed", met_at),
    ]
    assert {event.actor for event in told() if event.activity == "call_missed"} == {"person"}  # they did not ring
    assert set(Booking.objects.values_list("pk", "told")) == {(row.pk, Booking.Told.ENDED) for row in (came, missed)}


def test_holds_and_cancelled_bookings_were_no_calls(kind: Kind) -> None:
    hold(kind)
    gone = booked(kind)
    publish(now=NOW)
    actions.cancel(gone, now=NOW)
    actions.end_holds(LATER)
    publish(now=LATER)
    assert [activity for activity, _ in said()] == ["call_booked"]


def test_killed_between_log_and_mark_it_counts_once(kind: Kind) -> None:
    booked(kind)
    publish(now=NOW)
    Booking.objects.update(told=Booking.Told.NOTHING)
    publish(now=NOW + timedelta(minutes=1))
    assert [activity for activity, _ in said()] == ["call_booked"]


def test_a_typed_address_writes_into_nobodys_journey(kind: Kind, data_directory: Path) -> None:
    made = booked(kind)
    publish(now=NOW)
    [event] = told()
    key = read_or_create_key(data_directory)
    assert event.subject != subject_of(IdentifierKind.EMAIL, "cy@example.org", key=key)
    assert event.subject == subject_of(IdentifierKind.ANONYMOUS, f"booking {made.uid.hex}", key=key)
    assert event.properties is None
    assert "Ada" not in repr(event)
    assert "Cy" not in repr(event)
