"""Every question that runs a kernel over buckets gives on a cluster what it gives here, to the last bit.

All numbers are sums of whole numbers, or one division or interpolation of them on the driver, so nothing may differ:
not even the last digit of a quantile. Ranges by resampling draw from the same seed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tillit
from tests.journeys.test_touchpoints import plain
from tests.spark.market import DAY, FIRST_AT, subject
from tillit.answers.searches import searched
from tillit.credit.assignments import trials_in
from tillit.credit.cells import Headcounts
from tillit.credit.sales import SoldAfter, part_of_sales
from tillit.credit.spikes import daily_counts
from tillit.credit.statement import statement
from tillit.credit.weekly import weekly_sales
from tillit.engine.on_spark import SparkParts
from tillit.engine.parts import MapParts, map_parts
from tillit.errors import QueryError
from tillit.friction.after_meetings import after_meetings
from tillit.friction.conformance import conformance
from tillit.friction.counts import counted_visits, finished
from tillit.friction.find import friction
from tillit.friction.pattern_counts import pattern_counts
from tillit.friction.promise_files import default_promises
from tillit.friction.results import Conformance
from tillit.friction.split import Split
from tillit.journeys.behind import Activity, Arrow, journeys_behind
from tillit.journeys.funnel import FunnelSpec, funnel
from tillit.journeys.graph import overview
from tillit.journeys.paths import PathSpec, paths
from tillit.journeys.permission import Mask, Permission
from tillit.journeys.stage_rules import default_stage_rules
from tillit.journeys.stages import stage_moves, stages_over_time
from tillit.journeys.store import OrderedStore
from tillit.journeys.touchpoints import TouchpointSpec, touchpoint_paths
from tillit.journeys.variants import variants
from tillit.journeys.view import CaseRule, Selection, View
from tillit.readiness.ready import Readiness, readiness
from tillit.readiness.snapshots import bounds_of, recipe_of
from tillit.reports.outcomes import outcomes
from tillit.reports.page import render
from tillit.reports.repeat import repeat_purchase
from tillit.reports.report import report
from tillit.reports.showroom import showroom
from tillit.reports.stage_reach import stage_reach
from tillit.reports.unanswered import waiting
from tillit.vocabulary import Purpose

pytestmark = pytest.mark.spark

RULE = CaseRule("order_completed", lapse_days=30)
EVERYTHING = Selection()
AS_OF = FIRST_AT + 120 * DAY
STEPS = FunnelSpec(("product_viewed", "product_added", "order_completed"), within_seconds=14 * 86_400)
RULES = default_stage_rules()


def near(view: View) -> Readiness:
    return readiness(view, "order_completed", 14, rng=np.random.default_rng(1))


def kept_promises(view: View) -> Conformance:
    return conformance(view, default_promises(), rng=np.random.default_rng(1))


# Function that runs a kernel → a question that comes through it.
QUESTIONS: dict[str, Callable[[View], Any]] = {
    "answers.searches.searched": lambda view: repr(searched(view, "order_completed", "SEK")),
    "credit.assignments.trials_in": lambda view: repr(trials_in(view, "order_completed")),
    "credit.sales.part_of_sales": lambda view: part_of_sales(
        view, SoldAfter("order_completed", "channel", ("email", "paid_search"))
    ),
    "credit.spikes.daily_counts": lambda view: daily_counts(view, ["order_completed"], timezone="Europe/Oslo"),
    "credit.statement.statement": lambda view: statement(
        view, "order_completed", Headcounts(), start_at=FIRST_AT, end_at=FIRST_AT + 60 * DAY
    ),
    "credit.weekly.weekly_sales": lambda view: [
        repr(weekly_sales(view, TouchpointSpec("order_completed", by), name))
        for by, name in (("channel", "email"), ("content", "blue"))
    ],
    "friction.after_meetings.after_meetings": after_meetings,
    "friction.conformance._rule_kept": kept_promises,
    "friction.pattern_counts.pattern_counts": pattern_counts,
    "friction.counts.counted_visits": lambda view: [
        friction(view, rng=np.random.default_rng(1)),
        [repr(counted_visits(view, Split.parse("property:screen"), over_by=None, split_at=AS_OF))],
    ],
    "friction.counts.finished": lambda view: repr(finished(view)),
    "journeys.behind._counted": lambda view: journeys_behind(view_without(view), Activity("product_added"), limit=9),
    "journeys.behind.journeys_behind": lambda view: journeys_behind(
        view, Arrow("product_viewed", "product_added"), limit=40
    ),
    "journeys.funnel.funnel": lambda view: funnel(view, STEPS),
    "journeys.graph.overview": overview,
    "journeys.paths.paths": lambda view: paths(view, PathSpec("product_added", forward=False)),
    "journeys.stages.stage_moves": lambda view: stage_moves(view, RULES),
    "journeys.stages.stages_over_time": lambda view: stages_over_time(view, RULES, "Europe/Stockholm"),
    "journeys.touchpoints._content_paths": lambda view: plain(
        touchpoint_paths(view, TouchpointSpec("order_completed", "content"))
    ),
    "journeys.touchpoints.touchpoint_paths": lambda view: plain(
        touchpoint_paths(view, TouchpointSpec("order_completed"))
    ),
    "journeys.variants.variants": lambda view: variants(view, limit=10_000),
    # Refused on this market, as here; the kernel is the one that take_snapshots runs.
    "readiness.ready.known_now": near,
    "readiness.snapshots.bounds_of": lambda view: bounds_of(view.uncut()),
    "readiness.snapshots.recipe_of": lambda view: recipe_of(view.uncut(), ("order_completed",), until=AS_OF),
    "readiness.snapshots.take_snapshots": lambda view: near(view).tested,
    "reports.outcomes.outcomes": lambda view: outcomes(view, as_of=AS_OF),
    "reports.repeat.repeat_purchase": lambda view: repeat_purchase(view, "order_completed", as_of=AS_OF),
    "reports.showroom.showroom": lambda view: showroom(view, "order_completed"),
    "reports.stage_reach.stage_reach": lambda view: stage_reach(view, RULES),
    "reports.unanswered.waiting": waiting,
}


def view_without(view: View) -> View:
    """The same journeys, with some persons hidden from counts and some more from lists."""
    gone = [subject(person, device) for person in range(40) for device in (0, 1)]
    aggregates, persons = (Mask(everyone=True, named=frozenset(gone[:count])) for count in (20, 80))
    permission = Permission(Purpose.MEASUREMENT, persons, aggregates)
    return View(view.store, RULE, purpose=Purpose.MEASUREMENT, permission=permission)


def functions_that_run_kernels() -> Iterator[str]:
    """Every function of the core that calls `….map` or `….map_buckets`, as views have them."""
    root = Path(tillit.__file__).parent
    for path in sorted(root.rglob("*.py")):
        room = ".".join(path.relative_to(root).with_suffix("").parts)
        for function in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(function, ast.FunctionDef) and any(map(_runs_kernel, ast.walk(function))):
                yield f"{room}.{function.name}"


def _runs_kernel(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="self" | "workers"))):
            return False
        case ast.Call(func=ast.Attribute(attr="map" | "map_buckets")):
            return True
    return False


def test_no_kernel_is_left_out() -> None:
    assert sorted(functions_that_run_kernels()) == sorted(QUESTIONS), "a kernel without a comparison on Spark"


def view_of(store: Path, run: MapParts, selection: Selection = EVERYTHING) -> View:
    return View(OrderedStore.open(store, run=run), RULE, selection, purpose=Purpose.MEASUREMENT)


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_same_answer(name: str, store_here: Path, store_there: Path, parts: SparkParts) -> None:
    ask = QUESTIONS[name]
    here = ask(view_of(store_here, map_parts))
    assert here, "nothing is compared"
    assert ask(view_of(store_there, parts)) == here


def test_the_same_answer_for_selected_journeys(store_here: Path, store_there: Path, parts: SparkParts) -> None:
    chosen = Selection(start_at=FIRST_AT + 20 * DAY, channels=frozenset({"email"}), places=frozenset({"Oslo"}))
    here = overview(view_of(store_here, map_parts, chosen))
    assert overview(view_of(store_there, parts, chosen)) == here
    assert here.journeys > 0


def test_the_whole_report_is_the_same_page(store_here: Path, store_there: Path, parts: SparkParts) -> None:
    here, there = (
        render(report(view, RULES, timezone="UTC", funnel_spec=STEPS))
        for view in (view_of(store_here, map_parts), view_of(store_there, parts))
    )
    assert there == here


def test_what_a_kernel_refuses_is_refused_in_the_same_words(
    store_here: Path, store_there: Path, parts: SparkParts
) -> None:
    """The condition looks its activity up inside the kernel, on a worker."""
    said = []
    for view in (view_of(store_here, map_parts), view_of(store_there, parts)):
        with pytest.raises(QueryError) as refused:
            journeys_behind(view, Arrow("product_viewed", "product_eaten"))
        said.append(str(refused.value))
    assert said[0] == said[1]
    assert "product_eaten" in said[0]
