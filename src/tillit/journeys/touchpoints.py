"""Which channels (or functions) persons met on their way to a goal, and on ways that led to none.

Definitions: docs/methods/paths.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from tillit.errors import QueryError
from tillit.journeys.results import Money, TouchpointPath, TouchpointPaths
from tillit.journeys.traces import Codes, Names, Traces
from tillit.journeys.units import Indices, unit_of_event, unit_of_journey
from tillit.journeys.view import View, activity_code
from tillit.sentences import sentence
from tillit.vocabulary import Unit

DAY = 86_400_000_000
TOUCHES = ("channel", "function")


@dataclass(frozen=True, slots=True)
class TouchpointSpec:
    """Touchpoint paths as they were asked for.

    Attributes:
        goal: The activity that converts; each of its events is one conversion.
        by: "channel" or "function": what of an event is the touch.
        lookback_days: A touch counts up to exactly so long before the goal.
        collapse: Whether neighbouring touches of the same kind are one.
    """

    goal: str
    by: str = "channel"
    lookback_days: float = 90
    collapse: bool = True

    def __post_init__(self) -> None:
        if self.by not in TOUCHES:
            raise QueryError(
                sentence(
                    'Touchpoints are told apart by one of {names}, not by "{name}".',
                    names=", ".join(TOUCHES),
                    name=self.by,
                )
            )
        if not self.lookback_days > 0:
            raise QueryError(
                sentence("A lookback of {days:g} days holds no touch; give a number above 0.", days=self.lookback_days)
            )


@dataclass(frozen=True, slots=True)
class CodedTouchpoints:
    """The question in a store's codes."""

    goal: int
    by: str
    lookback: int
    collapse: bool
    currencies: int


@dataclass(frozen=True, slots=True)
class _Tally:
    """What one path led to; `value` by currency code."""

    conversions: int
    nulls: int
    value: Indices
    with_value: Indices


TouchpointPart = dict[tuple[int, ...], _Tally]


def coded(spec: TouchpointSpec, names: Names) -> CodedTouchpoints:
    """The question in the codes of `names`.

    Raises:
        QueryError: The goal never happens.
    """
    lookback = min(spec.lookback_days * DAY, float(np.iinfo(np.int64).max // 2))
    return CodedTouchpoints(
        activity_code(names, spec.goal), spec.by, round(lookback), spec.collapse, len(names.currency)
    )


def touchpoint_part(traces: Traces, asked: CodedTouchpoints) -> TouchpointPart:
    """One bucket's paths."""
    if traces.events == 0:
        return {}
    assert traces.amount_minor is not None  # noqa: S101 - asked for in touchpoint_paths
    assert traces.currency is not None  # noqa: S101
    kinds = traces.channel if asked.by == "channel" else traces.function
    assert kinds is not None  # noqa: S101
    person = unit_of_event(traces, unit_of_journey(traces, Unit.PERSON))
    is_goal = traces.activity == asked.goal
    # A way ends with a goal event or with the person's last event; it opens after the end before.
    closes = is_goal | np.append(person[1:] != person[:-1], True)
    ends = np.flatnonzero(closes)
    way = np.cumsum(closes) - closes
    touches = ~is_goal & (traces.occurred_at >= traces.occurred_at[ends][way] - asked.lookback)
    touched_way, touched = way[touches], kinds[touches]
    if asked.collapse and len(touched):
        new = np.append(True, (touched_way[1:] != touched_way[:-1]) | (touched[1:] != touched[:-1]))
        touched_way, touched = touched_way[new], touched[new]
    offsets = np.searchsorted(touched_way, np.arange(len(ends) + 1))
    path_of_way, paths = _distinct(touched.astype(np.int32), offsets)
    converts = is_goal[ends]
    # A person's goal as the last event leaves nothing after it, so every way that does not convert has a touch.
    conversions = np.bincount(path_of_way[converts], minlength=len(paths))
    nulls = np.bincount(path_of_way[~converts], minlength=len(paths))
    value = np.zeros((len(paths), asked.currencies), dtype=np.int64)
    with_value = np.zeros((len(paths), asked.currencies), dtype=np.int64)
    paid = converts & (traces.currency[ends] >= 0)
    cell = (path_of_way[paid], traces.currency[ends][paid])
    np.add.at(value, cell, traces.amount_minor[ends][paid])
    np.add.at(with_value, cell, 1)
    return {
        path: _Tally(int(conversions[row]), int(nulls[row]), value[row], with_value[row])
        for row, path in enumerate(paths)
    }


def _distinct(codes: Codes, offsets: Indices) -> tuple[Indices, list[tuple[int, ...]]]:
    """The distinct stretches `codes[offsets[i]:offsets[i + 1]]`, and which of them each stretch is."""
    raw, width = codes.tobytes(), codes.itemsize
    row_of: dict[bytes, int] = {}
    rows = [
        row_of.setdefault(raw[low * width : high * width], len(row_of))
        for low, high in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)
    ]
    return np.array(rows, dtype=np.int64), [tuple(np.frombuffer(key, codes.dtype).tolist()) for key in row_of]


def combine(parts: Sequence[TouchpointPart], spec: TouchpointSpec, names: Names) -> TouchpointPaths:
    """All buckets together: most conversions first, then most ways without one, ties by the path."""
    tallies: TouchpointPart = {}
    for part in parts:
        for path, tally in part.items():
            known = tallies.get(path)
            tallies[path] = tally if known is None else _sum(known, tally)
    kinds: tuple[str, ...] = getattr(names, spec.by)
    paths = [
        TouchpointPath(
            touches=tuple(kinds[code] for code in path),
            conversions=tally.conversions,
            nulls=tally.nulls,
            value=_money(tally, names),
        )
        for path, tally in tallies.items()
    ]
    return TouchpointPaths(
        goal=spec.goal,
        conversions=sum(path.conversions for path in paths),
        nulls=sum(path.nulls for path in paths),
        paths=tuple(sorted(paths, key=lambda path: (-path.conversions, -path.nulls, path.touches))),
    )


def _sum(one: _Tally, other: _Tally) -> _Tally:
    return _Tally(
        one.conversions + other.conversions,
        one.nulls + other.nulls,
        one.value + other.value,
        one.with_value + other.with_value,
    )


def _money(tally: _Tally, names: Names) -> tuple[Money, ...]:
    return tuple(
        Money(names.currency[code], int(tally.value[code]), int(tally.with_value[code]))
        for code in sorted(np.flatnonzero(tally.with_value).tolist(), key=lambda code: names.currency[code])
    )


def touchpoint_paths(view: View, spec: TouchpointSpec) -> TouchpointPaths:
    """What the view's persons met before each goal, and on ways that led to none.

    Raises:
        QueryError: The goal never happens.
    """
    kernel = partial(touchpoint_part, asked=coded(spec, view.names))
    return combine(view.map(kernel, columns=(spec.by, "amount_minor", "currency")), spec, view.names)
