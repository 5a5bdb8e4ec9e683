"""How far persons (or journeys) get along a row of steps, whichever entry serves them best.

A unit reaches a step if *any* choice of events carries it there within the windows. Joining on the first entry loses
those who started, waited beyond the window, and started again. See docs/methods/funnel.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from tillit.errors import QueryError
from tillit.journeys.graph import quantiles
from tillit.journeys.results import Funnel, FunnelStep
from tillit.journeys.traces import Micros, Names, Traces
from tillit.journeys.units import Indices, activity_codes, unit_count, unit_of_event, unit_of_journey
from tillit.journeys.view import View
from tillit.sentences import sentence
from tillit.vocabulary import Unit

Flags = NDArray[np.bool_]

NEVER = -1  # a wait of an attempt that did not get there
SECOND = 1_000_000
BEYOND_ALL = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class FunnelSpec:
    """A funnel as it was asked for.

    Attributes:
        steps: Two or more; each an activity, or a set of activities of which any will do.
        within_seconds: From the first step's event to the last one's, inclusive; None = no limit.
        per_step_seconds: From each step's event to the next one's, inclusive; one entry fewer than steps, or none.
        ordered: False counts how many different steps happened within the window, in any order.
        exclude: Activities that break an attempt when they happen between two of its steps.
    """

    steps: tuple[frozenset[str] | str, ...]
    within_seconds: float | None = None
    per_step_seconds: tuple[float | None, ...] = ()
    ordered: bool = True
    exclude: frozenset[str] = field(default_factory=frozenset)
    unit: Unit = Unit.PERSON

    def __post_init__(self) -> None:
        steps = self.step_sets()
        if len(steps) < 2 or not all(steps):
            raise QueryError(sentence("A funnel needs at least two steps, and each step at least one activity."))
        windows = [seconds for seconds in (self.within_seconds, *self.per_step_seconds) if seconds is not None]
        if any(not seconds >= 0 for seconds in windows):
            raise QueryError(
                sentence("A funnel's window is {seconds:g} seconds; it cannot be negative.", seconds=min(windows))
            )
        if self.per_step_seconds and len(self.per_step_seconds) != len(steps) - 1:
            raise QueryError(
                sentence(
                    "{steps} steps have {gaps} gaps between them, but {windows} step windows were given. "
                    "Give one for each gap, or none.",
                    steps=len(steps),
                    gaps=len(steps) - 1,
                    windows=len(self.per_step_seconds),
                )
            )
        excluded = self.exclude & frozenset().union(*steps)
        if excluded:
            raise QueryError(
                sentence(
                    '"{activity}" is a step of this funnel and excluded from it; it can only be one.',
                    activity=min(excluded),
                )
            )
        if not self.ordered:
            if any(seconds is not None for seconds in self.per_step_seconds):
                raise QueryError(
                    sentence("Steps in any order have no next step; use the total window instead of step windows.")
                )
            shared = [one & other for one, other in combinations(steps, 2) if one & other]
            if shared:
                raise QueryError(
                    sentence(
                        '"{activity}" is in two steps; in any order one event could be either.', activity=min(shared[0])
                    )
                )

    def step_sets(self) -> tuple[frozenset[str], ...]:
        """The steps, each as a set."""
        return tuple(frozenset({step}) if isinstance(step, str) else step for step in self.steps)

    def step_names(self) -> tuple[str, ...]:
        """What the steps are called: the activities, or "2 of 3" where any order will do."""
        if not self.ordered:
            return tuple(f"{step} of {len(self.steps)}" for step in range(1, len(self.steps) + 1))
        return tuple(" or ".join(sorted(step)) for step in self.step_sets())


@dataclass(frozen=True, slots=True)
class CodedFunnel:
    """A funnel in a store's codes: tables by activity code, windows in microseconds."""

    steps: tuple[Flags, ...]
    exclude: Flags
    within: int
    per_step: tuple[int, ...]
    ordered: bool
    unit: Unit


@dataclass(frozen=True, slots=True)
class Attempts:
    """The best attempt of each unit.

    Best is the one that gets furthest, of those the one that begins first, and from there each next step as soon as
    the attempt can still get as far.

    Attributes:
        unit_of_journey: Shape (journeys,).
        furthest: Shape (units,); steps reached, 0 to all.
        entry: Shape (units,); the row of its first event, `NEVER` where no step was reached.
        waits: Shape (units, steps - 1); microseconds from each step to the next, `NEVER` where it was not reached.
    """

    unit_of_journey: Indices
    furthest: Indices
    entry: Indices
    waits: Micros


@dataclass(frozen=True, slots=True)
class FunnelPart:
    """One bucket's contribution; parts add up because no person is in two of them."""

    units: int
    reached: Indices
    waits: tuple[Micros, ...]


def coded(spec: FunnelSpec, names: Names) -> CodedFunnel:
    """The funnel in the codes of `names`.

    Raises:
        QueryError: A step or an exclusion names an activity that never happens.
    """
    gaps = spec.per_step_seconds or (None,) * (len(spec.steps) - 1)
    return CodedFunnel(
        steps=tuple(activity_codes(names, step) for step in spec.step_sets()),
        exclude=activity_codes(names, spec.exclude),
        within=_micros(spec.within_seconds),
        per_step=tuple(_micros(seconds) for seconds in gaps),
        ordered=spec.ordered,
        unit=spec.unit,
    )


def _micros(seconds: float | None) -> int:
    # Beyond 292,000 years a window is no limit, and int64 ends.
    return BEYOND_ALL if seconds is None or seconds * SECOND >= BEYOND_ALL else round(seconds * SECOND)


def best_attempts(traces: Traces, funnel: CodedFunnel) -> Attempts:
    """How far each unit gets, and how long its best attempt waited; linear in events times steps."""
    journey_unit = unit_of_journey(traces, funnel.unit)
    units = unit_of_event(traces, journey_unit)
    # A stretch ends where the unit does and at every excluded event; an attempt lies within one stretch.
    breaks = funnel.exclude[traces.activity]
    breaks[1:] |= units[1:] != units[:-1]
    kept = np.logical_or.reduce([step[traces.activity] for step in funnel.steps])
    events = _Events(
        row=np.flatnonzero(kept),
        activity=traces.activity[kept],
        at=traces.occurred_at[kept],
        unit=units[kept],
        stretch=np.cumsum(breaks, dtype=np.int64)[kept],
    )
    solve = _in_order if funnel.ordered else _in_any_order
    return Attempts(journey_unit, *solve(events, funnel, unit_count(journey_unit)))


@dataclass(frozen=True, slots=True)
class _Events:
    """The events that are some step, in order."""

    row: Indices
    activity: NDArray[np.int32]
    at: Micros
    unit: Indices
    stretch: Indices

    def only(self, kept: Flags) -> _Events:
        return _Events(self.row[kept], self.activity[kept], self.at[kept], self.unit[kept], self.stretch[kept])

    def backwards(self) -> _Events:
        back = slice(None, None, -1)
        return _Events(self.row[back], self.activity[back], self.at[back], self.unit[back], self.stretch[back])


@dataclass(frozen=True, slots=True)
class _Reached:
    """The events at which a chain arrives at one step: positions, and the position before each in its chain."""

    here: Indices
    before: Indices


def _chains(events: _Events, steps: Sequence[Flags], gaps: Sequence[int], within: int) -> list[_Reached]:
    """Where chains arrive at each step.

    For an event at step k the best event before it is the *latest* at which a chain arrived at step k - 1: it is the
    nearest, and no earlier one has a later entry (by induction). So one position each is enough, and a binary search
    finds it. Time may run backwards; only differences are compared.
    """
    here = np.flatnonzero(steps[0][events.activity])
    reached = [_Reached(here, np.full(len(here), NEVER))]
    entry = events.at[here]
    for step, gap in zip(steps[1:], gaps, strict=True):
        candidates = np.flatnonzero(step[events.activity])
        before = np.searchsorted(here, candidates) - 1  # strictly before: one event is never two steps
        candidates, before = candidates[before >= 0], before[before >= 0]
        previous = here[before]
        fits = (
            (events.stretch[previous] == events.stretch[candidates])
            & (np.abs(events.at[candidates] - events.at[previous]) <= gap)
            & (np.abs(events.at[candidates] - entry[before]) <= within)
        )
        here, entry = candidates[fits], entry[before[fits]]
        reached.append(_Reached(here, previous[fits]))
    return reached


def _in_order(events: _Events, funnel: CodedFunnel, units: int) -> tuple[Indices, Indices, Micros]:
    furthest, entry = np.zeros(units, dtype=np.int64), np.full(units, NEVER, dtype=np.int64)
    for step, reached in enumerate(_chains(events, funnel.steps, funnel.per_step, funnel.within), start=1):
        furthest[events.unit[reached.here]] = step
    waits = np.full((units, len(funnel.steps) - 1), NEVER, dtype=np.int64)
    for steps in range(1, len(funnel.steps) + 1):
        theirs = events.only(furthest[events.unit] == steps).backwards()
        # Backwards the same search answers another question: from which entries can all of these steps be reached?
        chains = _chains(theirs, funnel.steps[:steps][::-1], funnel.per_step[: steps - 1][::-1], funnel.within)
        entries = chains[-1].here
        # The last of a unit, backwards, is its first entry.
        last = np.append(theirs.unit[entries][1:] != theirs.unit[entries][:-1], True)[: len(entries)]
        at_step = entries[last]
        who = theirs.unit[at_step]
        entry[who] = theirs.row[at_step]
        for gap, reached in enumerate(reversed(chains[1:])):
            following = reached.before[np.searchsorted(reached.here, at_step)]
            waits[who, gap] = theirs.at[following] - theirs.at[at_step]
            at_step = following
    return furthest, entry, waits


def _in_any_order(events: _Events, funnel: CodedFunnel, units: int) -> tuple[Indices, Indices, Micros]:
    furthest, entry = np.zeros(units, dtype=np.int64), np.full(units, NEVER, dtype=np.int64)
    waits = np.full((units, len(funnel.steps) - 1), NEVER, dtype=np.int64)
    count = len(events.at)
    if count == 0:
        return furthest, entry, waits
    positions = np.arange(count)
    # For each event as the entry: when each step happens next, itself included.
    happens = np.full((count, len(funnel.steps)), BEYOND_ALL, dtype=np.int64)
    for index, step in enumerate(funnel.steps):
        following = np.where(step[events.activity], positions, count)
        following = np.minimum.accumulate(following[::-1])[::-1]
        there = np.flatnonzero(following < count)
        following = following[there]
        fits = (events.stretch[following] == events.stretch[there]) & (
            events.at[following] - events.at[there] <= funnel.within
        )
        happens[there[fits], index] = events.at[following[fits]]
    steps = np.count_nonzero(happens < BEYOND_ALL, axis=1)
    np.maximum.at(furthest, events.unit, steps)
    best = np.flatnonzero(steps == furthest[events.unit])
    first = best[np.append(True, events.unit[best][1:] != events.unit[best][:-1])]
    entry[events.unit[first]] = events.row[first]
    times = np.sort(happens[first], axis=1)
    for gap in range(len(funnel.steps) - 1):
        got_there = times[:, gap + 1] < BEYOND_ALL
        waits[events.unit[first[got_there]], gap] = times[got_there, gap + 1] - times[got_there, gap]
    return furthest, entry, waits


def funnel_part(traces: Traces, funnel: CodedFunnel) -> FunnelPart:
    """One bucket's counts and waits."""
    attempts = best_attempts(traces, funnel)
    steps = len(funnel.steps)
    return FunnelPart(
        units=len(attempts.furthest),
        reached=np.array([np.count_nonzero(attempts.furthest >= step) for step in range(1, steps + 1)], dtype=np.int64),
        waits=tuple(attempts.waits[attempts.furthest >= step, step - 2] for step in range(2, steps + 1)),
    )


def combine(parts: Sequence[FunnelPart], spec: FunnelSpec) -> Funnel:
    """The funnel of all buckets together; quantiles are exact, with linear interpolation between two waits."""
    reached = [sum(int(part.reached[step]) for part in parts) for step in range(len(spec.steps))]
    steps = []
    for step, name in enumerate(spec.step_names()):
        previous = reached[step - 1] if step else reached[0]
        waits = (
            np.concatenate([part.waits[step - 1] for part in parts]) if step and parts else np.zeros(0, dtype=np.int64)
        )
        p50, p90 = quantiles(waits, (0.5, 0.9)) if len(waits) else (None, None)
        steps.append(
            FunnelStep(
                name=name,
                reached=reached[step],
                dropped=previous - reached[step],
                of_previous=reached[step] / previous if previous else 0.0,
                of_first=reached[step] / reached[0] if reached[0] else 0.0,
                p50_seconds_from_previous=p50,
                p90_seconds_from_previous=p90,
            )
        )
    return Funnel(unit=spec.unit, total=sum(part.units for part in parts), steps=tuple(steps))


def funnel(view: View, spec: FunnelSpec) -> Funnel:
    """How many units of the view's journeys reach each step, and how long they wait between steps.

    `total` counts all units of the view, also those that never take the first step; `of_first` and `of_previous` are
    shares of those who reached the first and the previous step.

    Raises:
        QueryError: A step or an exclusion names an activity that never happens.
    """
    kernel = partial(funnel_part, funnel=coded(spec, view.names))
    return combine(view.map(kernel), spec)
