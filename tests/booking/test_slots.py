"""Free times against a plain walk over every minute, and on each day whose clock changes."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tillit.booking.slots import MINUTE, Host, MeetingKind, fairest, free_slots, merged, overlaps, steps_of
from tillit.errors import QueryError
from tillit.journeys.opening import OpeningHours

ZONES = ("Europe/Stockholm", "Europe/Oslo", "Europe/Helsinki", "Atlantic/Reykjavik")
ALWAYS = OpeningHours.parse("mon-sun 09:00-17:00")
NIGHT = OpeningHours.parse("mon-sun 00:00-06:00")


def micros(at: datetime) -> int:
    return int(at.timestamp()) * 1_000_000


def changes(zone: str) -> list[date]:
    """The days from 2026 to 2036 on which the clock changes, found by looking at each."""
    found, day = [], date(2026, 1, 1)
    while day < date(2037, 1, 1):
        at = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
        if at.utcoffset() != (at + timedelta(days=1)).utcoffset():
            found.append(day)
        day += timedelta(days=1)
    return found


def slots_on(day: date, zone: str, hours: OpeningHours, kind: MeetingKind) -> list[datetime]:
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    first, last = micros(midnight), micros(midnight + timedelta(days=1))
    found = free_slots(kind, [Host(1, hours)], zone, first=first, last=last, now=first - 10**12)
    return [datetime.fromtimestamp(slot.starts // 10**6, UTC) for slot in found]


@pytest.mark.parametrize("zone", ZONES)
def test_working_hours_stay_where_they_are_when_the_clock_changes(zone: str) -> None:
    days = changes(zone)
    assert len(days) == (0 if "Reykjavik" in zone else 22)
    for day in days or [date(2026, 3, 29), date(2026, 10, 25)]:
        local = [at.astimezone(ZoneInfo(zone)) for at in slots_on(day, zone, ALWAYS, MeetingKind(60, every=60))]
        assert [(at.hour, at.minute) for at in local] == [(hour, 0) for hour in range(9, 17)]
        assert {at.date() for at in local} == {day}


@pytest.mark.parametrize("zone", [zone for zone in ZONES if "Reykjavik" not in zone])
def test_a_time_that_does_not_exist_is_not_offered_and_one_that_comes_twice_is_offered_twice(zone: str) -> None:
    for day in changes(zone):
        starts = slots_on(day, zone, NIGHT, MeetingKind(30))
        assert starts == sorted(set(starts))
        assert all(later - earlier == timedelta(minutes=30) for earlier, later in itertools.pairwise(starts))
        hours = 5 if day.month == 3 else 7
        assert len(starts) == 2 * hours
        local = [at.astimezone(ZoneInfo(zone)).strftime("%H:%M") for at in starts]
        changing = "02:30" if zone != "Europe/Helsinki" else "03:30"
        assert local.count(changing) == (0 if day.month == 3 else 2)


MINUTES = st.integers(0, 96).map(lambda step: step * 5)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(MINUTES, st.integers(1, 12)), max_size=6),
    st.sampled_from([5, 30, 45, 60]),
    st.sampled_from([0, 10, 15]),
    st.sampled_from([0, 5, 30]),
    st.sampled_from([15, 30]),
)
def test_what_is_offered_is_what_a_walk_over_minutes_finds(
    busy: list[tuple[int, int]], minutes: int, before: int, after: int, every: int
) -> None:
    day = micros(datetime(2026, 11, 3, tzinfo=UTC))
    opens = day + 9 * 60 * MINUTE
    taken = tuple((opens + at * MINUTE, opens + (at + 5 * steps) * MINUTE) for at, steps in busy)
    kind = MeetingKind(minutes, before, after, every, notice=0)
    found = free_slots(kind, [Host(7, ALWAYS, taken)], "UTC", first=day, last=day + 24 * 60 * MINUTE, now=day)
    blocked = {minute for starts, ends in taken for minute in range(starts // MINUTE, ends // MINUTE)}
    expected = [
        opens + at * MINUTE
        for at in range(0, 8 * 60 - minutes + 1, every)
        if not blocked & set(range(opens // MINUTE + at - before, opens // MINUTE + at + minutes + after))
    ]
    assert [slot.starts for slot in found] == expected


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=8))
def test_merged_spans_hold_the_same_time(spans: list[tuple[int, int]]) -> None:
    joined = merged(spans)
    assert {at for s, e in spans for at in range(s, e)} == {at for s, e in joined for at in range(s, e)}
    assert all(first[1] < second[0] for first, second in itertools.pairwise(joined))


@given(st.tuples(st.integers(0, 99), st.integers(1, 30)), st.tuples(st.integers(0, 99), st.integers(1, 30)))
def test_spans_on_the_grid_share_a_step_only_if_they_overlap(one: tuple[int, int], two: tuple[int, int]) -> None:
    first, second = ((at * 5 * MINUTE, (at + steps) * 5 * MINUTE) for at, steps in (one, two))
    assert bool(set(steps_of(first)) & set(steps_of(second))) == overlaps(first, [second])


def test_notice_and_several_hosts() -> None:
    day = micros(datetime(2026, 11, 3, tzinfo=UTC))
    opens, kind = day + 9 * 60 * MINUTE, MeetingKind(30, notice=60)
    hosts = [Host(1, ALWAYS, ((opens, opens + 90 * MINUTE),)), Host(2, ALWAYS)]
    found = free_slots(kind, hosts, "UTC", first=day, last=day + 24 * 60 * MINUTE, now=opens)
    assert found[0].starts == opens + 60 * MINUTE
    assert [slot.hosts for slot in found[:2]] == [(2,), (1, 2)]
    assert fairest((1, 2), {1: 3, 2: 2}) == 2
    assert fairest((2, 1), {}) == 2


@pytest.mark.parametrize("wrong", [(0, 0, 0, 30), (7, 0, 0, 30), (30, 3, 0, 30), (30, 0, -5, 30), (30, 0, 0, 0)])
def test_a_meeting_that_fits_no_step_is_refused(wrong: tuple[int, int, int, int]) -> None:
    with pytest.raises(QueryError, match="multiples of 5 minutes"):
        MeetingKind(*wrong)
