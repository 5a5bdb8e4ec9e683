"""Coming back: counted as a person would with the list of orders and a pencil."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.journeys.logs import DAY, Event, histories, logs, view_of
from tillit.journeys.behind import journeys_behind
from tillit.journeys.view import CaseRule
from tillit.reports.repeat import OrderedAgain, repeat_purchase

ORDER = "order_completed"
RULE = CaseRule(goal=ORDER, lapse_days=30)


def orders(*days: tuple[str, int]) -> list[Event]:
    return [Event(who, day * DAY, ORDER, f"e{place}") for place, (who, day) in enumerate(days)]


def by_hand(events: Sequence[Event], as_of: int, within_days: float) -> tuple[int, int, int, list[float]]:
    customers = old_enough = again = 0
    waits: list[float] = []
    for history in histories(events):
        times = [event.at for event in history if event.activity == ORDER]
        if not times:
            continue
        customers += 1
        waits += [(after - before) / DAY for before, after in pairwise(times)]
        if times[0] + within_days * DAY <= as_of:
            old_enough += 1
            again += len(times) > 1 and times[1] - times[0] <= within_days * DAY
    return customers, old_enough, again, waits


def test_a_first_order_that_is_too_young_tells_nothing(tmp_path: Path) -> None:
    events = orders(("Ana", 0), ("Ana", 20), ("Bo", 0), ("Cy", 95), ("Cy", 99))
    found = repeat_purchase(view_of(tmp_path, events, rule=RULE), ORDER, as_of=100 * DAY)
    assert (found.customers, found.again.count, found.again.of) == (3, 1, 2)
    assert (found.days_between, found.pairs) == (12.0, 2)


def test_a_second_order_after_the_window_is_not_in_time(tmp_path: Path) -> None:
    events = orders(("Ana", 0), ("Ana", 91), ("Bo", 0), ("Bo", 90))
    assert repeat_purchase(view_of(tmp_path, events, rule=RULE), ORDER, as_of=200 * DAY).again.count == 1


def test_without_orders_nobody_is_counted(tmp_path: Path) -> None:
    events = [Event("Ana", 0, "page_viewed", "e1")]
    found = repeat_purchase(view_of(tmp_path, events), ORDER, as_of=DAY)
    assert (found.customers, found.again.of, found.days_between) == (0, 0, None)


@given(logs(max_events=20), st.integers(0, 8), st.sampled_from([0.5, 1.0, 3.0]))
def test_it_agrees_with_a_loop_and_with_the_list_behind_it(events: list[Event], today: int, within_days: float) -> None:
    as_of = today * DAY
    with TemporaryDirectory() as folder:
        view = view_of(Path(folder), events)
        found = repeat_purchase(view, ORDER, as_of=as_of, within_days=within_days)
        behind = journeys_behind(view, OrderedAgain(ORDER, as_of, within_days))
    customers, old_enough, again, waits = by_hand(events, as_of, within_days)
    assert (found.customers, found.again.of, found.again.count, found.pairs) == (
        customers,
        old_enough,
        again,
        len(waits),
    )
    assert found.days_between == (pytest.approx(median(waits)) if waits else None)
    assert behind.total == again
