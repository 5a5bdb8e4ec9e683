"""Where it hurts, as the report page says it: steps, promises, patterns, who comes back, as far as numbers allow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tillit.friction.after_meetings import AfterMeeting, after_meetings
from tillit.friction.conformance import conformance
from tillit.friction.find import friction
from tillit.friction.pattern_counts import pattern_counts
from tillit.friction.promise_rules import Promises
from tillit.friction.results import Conformance, Friction, PatternCount, StepFriction
from tillit.journeys.view import View
from tillit.reports.friction_words import excess_of, value_of
from tillit.reports.ranges_chart import Ranged, RangesChart, ranges_chart
from tillit.reports.size import Size, size_of

SEED = 3  # of the resampled customers: the same events give the same ranges
SHOWN_STEPS = 12  # of the picture


@dataclass(frozen=True, slots=True)
class Hurts:
    """What the section says.

    Attributes:
        friction: None where the view has no goal: leaving could not be told from arriving.
        size: By finished journeys.
        chart: The steps that are confirmed or suspected; None where there are none.
        in_money: The picture is of what they are worth, and not of journeys.
        patterns: Those that at least one journey shows.
    """

    friction: Friction | None
    size: Size
    chart: RangesChart | None
    in_money: bool
    conformance: Conformance
    patterns: tuple[PatternCount, ...]
    after: tuple[AfterMeeting, ...]


def hurts(view: View, promises: Promises, *, timezone: str, margin_share: float | None = None) -> Hurts:
    """Ask a view where it hurts.

    Args:
        view: Which journeys.
        promises: What customers were promised.
        timezone: Of day and night, and of opening hours.
        margin_share: Share of an order's value that is earned, if the reader declares it.

    Raises:
        QueryError: There is no such time zone.
    """
    found = None
    if view.rule.goal is not None:
        found = friction(view, rng=np.random.default_rng(SEED), timezone=timezone, margin_share=margin_share)
    # A suspected step may have had too few visits in the second period to be sized.
    named = [one for one in found.steps if (one.confirmed or one.suspected) and one.low is not None] if found else []
    in_money = bool(named) and all(step.value_minor is not None for step in named)
    return Hurts(
        friction=found,
        size=size_of(sum(found.journeys) if found else 0),
        chart=_chart(named[:SHOWN_STEPS], found, in_money=in_money) if found and named else None,
        in_money=in_money,
        conformance=conformance(
            view, promises, rng=np.random.default_rng(SEED), timezone=timezone, margin_share=margin_share
        ),
        patterns=tuple(one for one in pattern_counts(view) if one.journeys),
        after=after_meetings(view).meetings,
    )


def _chart(named: list[StepFriction], found: Friction, *, in_money: bool) -> RangesChart:
    return ranges_chart([_ranged(step, found, in_money=in_money) for step in named])


def _ranged(step: StepFriction, found: Friction, *, in_money: bool) -> Ranged:
    middle, low, high, said = (
        (step.value_minor, step.value_low, step.value_high, value_of(step, found))
        if in_money
        else (step.excess_exits, step.low, step.high, f"{excess_of(step)} journeys")
    )
    return Ranged(
        label=step.step,
        said=said,
        points=() if middle is None else ((step.step, middle),),
        low=low or 0.0,
        high=high or 0.0,
        strong=step.confirmed,
    )
