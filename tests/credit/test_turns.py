"""Trials by turns: as many weeks as planned find what is there in eight of ten, however uneven the weeks are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import ttest_1samp

from tests.journeys.logs import DAY, Event, view_of
from tillit.credit.cells import Headcounts
from tillit.credit.sales import spec_for
from tillit.credit.turns import PARTS, Counted, found_in, pair_variance, turns_plan, turns_plans
from tillit.credit.weekly import WeeklySales, weekly_sales

Counts = NDArray[np.int64]
Rates = NDArray[np.float64]
WEEKS_OF_HISTORY = 4_000  # so that what is tested is the plan and not the luck of a short history


def rates(
    rng: np.random.Generator, runs: int, weeks: int, *, a_week: float, unevenness: float, passed_on: float
) -> Rates:
    """Weekly rates, shape (runs, weeks); their logarithm goes on from week to week, so a week resembles the last."""
    spread = np.log1p((unevenness - 1) / a_week) ** 0.5
    level = np.empty((runs, weeks))
    level[:, 0] = rng.normal(0, 1, runs)
    for week in range(1, weeks):
        level[:, week] = passed_on * level[:, week - 1] + (1 - passed_on**2) ** 0.5 * rng.normal(0, 1, runs)
    return np.asarray(a_week * np.exp(spread * level - spread**2 / 2))


def tried(rng: np.random.Generator, by_shop: list[Rates], part: float, plan_weeks: int) -> float:
    """How many of the runs a paired t-test finds; half of the shops have the one turn, the others the other, by lot."""
    runs, pairs = len(by_shop[0]), plan_weeks // 4
    differences = np.zeros((runs, pairs))
    first = rng.random((runs, pairs)) < 0.5
    for shop, rate in enumerate(by_shop):
        begins = first ^ bool(shop % 2)
        with_it = np.stack([begins, begins, ~begins, ~begins], axis=2).reshape(runs, -1)
        # As much more with it as less without, so that weeks stay as uneven as they were.
        sold = rng.poisson(rate[:, : pairs * 4] * np.where(with_it, 1 + part / 2, 1 - part / 2))
        turn = np.where(with_it, sold, -sold).reshape(runs, pairs, 4).sum(axis=2)
        differences += turn
    return float((ttest_1samp(differences, 0, axis=1).pvalue < 0.05).mean())


@pytest.mark.parametrize(
    ("a_week", "unevenness", "passed_on", "part"),
    [(300.0, 1.0, 0.0, 0.1), (150.0, 3.0, 0.0, 0.2), (150.0, 3.0, 0.5, 0.2), (400.0, 8.0, 0.9, 0.1)],
)
def test_as_many_weeks_as_planned_find_it_in_eight_of_ten(
    a_week: float, unevenness: float, passed_on: float, part: float
) -> None:
    """Known truth, 3,000 trials: what was promised ± 5 of 100, and that is 80 or more; with one pair less it is not."""
    rng = np.random.default_rng(8)
    market = {"a_week": a_week, "unevenness": unevenness, "passed_on": passed_on}
    history = rng.poisson(rates(rng, 1, WEEKS_OF_HISTORY, **market))
    plan = turns_plan(Counted.ON_ITS_WAYS, history, a_week)
    needed = plan.weeks_needed[PARTS.index(part)]
    assert needed is not None
    power = tried(rng, [rates(rng, 3_000, needed, **market)], part, needed)
    promised = found_in(part * 2 * a_week, pair_variance(history), needed // 4)
    assert power == pytest.approx(promised, abs=0.05)
    assert promised >= 0.8
    assert tried(rng, [rates(rng, 3_000, needed - 4, **market)], part, needed - 4) < 0.82


def test_shops_in_opposite_turns_need_fewer_weeks_where_the_weather_is_the_same() -> None:
    """Two shops share each week's luck: in opposite turns they find it in eight of ten, long before their sum does."""
    rng = np.random.default_rng(3)
    market = {"a_week": 150.0, "unevenness": 6.0, "passed_on": 0.3}
    history = rng.poisson(np.repeat(rates(rng, 1, WEEKS_OF_HISTORY, **market), 2, axis=0))
    by_shop = turns_plan(Counted.BY_SHOP, history, 300.0)
    together = turns_plan(Counted.ON_ITS_WAYS, history.sum(axis=0)[None, :], 300.0)
    needed, alone = by_shop.weeks_needed[0], together.weeks_needed[0]
    assert needed is not None
    assert alone is None or alone > needed
    shared = rates(rng, 3_000, needed, **market)
    power = tried(rng, [shared, shared], 0.1, needed)
    assert power == pytest.approx(found_in(0.1 * 600, pair_variance(history), needed // 4), abs=0.05)


def test_three_shops_differ_as_every_drawing_of_their_turns_says() -> None:
    """One or two of three begin with it: the mean over all six drawings, counted one by one."""
    sales = np.random.default_rng(4).poisson(40, (3, 30)) * np.arange(1, 31) // 10
    turn = [[int(row[week] + row[week + 1]) for week in range(29)] for row in sales.tolist()]
    drawings = [(s, t, u) for s in (1, -1) for t in (1, -1) for u in (1, -1) if abs(s + t + u) == 1]
    squares = [
        sum(sign * (row[week + 2] - row[week]) for sign, row in zip(drawing, turn, strict=True)) ** 2
        for drawing in drawings
        for week in range(27)
    ]
    assert pair_variance(sales) == pytest.approx(sum(squares) / len(squares))


def test_what_cannot_be_known_is_said() -> None:
    """Three sales a week: half of them are not found in a year, nor all of them in half of one."""
    few = np.random.default_rng(1).poisson(0.6, 60)
    plan = turns_plan(Counted.EVERY, few[None, :] + 30, float(few.mean()))
    assert plan.weeks_needed == (None, None, None)
    assert plan.findable is None
    short = np.full(12, 50)
    assert turns_plans(WeeklySales(short, short, short[:0].reshape(0, 12))) == ()


def test_weeks_are_counted_sale_by_sale(tmp_path: Path) -> None:
    """Ana buys after Malmö and then Lund, Bo after a search: against a count by hand."""
    ways: list[tuple[str, int, list[tuple[str, str | None]]]] = [
        ("Ana", 0, [("store", "Malmö"), ("store", "Lund")]),
        ("Bo", 8, [("organic_search", None)]),
        ("Cy", 9, [("store", None)]),
        ("Dag", 15, [("store", "Malmö"), ("email", None)]),
        ("Eli", 22, [("store", "Malmö")]),
    ]
    events = []
    for number, (who, at, steps) in enumerate(ways):
        rows = [("page_viewed", channel, place) for channel, place in steps] + [("order_completed", "web", None)]
        for place, (activity, channel, where) in enumerate(rows):
            events.append(Event(who, at * DAY + place, activity, f"{number}-{place}", channel, where))
    view = view_of(tmp_path, events)
    found = weekly_sales(view, spec_for("order_completed", "channel", view.names, Headcounts()), "store")
    assert found.every.tolist() == [1, 2, 1], "the fourth week is not whole"
    assert found.on_its_ways.tolist() == [1, 1, 1]
    assert sorted(found.by_shop.tolist()) == [[0, 0, 1], [1, 0, 0]], "Ana was last in Lund; nobody knows where Cy was"
    by_function = weekly_sales(view, spec_for("order_completed", "place", view.names, Headcounts()), "(together)")
    assert len(by_function.by_shop) == 0, "a team's sales are told apart by no shop"
