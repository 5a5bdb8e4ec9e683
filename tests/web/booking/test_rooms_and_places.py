"""A booking takes its host and its room; a group takes them once, however many come."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.web.booking.test_booking import NINE_TOMORROW, NOW, booked, free_at, hold
from tillit_web.booking import actions, taking
from tillit_web.booking.models import Booking, Kind, Occasion, Place, Room, TakenStep
from tillit_web.booking.queries import free_times, instant, micros, slots_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def car(kind: Kind) -> Room:
    """One car for two hosts."""
    made = Room.objects.create(name="The car")
    kind.rooms.add(made)
    return made


@pytest.fixture
def course(kind: Kind) -> Kind:
    """Three customers at once, with one of the same two hosts."""
    made = Kind.objects.create(
        slug="course", language="en", name="A course", where="Lund", minutes=60, every=60, places=3
    )
    made.hosts.set(kind.hosts.all())
    return made


def starts_of(kind: Kind, room: Room | None = None) -> list[datetime]:
    first = micros(NINE_TOMORROW)
    return [instant(slot.starts) for slot in slots_of(kind, first=first, last=first + 10**10, now=NOW, room=room)]


def test_a_room_is_taken_once_though_two_hosts_are_free(kind: Kind, car: Room) -> None:
    made = hold(kind)
    assert made.room == car
    with pytest.raises(actions.NotFree):
        hold(kind)
    assert free_at(kind, NINE_TOMORROW + timedelta(minutes=60)) == 2
    actions.cancel(made, now=NOW)
    assert hold(kind).room == car


def test_of_two_rooms_the_customer_may_choose(kind: Kind, car: Room) -> None:
    other = Room.objects.create(name="The other car")
    kind.rooms.add(other)
    made = actions.hold(kind, NINE_TOMORROW, network="", language="en", now=NOW, room=other)
    assert made.room == other
    with pytest.raises(actions.NotFree):
        actions.hold(kind, NINE_TOMORROW, network="", language="en", now=NOW, room=other)
    assert NINE_TOMORROW not in starts_of(kind, other)
    assert NINE_TOMORROW in starts_of(kind, car)
    assert hold(kind).room == car


def test_a_room_that_is_closed_or_away_is_not_offered(kind: Kind, car: Room) -> None:
    car.hours = "tue 09:00-09:30"
    car.save()
    assert starts_of(kind) == [NINE_TOMORROW]
    car.is_active = False
    car.save()
    assert starts_of(kind) == []


def test_a_room_shared_by_two_kinds_is_taken_for_both(kind: Kind, course: Kind, car: Room) -> None:
    course.rooms.add(car)
    hold(kind)
    assert NINE_TOMORROW not in starts_of(course)


def test_the_database_keeps_a_room_from_two_meetings(kind: Kind, car: Room) -> None:
    hold(kind)
    _ada, bo = kind.hosts.order_by("pk")
    other = Occasion.objects.create(kind=kind, host=bo, room=car, starts_at=NINE_TOMORROW)
    step = TakenStep.objects.filter(room=car).values_list("step", flat=True)[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        TakenStep.objects.create(occasion=other, host=bo, room=car, step=step)
    TakenStep.objects.create(occasion=other, host=bo, step=step)  # without the room there is no conflict


def test_a_group_fills_one_meeting_before_it_takes_another_host(course: Kind) -> None:
    hosts = [hold(course).host_id for _ in range(3)]
    assert len(set(hosts)) == 1
    assert Occasion.objects.count() == 1
    others = {hold(course).host_id for _ in range(3)}
    assert others.isdisjoint(hosts)
    with pytest.raises(actions.NotFree):
        hold(course)
    assert TakenStep.objects.count() == 2 * 12


def test_the_database_keeps_the_number_of_places(course: Kind) -> None:
    made = [hold(course) for _ in range(3)]
    with pytest.raises(IntegrityError), transaction.atomic():
        Booking.objects.create(
            kind=course,
            host=made[0].host,
            starts_at=NINE_TOMORROW,
            language="en",
            changed_at=NOW,
            place=made[2].place,
        )
    meeting = Occasion.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Place.objects.create(occasion=meeting, number=2)


def test_a_place_given_back_is_the_next_customers_and_the_last_gives_back_the_time(kind: Kind, course: Kind) -> None:
    first, second = hold(course), hold(course)
    with pytest.raises(actions.NotFree):
        [hold(kind) for _ in range(2)]  # one of the two hosts has the course
    actions.cancel(first, now=NOW)
    assert Occasion.objects.filter(kind=course).count() == 1
    assert hold(course).host_id == second.host_id
    for row in Booking.objects.filter(kind=course):
        actions.cancel(row, now=NOW)
    assert not Occasion.objects.filter(kind=course).exists()


def test_a_move_within_a_group_takes_a_place_in_the_other(course: Kind) -> None:
    made, _ = booked(course), booked(course)
    later = NINE_TOMORROW + timedelta(hours=2)
    moved = actions.move(made, later, now=NOW)
    assert moved.place is not None
    assert moved.place.occasion.starts_at == later
    assert Occasion.objects.count() == 2


def test_a_customer_who_is_erased_leaves_the_others_their_meeting(course: Kind) -> None:
    first, second = booked(course), booked(course)
    first.delete()
    taking.free_what_nobody_has()
    assert Occasion.objects.get().places.filter(booking=second).exists()
    second.delete()
    taking.free_what_nobody_has()
    assert not TakenStep.objects.exists()


def test_fairness_counts_meetings_and_not_those_who_came(kind: Kind, course: Kind) -> None:
    taught = {hold(course).host_id for _ in range(3)}
    later = NINE_TOMORROW + timedelta(hours=3)
    assert {hold(kind, later).host_id}.isdisjoint(taught)
    first = hold(kind, later + timedelta(hours=2)).host_id  # both have one meeting: the first of them
    assert first == min(course.hosts.values_list("pk", flat=True))


def test_times_for_a_skill_can_all_be_kept(kind: Kind) -> None:
    assert free_times("roofs", micros(NOW)) == ()
    kind.skill, kind.every, kind.after = "roofs", 15, 15
    kind.save()
    hold(kind)
    times = free_times("roofs", micros(NOW))
    day = [at for at in times if instant(at).date() == NINE_TOMORROW.date()]
    # Ada from 9 to 17 without what was held, Bo all day: 45 minutes each, the last start at 16:30.
    assert len(day) == 10 + 11
    for at in day:
        hold(kind, instant(at))
    assert all(instant(at).date() != NINE_TOMORROW.date() for at in free_times("roofs", micros(NOW)))
