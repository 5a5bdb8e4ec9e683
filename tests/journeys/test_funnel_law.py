"""Known truth, and a slow definition in SQL."""

from __future__ import annotations

from random import Random

import duckdb
import pytest
from hypothesis import given, settings

from tests.journeys.made import Event, names_of, persons, traces_of
from tillit.journeys.funnel import FunnelSpec, best_attempts, coded, combine, funnel_part

DAY = 86_400_000_000
WEEK_SECONDS = 7 * 86_400.0


def market(*, seed: int, people: int) -> tuple[list[list[list[Event]]], int]:
    """People who look, and buy within a week of a look with probability 0.3; who has not, looks again ten days later.

    Three looks at most. So 1 - 0.7³ = 65.7 % buy, of them 0.3 / 0.657 after their first look.
    """
    dice, made, bought = Random(seed), [], 0
    for _ in range(people):
        events: list[Event] = []
        for attempt in range(3):
            events.append(("a", attempt * 10 * DAY))
            if dice.random() < 0.3:
                events.append(("b", attempt * 10 * DAY + dice.randint(1, 7 * DAY)))
                bought += 1
                break
        made.append([events])
    return made, bought


def naive(people: list[list[list[Event]]]) -> int:
    """The join on the first entry that most tools make."""
    reached = 0
    for [events] in people:
        entry = min(at for activity, at in events if activity == "a")
        reached += any(activity == "b" and entry <= at <= entry + 7 * DAY for activity, at in events)
    return reached


def test_the_naive_join_loses_those_who_started_again_and_best_entry_finds_all() -> None:
    people, bought = market(seed=20, people=4000)
    names, spec = names_of(), FunnelSpec(("a", "b"), WEEK_SECONDS)
    funnel = combine([funnel_part(traces_of(people, names), coded(spec, names))], spec)
    assert funnel.steps[1].reached == bought
    # Three standard errors of 4,000 draws: 0.657 ± 0.0225 for ours, 0.3 ± 0.0217 for the naive one.
    assert bought / 4000 == pytest.approx(0.657, abs=0.0225)
    assert naive(people) / 4000 == pytest.approx(0.3, abs=0.0217)


SLOW = """
select e1.person, count(distinct e2.person) + count(distinct e3.person) + 1 as reached
from events as e1
left join events as e2
    on e2.person = e1.person and e2.activity = 'b' and e2.place > e1.place
    and e2.occurred_at - e1.occurred_at <= least($within, $first_gap)
    and not exists (
        from events as x
        where x.person = e1.person and x.activity = 'x' and x.place between e1.place and e2.place
    )
left join events as e3
    on e3.person = e2.person and e3.activity = 'c' and e3.place > e2.place
    and e3.occurred_at - e1.occurred_at <= $within
    and e3.occurred_at - e2.occurred_at <= $second_gap
    and not exists (
        from events as x
        where x.person = e2.person and x.activity = 'x' and x.place between e2.place and e3.place
    )
where e1.activity = 'a'
group by e1.person
order by e1.person
"""


@settings(max_examples=40, deadline=None)
@given(persons(longest=8, most=5))
def test_the_kernel_equals_its_slow_sql_definition(people: list[list[list[Event]]]) -> None:
    rows = [
        (who, place, activity, at)
        for who, person in enumerate(people)
        for place, (activity, at) in enumerate(event for journey in person for event in journey)
    ]
    with duckdb.connect() as connection:
        connection.execute("create table events (person int, place int, activity varchar, occurred_at bigint)")
        if rows:
            connection.executemany("insert into events values (?, ?, ?, ?)", rows)
        windows = {"within": 6_000_000, "first_gap": 4_000_000, "second_gap": 3_000_000}
        slow = connection.execute(SLOW, windows).fetchall()
    names, spec = names_of(), FunnelSpec(("a", "b", "c"), 6.0, (4.0, 3.0), exclude=frozenset("x"))
    furthest = best_attempts(traces_of(people, names), coded(spec, names)).furthest
    assert [(who, int(steps)) for who, steps in enumerate(furthest) if steps] == slow
