"""Which channels (functions, places, campaigns) persons met on their way to a goal, and on ways that led to none.

Definitions: docs/methods/paths.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tillit.errors import QueryError
from tillit.journeys.properties import property_texts
from tillit.journeys.store import Bucket
from tillit.journeys.stretches import Stretches, joined
from tillit.journeys.touchpoint_parts import TouchpointPart, TouchpointPaths, combine, nothing
from tillit.journeys.traces import Codes, Names, Traces
from tillit.journeys.units import Indices
from tillit.journeys.view import Selection, View, activity_code
from tillit.sentences import sentence

DAY = 86_400_000_000
TOUCHES = ("channel", "function", "place", "campaign")  # columns of an event
CONTENT = "content"  # of a campaign: a text in the events' properties, and no column
KINDS = (*TOUCHES, CONTENT)
CONTENT_PROPERTIES = ("content", "properties.content", "utm_content", "properties.utm_content")  # as files name it
PARTS = 1_000_000  # of one conversion: whole numbers, so that buckets add up to the same in any order


@dataclass(frozen=True, slots=True)
class TouchpointSpec:
    """Touchpoint paths as they were asked for.

    Attributes:
        goal: The activity that converts; each of its events is one conversion.
        by: One of `KINDS`: what of an event is the touch. An event without it is none.
        lookback_days: A touch counts up to exactly so long before the goal.
        collapse: Whether neighbouring touches of the same kind are one.
        leave_out: Names that are no touch: events with them are passed over.
        shown_as: Pairs of a name and what it is shown as, so that several stand together; others keep their name.
        half_life_days: After so long a touch weighs half, in `TouchpointPaths.decay`.
    """

    goal: str
    by: str = "channel"
    lookback_days: float = 90
    collapse: bool = True
    leave_out: frozenset[str] = frozenset()
    shown_as: tuple[tuple[str, str], ...] = ()
    half_life_days: float = 7

    def __post_init__(self) -> None:
        if self.by not in KINDS:
            raise QueryError(
                sentence(
                    'Touchpoints are told apart by one of {names}, not by "{name}".',
                    names=", ".join(KINDS),
                    name=self.by,
                )
            )
        if not self.lookback_days > 0:
            raise QueryError(
                sentence("A lookback of {days:g} days holds no touch; give a number above 0.", days=self.lookback_days)
            )
        if not self.half_life_days > 0:
            raise QueryError(
                sentence("A half-life of {days:g} days is none; give a number above 0.", days=self.half_life_days)
            )


@dataclass(frozen=True, slots=True)
class CodedTouchpoints:
    """The question in a store's codes."""

    goal: int
    by: str
    lookback: int
    collapse: bool
    currencies: int
    shown_code: Codes  # by code of `by`, the last one that of no name: in `shown_kinds`, or -1 where it is no touch
    half_life: float  # microseconds


def coded(spec: TouchpointSpec, names: Names) -> CodedTouchpoints:
    """The question in the codes of `names`; those of contents stand in place of campaigns.

    Raises:
        QueryError: The goal never happens.
    """
    lookback = min(spec.lookback_days * DAY, float(np.iinfo(np.int64).max // 2))
    column = _column(spec.by)
    kinds: tuple[str, ...] = getattr(names, column)
    shown_as = dict(spec.shown_as)
    code_of = {name: code for code, name in enumerate(shown_kinds(spec, names))}
    return CodedTouchpoints(
        activity_code(names, spec.goal),
        column,
        round(lookback),
        spec.collapse,
        len(names.currency),
        np.array(
            [*(-1 if name in spec.leave_out else code_of[shown_as.get(name, name)] for name in kinds), -1],
            dtype=np.min_scalar_type(-1 - len(kinds)),
        ),
        spec.half_life_days * DAY,
    )


def shown_kinds(spec: TouchpointSpec, names: Names) -> tuple[str, ...]:
    """The names of touches as they are shown."""
    shown_as = dict(spec.shown_as)
    return tuple(dict.fromkeys(shown_as.get(name, name) for name in getattr(names, _column(spec.by))))


@dataclass(frozen=True, slots=True)
class TouchedWays:
    """Ways of one bucket's persons to a goal or to their last event, and the touches on them.

    Attributes:
        ends: Shape (ways,); the row of each way's last event.
        converts: Shape (ways,); whether that is the goal.
        is_last: Shape (ways,); whether it is its person's last way.
        row: Shape (touches,); the rows of events that are touches, in order.
        way: Shape (touches,); the way each stands on.
        kind: Shape (touches,); its code in `shown_kinds`.
    """

    ends: Indices
    converts: NDArray[np.bool_]
    is_last: NDArray[np.bool_]
    row: Indices
    way: Indices
    kind: Codes


def touched_ways(traces: Traces, asked: CodedTouchpoints) -> TouchedWays:
    """The ways of one bucket, with a touch for every event that is one."""
    at = traces.occurred_at
    shown = asked.shown_code.take(getattr(traces, asked.by), mode="wrap")  # -1, which is no name, is the last one
    is_goal = traces.activity == asked.goal
    # A way ends with a goal event or with the person's last event; it opens after the end before.
    closes_person = np.zeros(traces.events, np.bool_)
    closes_person[traces.offsets[1:][_ends_person(traces)] - 1] = True
    ends = np.flatnonzero(is_goal | closes_person)
    opens, oldest = np.append(0, ends + 1)[:-1], at[ends] - asked.lookback
    touches = ~is_goal & (shown >= 0)
    long = np.flatnonzero(at[opens] < oldest)  # only on these ways there are events that are too old
    lengths = ends[long] + 1 - opens[long]
    rows = np.repeat(ends[long] + 1 - np.cumsum(lengths), lengths) + np.arange(lengths.sum())
    touches[rows] &= at[rows] >= np.repeat(oldest[long], lengths)
    row = np.flatnonzero(touches)
    way = np.repeat(np.arange(len(ends)), np.diff(np.cumsum(touches, dtype=np.int32)[ends], prepend=0))
    return TouchedWays(ends, is_goal[ends], closes_person[ends], row, way, shown[row])


def _ends_person(traces: Traces) -> NDArray[np.bool_]:
    """Shape (journeys,); whether it is its person's last one."""
    return np.append(traces.person[1:] != traces.person[:-1], True)[: traces.journeys]


def touchpoint_part(traces: Traces, asked: CodedTouchpoints) -> TouchpointPart:
    """One bucket's paths."""
    if traces.events == 0:
        return nothing(asked.currencies)
    assert traces.amount_minor is not None  # noqa: S101 - asked for in touchpoint_paths
    assert traces.currency is not None  # noqa: S101
    found = touched_ways(traces, asked)
    ends, touched_way, touched, touched_row = found.ends, found.way, found.kind, found.row
    if asked.collapse and len(touched):
        changes = (touched_way[1:] != touched_way[:-1]) | (touched[1:] != touched[:-1])
        new = np.flatnonzero(np.append(True, changes))
        touched_row = touched_row[np.append(new[1:] - 1, len(touched) - 1)]  # as old as the last of its neighbours
        touched_way, touched = touched_way[new], touched[new]
    offsets = np.append(0, np.cumsum(np.bincount(touched_way, minlength=len(ends))))
    ways = Stretches(touched, offsets)
    path_of_way, first = ways.distinct()
    paths = ways.take(first)
    converts = found.converts
    conversions = np.bincount(path_of_way[converts], minlength=len(first))
    nulls = np.bincount(path_of_way[~converts], minlength=len(first))
    value = np.zeros((len(first), asked.currencies), dtype=np.int64)
    with_value = np.zeros((len(first), asked.currencies), dtype=np.int64)
    paid = converts & (traces.currency[ends] >= 0)
    cell = (path_of_way[paid], traces.currency[ends][paid])
    np.add.at(value, cell, traces.amount_minor[ends][paid])
    np.add.at(with_value, cell, 1)
    # Within each way that converts, touches share it by their age; summed over the ways of a path, touch by touch.
    sold = np.flatnonzero(converts[touched_way])
    way = touched_way[sold]
    # The last one weighs 1, so that no way's weights are all too small.
    at, last_at = traces.occurred_at[touched_row[sold]], traces.occurred_at[touched_row[offsets[1:][way] - 1]]
    weight = np.exp2((at - last_at) / asked.half_life)
    share = weight / np.bincount(way, weights=weight, minlength=len(ends))[way]
    decay = np.zeros(len(paths.codes), dtype=np.int64)
    np.add.at(decay, paths.offsets[path_of_way[way]] + sold - offsets[way], np.rint(PARTS * share).astype(np.int64))
    sets, persons = _persons(path_of_way, converts, found.is_last)
    span = (int(traces.occurred_at.min()), int(traces.occurred_at.max()))
    return TouchpointPart(paths, conversions, nulls, value, with_value, decay, sets, persons, span)


def _persons(
    path_of_way: Indices, converts: NDArray[np.bool_], is_last: NDArray[np.bool_]
) -> tuple[Stretches, Indices]:
    """The distinct sets of ways, and how many persons have each."""
    way = path_of_way * 2 + converts
    alone = is_last & np.append(True, is_last[:-1])[: len(is_last)]
    persons = np.bincount(way[alone])  # most have a single way, and need not be put in order
    single = np.flatnonzero(persons)
    several = Stretches(way[~alone], np.append(0, np.flatnonzero(is_last[~alone]) + 1))
    set_of_person, first = several.distinct()
    sets = joined([Stretches(single, np.arange(len(single) + 1)), several.take(first)])
    return sets, np.concatenate([persons[single], np.bincount(set_of_person)])


def touchpoint_paths(view: View, spec: TouchpointSpec) -> TouchpointPaths:
    """What the view's persons met before each goal, and on ways that led to none.

    Raises:
        QueryError: The goal never happens; or contents are asked for of selected journeys.
    """
    if spec.by == CONTENT:
        return _content_paths(view, spec)
    kernel = partial(touchpoint_part, asked=coded(spec, view.names))
    return _combined(view.map(kernel, columns=(spec.by, "amount_minor", "currency")), spec, view.names)


def _combined(parts: Sequence[TouchpointPart], spec: TouchpointSpec, names: Names) -> TouchpointPaths:
    return combine(parts, spec.goal, shown_kinds(spec, names), names.currency)


def touch_names(view: View, by: str) -> tuple[str, ...]:
    """All names that events have under one of `KINDS`, touchpoints or not.

    Raises:
        QueryError: Contents are asked for of selected journeys.
    """
    if by != CONTENT:
        names: tuple[str, ...] = getattr(view.names, by)
        return names
    _refuse_selected(view)
    return tuple(sorted({name for bucket in view.feed.buckets for name in contents_in(view, bucket)}))


def _content_paths(view: View, spec: TouchpointSpec) -> TouchpointPaths:
    """As `touchpoint_paths`: a content is a text in the events' properties, and takes the place of the campaign."""
    names = replace(view.names, campaign=touch_names(view, CONTENT))
    asked = coded(spec, names)

    def kernel(bucket: Bucket, traces: Traces) -> TouchpointPart:
        return touchpoint_part(with_contents(view, bucket, traces, names.campaign), asked)

    return _combined(view.map_buckets(kernel, ("amount_minor", "currency")), spec, names)


def with_contents(view: View, bucket: Bucket, traces: Traces, contents: Sequence[str]) -> Traces:
    """The bucket's journeys with codes of these contents in place of campaigns.

    Raises:
        QueryError: Journeys were selected.
    """
    _refuse_selected(view)
    texts = property_texts(view, bucket, CONTENT_PROPERTIES)
    codes = pc.fill_null(pc.index_in(texts, value_set=pa.array(contents, pa.string())), -1)
    return replace(traces, campaign=codes.to_numpy(zero_copy_only=False).astype(np.int32))


def contents_in(view: View, bucket: Bucket) -> tuple[str, ...]:
    """The contents that events of one bucket have, in order."""
    return tuple(sorted(name for name in property_texts(view, bucket, CONTENT_PROPERTIES).unique().to_pylist() if name))


def _refuse_selected(view: View) -> None:
    if view.selection != Selection():
        raise QueryError(sentence("touchpoints can be told apart by content only where all journeys are looked at"))


def _column(by: str) -> str:
    return "campaign" if by == CONTENT else by
