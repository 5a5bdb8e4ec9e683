"""Where customers are in their own buying process: over time, and from stage to stage. See docs/methods/stages.md."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from tillit.journeys.calendar import MONDAY, period_bounds, zone_named
from tillit.journeys.graph import quantiles
from tillit.journeys.results import StageCount, StageMove
from tillit.journeys.stage_rules import StageRules
from tillit.journeys.traces import Micros, Names, Traces
from tillit.journeys.units import Indices, unit_of_event, unit_of_journey
from tillit.journeys.view import View
from tillit.vocabulary import Period, Stage, Unit

StageCodes = NDArray[np.int8]

STAGES = tuple(Stage)
NO_STAGE = -1
# A move's two ends as one number, with "the journey's start" and "its end" as one more code.
OUTSIDE = len(STAGES)
ENDS = OUTSIDE + 1


@dataclass(frozen=True, slots=True)
class CodedRules:
    """By activity code: the stage an event speaks of, and the stage it leaves the customer in; `NO_STAGE` if none."""

    speaks: StageCodes
    leaves: StageCodes


@dataclass(frozen=True, slots=True)
class PeriodPart:
    """One bucket: the periods it touches, and by period and stage its persons and events."""

    starts: Micros
    persons: Indices
    events: Indices


@dataclass(frozen=True, slots=True)
class MovePart:
    """One bucket, by move (`source * ENDS + target`): all moves, journeys that made it, and how long it took."""

    moves: Indices
    journeys: Indices
    waits: tuple[Micros, ...]


def coded(rules: StageRules, names: Names) -> CodedRules:
    """The rules in the codes of `names`; a rule about an activity that never happens says nothing."""
    stage_of, after = rules.stage_of(names.activity), dict(rules.after)
    speaks = [stage_of.get(name) for name in names.activity]
    leaves = [after.get(name, stage_of.get(name)) for name in names.activity]
    return CodedRules(_codes(speaks), _codes(leaves))


def _codes(stages: Sequence[Stage | None]) -> StageCodes:
    return np.array([NO_STAGE if stage is None else STAGES.index(stage) for stage in stages], dtype=np.int8)


def standing(traces: Traces, rules: CodedRules) -> StageCodes:
    """The stage the customer stands in after each event, shape (events,): the last one said in this journey."""
    left_in = rules.leaves[traces.activity]
    said = np.where(left_in == NO_STAGE, -1, np.arange(traces.events))
    said = np.maximum.accumulate(said) if traces.events else said
    opens = np.repeat(traces.offsets[:-1], np.diff(traces.offsets))
    return np.where(said >= opens, left_in[said], NO_STAGE).astype(np.int8)


def last_rows_in_stage(
    traces: Traces, rules: CodedRules, stage: Stage, *, start_at: int | None = None, end_at: int | None = None
) -> Indices:
    """The rows of persons' last events in [start_at, end_at), of those that left them in `stage`."""
    inside = np.ones(traces.events, dtype=np.bool_)
    if start_at is not None:
        inside &= traces.occurred_at >= start_at
    if end_at is not None:
        inside &= traces.occurred_at < end_at
    rows = np.flatnonzero(inside)
    person = unit_of_event(traces, unit_of_journey(traces, Unit.PERSON))[rows]
    last = rows[np.append(person[1:] != person[:-1], True)[: len(rows)]]
    there: Indices = last[standing(traces, rules)[last] == STAGES.index(stage)]
    return there


def period_part(traces: Traces, rules: CodedRules, timezone: str, period: Period, week_start: int) -> PeriodPart:
    """One bucket's persons and events by local period and stage."""
    if traces.events == 0:
        nothing = np.zeros((0, len(STAGES)), dtype=np.int64)
        return PeriodPart(np.zeros(0, dtype=np.int64), nothing, nothing)
    first, last = int(traces.occurred_at.min()), int(traces.occurred_at.max())
    bounds = period_bounds(first, last, timezone=timezone, period=period, week_start=week_start)
    periods = len(bounds) - 1
    within = np.searchsorted(bounds, traces.occurred_at, side="right") - 1
    person = unit_of_event(traces, unit_of_journey(traces, Unit.PERSON))
    closes = np.append((person[1:] != person[:-1]) | (within[1:] != within[:-1]), True)
    return PeriodPart(
        starts=bounds[:-1],
        persons=_by_period(within[closes], standing(traces, rules)[closes], periods),
        events=_by_period(within, rules.speaks[traces.activity], periods),
    )


def _by_period(within: Indices, stages: StageCodes, periods: int) -> Indices:
    staged = stages != NO_STAGE
    cells = within[staged] * len(STAGES) + stages[staged]
    return np.bincount(cells, minlength=periods * len(STAGES)).reshape(periods, len(STAGES)).astype(np.int64)


def combine_periods(
    parts: Sequence[PeriodPart], *, timezone: str, period: Period, week_start: int
) -> tuple[StageCount, ...]:
    """All buckets together: every period from the first event to the last, and in each every stage."""
    touched = [part for part in parts if len(part.starts)]
    if not touched:
        return ()
    first, last = min(part.starts[0] for part in touched), max(part.starts[-1] for part in touched)
    starts = period_bounds(int(first), int(last), timezone=timezone, period=period, week_start=week_start)[:-1]
    persons, events = (np.zeros((len(starts), len(STAGES)), dtype=np.int64) for _ in range(2))
    for part in touched:
        rows = np.searchsorted(starts, part.starts)
        persons[rows] += part.persons
        events[rows] += part.events
    return tuple(
        StageCount(int(start), stage, int(persons[row, column]), int(events[row, column]))
        for row, start in enumerate(starts)
        for column, stage in enumerate(STAGES)
    )


def stages_over_time(
    view: View, rules: StageRules, timezone: str, period: Period = Period.WEEK, *, week_start: int = MONDAY
) -> tuple[StageCount, ...]:
    """By local calendar period: persons by the stage their last event in it left them in, and events by stage.

    A person without an event in a period is not counted in it; one whose events no rule knows is in no stage.

    Args:
        timezone: An IANA name; days of 23 and 25 hours are whole days.
        week_start: 0 = Monday … 6 = Sunday.

    Raises:
        QueryError: There is no such time zone.
    """
    zone_named(timezone)
    kernel = partial(
        period_part, rules=coded(rules, view.names), timezone=timezone, period=period, week_start=week_start
    )
    return combine_periods(view.map(kernel), timezone=timezone, period=period, week_start=week_start)


def move_code(source: Stage | None, target: Stage | None) -> int:
    """A move's two ends as one number; None is the journey's start, or its end."""
    ends = [OUTSIDE if stage is None else STAGES.index(stage) for stage in (source, target)]
    return ends[0] * ENDS + ends[1]


@dataclass(frozen=True, slots=True)
class Moves:
    """Every move in order: the row of its journey, its two ends as one number, microseconds since coming to its source.

    Waits of moves at a journey's start and end are 0 and mean nothing.
    """

    journey: Indices
    ends: Indices
    waits: Micros


def moves(traces: Traces, rules: CodedRules) -> Moves:
    """The stages each journey passes, one after another, with its start and its end.

    An event may say two: an order speaks of deciding and leaves the customer receiving.
    """
    journey = np.repeat(np.repeat(np.arange(traces.journeys), np.diff(traces.offsets)), 2)
    at = np.repeat(traces.occurred_at, 2)
    stage = np.empty(traces.events * 2, dtype=np.int8)
    stage[0::2] = rules.speaks[traces.activity]
    stage[1::2] = rules.leaves[traces.activity]
    said = stage != NO_STAGE
    journey, at, stage = journey[said], at[said], stage[said]
    # Staying is no move.
    new_journey = np.append(True, journey[1:] != journey[:-1])[: len(journey)]
    comes = new_journey | np.append(True, stage[1:] != stage[:-1])[: len(journey)]
    journey, at, stage, opens = journey[comes], at[comes], stage[comes].astype(np.int64), new_journey[comes]
    source = np.where(opens, OUTSIDE, np.roll(stage, 1))
    waits = np.where(opens, 0, at - np.roll(at, 1))
    closes = np.append(opens[1:], True)[: len(opens)]
    return Moves(
        np.concatenate([journey, journey[closes]]),
        np.concatenate([source * ENDS + stage, stage[closes] * ENDS + OUTSIDE]),
        np.concatenate([waits, np.zeros(int(closes.sum()), dtype=np.int64)]),
    )


def move_part(traces: Traces, rules: CodedRules) -> MovePart:
    """One bucket's moves."""
    made = moves(traces, rules)
    kinds = ENDS * ENDS
    order = np.argsort(made.ends.astype(np.uint8), kind="stable")  # in 8 bits NumPy sorts in linear time
    kind, journey, waits = made.ends[order], made.journey[order], made.waits[order]
    # Inside one kind journeys still stand in order, so a journey's first move of a kind is where it changes.
    is_first = (np.diff(kind, prepend=-1) != 0) | (np.diff(journey, prepend=-1) != 0)
    borders = np.searchsorted(kind, np.arange(kinds + 1))
    return MovePart(
        moves=np.diff(borders),
        journeys=np.bincount(kind[is_first], minlength=kinds),
        waits=tuple(waits[low:high] for low, high in itertools.pairwise(borders)),
    )


def combine_moves(parts: Sequence[MovePart]) -> tuple[StageMove, ...]:
    """All buckets together: most moves first, ties in the order of the stages."""
    found = []
    for kind in range(ENDS * ENDS):
        count = sum(int(part.moves[kind]) for part in parts)
        if not count:
            continue
        source, target = divmod(kind, ENDS)
        inside = OUTSIDE not in (source, target)
        waits = np.concatenate([part.waits[kind] for part in parts])
        found.append(
            StageMove(
                source=None if source == OUTSIDE else STAGES[source],
                target=None if target == OUTSIDE else STAGES[target],
                moves=count,
                journeys=sum(int(part.journeys[kind]) for part in parts),
                p50_seconds=quantiles(waits, (0.5,))[0] if inside else None,
            )
        )
    return tuple(sorted(found, key=lambda move: -move.moves))


def stage_moves(view: View, rules: StageRules) -> tuple[StageMove, ...]:
    """How journeys go from stage to stage, also backwards; journeys without any stage make no move."""
    return combine_moves(view.map(partial(move_part, rules=coded(rules, view.names))))
