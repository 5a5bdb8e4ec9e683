"""Staffing minute by minute, promised times by walking them, and the price of a minute in the choice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.meetings.making import DEFAULT
from tillit.errors import QueryError
from tillit.journeys.opening import OpeningHours
from tillit.meetings.actions import Action
from tillit.meetings.capacity import Asked, Declared, Pace, capacity_now, pace_of, price_of
from tillit.meetings.decide import decide
from tillit.meetings.moment import Capacity, Moment
from tillit.meetings.policy import Stakes
from tillit.meetings.staffing import MICROS_PER_MINUTE, Shift, Staffing
from tillit.vocabulary import Errand

STOCKHOLM = ZoneInfo("Europe/Stockholm")
WEEK = OpeningHours.parse("mon-fri 09:00-18:00, sat 10:00-14:00", holidays="SE")
LUNCH = OpeningHours.parse("mon-fri 11:30-13:15")
STAFFING = Staffing(
    (Shift("service", 2, WEEK), Shift("service", 3, LUNCH), Shift("wood", 1, LUNCH)), "Europe/Stockholm"
)
# A Friday before the clocks go back in the night to Sunday.
FRIDAY = datetime(2026, 10, 23, 12, 0, tzinfo=STOCKHOLM)


def micros(at: datetime) -> int:
    return round(at.timestamp() * 1e6)


def slow_people(skill: str, at: datetime) -> int:
    """The same, read off the shifts by hand."""
    local = at.astimezone(STOCKHOLM)
    clock = local.hour * 60 + local.minute
    week = local.weekday() < 5
    if skill == "wood":
        return int(week and 690 <= clock < 795)
    open_now = (week and 540 <= clock < 1080) or (local.weekday() == 5 and 600 <= clock < 840)
    return 2 * open_now + 3 * (week and 690 <= clock < 795)


def test_who_is_at_work_and_how_many_minutes_they_have() -> None:
    first = micros(FRIDAY)
    minutes = range(4 * 24 * 60)
    counts = [slow_people("service", FRIDAY.astimezone(UTC) + timedelta(minutes=minute)) for minute in minutes]
    at_work = [STAFFING.at_work("service", first + minute * MICROS_PER_MINUTE) for minute in minutes]
    assert at_work == counts
    calendar = STAFFING.calendar("service", first, first + len(minutes) * MICROS_PER_MINUTE)
    assert calendar.person_minutes == sum(counts)
    assert calendar.open_minutes == sum(count > 0 for count in counts)


@pytest.mark.parametrize("work", [1, 75, 600, 1500, 2000])
def test_a_time_is_promised_when_the_work_before_it_is_done(work: int) -> None:
    first = micros(FRIDAY)
    done, minute = 0, 0
    while done < work:
        done += slow_people("service", FRIDAY.astimezone(UTC) + timedelta(minutes=minute))
        minute += 1
    promised = STAFFING.calendar("service", first, first + 10**13).when(work)
    assert promised is not None
    assert 0 <= promised / MICROS_PER_MINUTE - (first / MICROS_PER_MINUTE + minute - 1) <= 6, (
        "and in whole five minutes"
    )
    assert promised % (5 * MICROS_PER_MINUTE) == 0


def test_no_time_is_promised_where_nobody_ever_works() -> None:
    first = micros(FRIDAY)
    assert STAFFING.calendar("metal", first, first + 10**12).when(1) is None
    with pytest.raises(QueryError, match="no skill"):
        Shift("Bo Ek", 1, WEEK)
    with pytest.raises(QueryError, match="from 1 to"):
        Shift("wood", 0, WEEK)


CALM = Pace(arrivals_per_hour=2.0, minutes=10.0, waits_seconds=(), price_minor=0.0)
AHEAD = STAFFING.calendar("service", micros(FRIDAY), micros(FRIDAY) + 10**12)
NIGHT = STAFFING.calendar("service", micros(FRIDAY.replace(hour=22)), micros(FRIDAY) + 10**12)


def met(capacity: Capacity, at: datetime) -> tuple[Action, int | None]:
    decision = decide(Moment("ana", micros(at), Errand.REPAIR), DEFAULT, {"service": capacity}, draw=0, decision_id="d")
    return decision.action, decision.promised_at


def test_nobody_is_sent_to_people_who_are_not_there_or_are_full() -> None:
    there = capacity_now(CALM, people=2, in_hand=0, calls=0, ahead=AHEAD)
    assert (there.free, there.wait_seconds) == (2, 0.0)
    assert met(there, FRIDAY) == (Action.PERSON_NOW, None)
    full = capacity_now(CALM, people=2, in_hand=6, calls=0, ahead=AHEAD)
    assert (full.free, full.queue, full.wait_seconds) == (0, 4, 5 * 10 * 60 / 2)
    action, promised = met(full, FRIDAY)
    assert action is Action.BOOKED_CALL, "25 minutes are longer than anyone should wait"
    assert promised == full.next_call_at
    gone = capacity_now(CALM, people=0, in_hand=0, calls=3, ahead=NIGHT)
    assert (gone.free, gone.wait_seconds) == (0, None)
    action, promised = met(gone, FRIDAY.replace(hour=22))
    assert action is Action.BOOKED_CALL
    # Saturday from ten, two people: three calls and this one, ten minutes each, are done at 10:20.
    assert promised == micros(datetime(2026, 10, 24, 10, 20, tzinfo=STOCKHOLM))
    grows = capacity_now(replace(CALM, arrivals_per_hour=20.0), people=2, in_hand=0, calls=0, ahead=AHEAD)
    assert met(grows, FRIDAY)[0] is Action.BOOKED_CALL, "where the queue only grows there is no wait to state"


def test_from_200_measured_waits_on_they_are_what_is_stated() -> None:
    waits = tuple(float(wait) for wait in range(1, 201))
    measured = capacity_now(replace(CALM, waits_seconds=waits), people=2, in_hand=0, calls=0, ahead=AHEAD)
    assert measured.wait_seconds == 160.0
    assert (
        capacity_now(replace(CALM, waits_seconds=waits[1:]), people=2, in_hand=0, calls=0, ahead=AHEAD).wait_seconds
        == 0
    )


CELL = (Errand.CHOOSE, Stakes.HIGH)
ADDS = replace(DEFAULT, adds={CELL: 0.10})  # a tenth of the stake, less 80 kronor for ten minutes


def asked(
    stake_minor: int, *, cell: tuple[Errand, Stakes] = CELL, is_open: bool = True, by_person: bool = True
) -> Asked:
    return Asked(0, "service", cell, stake_minor, is_open, by_person)


def test_the_price_is_what_the_last_minute_brings() -> None:
    stakes = [600_000, 700_000, 800_000, 900_000]  # gains 52,000 to 82,000: 5,200 to 8,200 a minute
    decisions = [asked(stake) for stake in stakes]
    assert price_of(decisions, ADDS, minutes=10, person_minutes=40) == 0.0, "there are minutes for everyone"
    assert price_of(decisions, ADDS, minutes=10, person_minutes=20) == 6_200.0
    due = asked(0, cell=(Errand.REPAIR, Stakes.LOW), is_open=False)
    assert price_of([*decisions, due], ADDS, minutes=10, person_minutes=30) == 6_200.0, "what is due comes first"
    assert price_of(decisions, DEFAULT, minutes=10, person_minutes=20) == 0.0, "nobody measured"


def test_scarce_minutes_go_where_they_bring_most() -> None:
    desk = {"service": Capacity(free=1, price_minor=6_200.0)}
    actions = {}
    for stake in (600_000, 700_000, 800_000):
        moment = Moment("ana", micros(FRIDAY), Errand.CHOOSE, stake_minor=stake)
        decision = decide(moment, ADDS, desk, draw=0.5, decision_id="d")
        actions[stake] = decision.action
        assert decision.to_person.action is Action.PERSON_NOW, "whoever asks gets one"
    assert actions == {
        600_000: Action.SELF_SERVICE,
        700_000: Action.SELF_SERVICE,
        800_000: Action.PERSON_NOW,
    }
    owed = Moment("ana", micros(FRIDAY), Errand.CHOOSE, stake_minor=600_000, asked_for_person=True)
    assert decide(owed, ADDS, desk, draw=0.5, decision_id="d").action is Action.PERSON_NOW
    unknown = Moment("ana", micros(FRIDAY), Errand.REPAIR)
    assert not decide(unknown, ADDS, desk, draw=0.5, decision_id="d").is_machine, "the matrix is sure of it"


def test_a_pace_is_declared_until_it_is_measured() -> None:
    past = STAFFING.calendar("service", micros(FRIDAY), micros(FRIDAY + timedelta(hours=3)))
    declared = Declared(arrivals_per_hour=6.0, minutes=12.0)
    few = pace_of([asked(0)] * 19, waits_seconds=(), minutes=[5.0] * 29, past=past, declared=declared, policy=DEFAULT)
    assert (few.arrivals_per_hour, few.minutes) == (6.0, 12.0)
    many = pace_of([asked(0)] * 30, waits_seconds=(), minutes=[5.0] * 30, past=past, declared=declared, policy=DEFAULT)
    assert (many.arrivals_per_hour, many.minutes) == (10.0, 5.0)
