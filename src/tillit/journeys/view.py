"""A view: which journeys of a store, cut by which rule, for which purpose. Every question starts here."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from tillit.errors import QueryError
from tillit.journeys.cases import Cases, cases, is_after_purchase
from tillit.journeys.feed import Feed
from tillit.journeys.lots import ASSIGNED, steps_alone
from tillit.journeys.permission import Permission, gated, granted
from tillit.journeys.store import Bucket, OrderedStore
from tillit.journeys.traces import Codes, Micros, Names, Traces
from tillit.sentences import sentence
from tillit.vocabulary import Purpose

Part = TypeVar("Part")

# Read for every question; a kernel names what it needs beyond them.
ALWAYS = ("activity", "occurred_at")
NO_TIME = np.iinfo(np.int64).max  # later than any event


@dataclass(frozen=True, slots=True)
class CaseRule:
    """Where a person's journeys end: after the goal, after a pause of more than the lapse, or (None, None) never."""

    goal: str | None = None
    lapse_days: float | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """Which journeys. All conditions must hold; an empty one holds for every journey."""

    start_at: int | None = None  # the first event lies in [start_at, end_at), microseconds UTC
    end_at: int | None = None
    channels: frozenset[str] = frozenset()  # at least one event by one of these
    activities: frozenset[str] = frozenset()  # at least one of these
    places: frozenset[str] = frozenset()  # at least one event at one of these
    known: bool | None = None  # True: the person had reached the goal in an earlier journey; False: had not


class View:
    """Journeys as kernels see them.

    Args:
        feed: Where the events stand: a store, or a plain file read directly.
        rule: How journeys are cut.
        selection: Which of them are meant.
        purpose: What the reader wants them for; there is no default.
        permission: Whose events this purpose may see. None only for measuring files of one's own.
        with_lots: Whether lots that fell (`lots.ASSIGNED`) stand among the events; they are nobody's steps.

    Raises:
        PurposeError: No purpose, or nothing says whose events it may see.
        QueryError: The goal is no activity of these data.
    """

    def __init__(
        self,
        feed: Feed,
        rule: CaseRule = CaseRule(),
        selection: Selection = Selection(),
        *,
        purpose: Purpose,
        permission: Permission | None = None,
        with_lots: bool = False,
    ) -> None:
        self.purpose = purpose
        self.permission = granted(purpose, permission)
        allowed = gated(feed, self.permission.aggregates)
        self.feed: Feed = allowed if with_lots else steps_alone(allowed)
        self._behind, self._with_lots = feed, with_lots
        self.rule = rule
        self.selection = selection
        self.names: Names = feed.names
        self._goal = None if rule.goal is None else activity_code(self.names, rule.goal)
        self._after_purchase = is_after_purchase(self.names.activity)
        self._cases: dict[Bucket, Cases] = {}

    @property
    def store(self) -> OrderedStore:
        """The store behind the view and behind its mask, for questions about one person, which ask the mask themselves.

        Raises:
            QueryError: The view stands on a plain file.
        """
        if isinstance(self._behind, OrderedStore):
            return self._behind
        raise QueryError(sentence("a plain file was read for its journeys alone; import it to look at single persons"))

    def of_persons(self) -> View:
        """The same journeys as far as persons may be shown at this moment; aggregates are as of the build."""
        now = self.permission.persons
        if now == self.permission.aggregates:
            return self
        permission = replace(self.permission, aggregates=now)
        return View(
            self._behind,
            self.rule,
            self.selection,
            purpose=self.purpose,
            permission=permission,
            with_lots=self._with_lots,
        )

    def choosing(self, selection: Selection) -> View:
        """Other journeys of the same rule, for the same purpose; where journeys begin is found once for both."""
        other = View(
            self._behind,
            self.rule,
            selection,
            purpose=self.purpose,
            permission=self.permission,
            with_lots=self._with_lots,
        )
        other._cases = self._cases
        return other

    def uncut(self) -> View:
        """All events of the store, lots too, each person's as one journey, for the same purpose."""
        return View(self._behind, purpose=self.purpose, permission=self.permission, with_lots=True)

    @property
    def steps(self) -> tuple[str, ...]:
        """The activities that a journey can have, in the order of their codes."""
        return tuple(name for name in self.names.activity if name != ASSIGNED)

    def map(self, kernel: Callable[[Traces], Part], *, columns: Collection[str] = ()) -> list[Part]:
        """What a kernel says of each bucket's journeys, in the store's order; persons are never split over buckets.

        Args:
            kernel: A pure function; it may run on several buckets at once.
            columns: The per-event columns of `Traces` it reads besides activity and time.
        """
        return self.map_buckets(lambda _, traces: kernel(traces), columns)

    def map_buckets(self, kernel: Callable[[Bucket, Traces], Part], columns: Collection[str] = ()) -> list[Part]:
        """As `map`, for a kernel that must know which bucket its journeys stand in."""
        return self.feed.map(lambda bucket: kernel(bucket, self.traces(bucket, columns)))

    @cached_property
    def span(self) -> tuple[int, int]:
        """First and last instant of the view's journeys, microseconds UTC; `NO_TIME` and 0 where there are none."""
        parts = self.map(
            lambda traces: (int(traces.occurred_at.min(initial=NO_TIME)), int(traces.occurred_at.max(initial=0)))
        )
        return min((first for first, _ in parts), default=NO_TIME), max((last for _, last in parts), default=0)

    def journey_numbers(self, activity: Codes, occurred_at: Micros) -> NDArray[np.int32]:
        """The number of the journey that each of one person's events stands in, under the view's rule.

        A lot ends no journey and begins none: it stands in the one that was under way.
        """
        is_step = np.array([name != ASSIGNED for name in self.names.activity], np.bool_)[activity]
        if not is_step.any():
            return np.ones(len(activity), np.int32)
        cut = self._cut(np.array([0, is_step.sum()]), activity[is_step], occurred_at[is_step])
        under_way: NDArray[np.int32] = np.repeat(cut.number, np.diff(cut.offsets))[
            np.maximum(np.cumsum(is_step) - 1, 0)
        ]
        return under_way

    def traces(self, bucket: Bucket, columns: Collection[str]) -> Traces:
        """The selected journeys of one bucket, with exactly these columns besides activity and time."""
        chosen = self.selection
        needed = {*ALWAYS, *columns}
        extra = ({"channel"} if chosen.channels else set()) | ({"place"} if chosen.places else set())
        events = self.feed.read(bucket, sorted(needed | extra))
        # A report asks a dozen questions: where journeys begin is found once, and takes 21 bytes a journey to keep.
        cut = self._cases.get(bucket)
        if cut is None:
            cut = self._cut(events.offsets, events.columns["activity"], events.columns["occurred_at"])
            self._cases[bucket] = cut
        traces = Traces(cut.offsets, events.person[cut.owner], cut.number, cut.reached_goal, **events.columns)
        if chosen != Selection():
            traces = keep_journeys(traces, self._selected(traces))
        unasked: dict[str, Any] = dict.fromkeys(extra - needed)
        return replace(traces, **unasked)

    def _cut(self, persons: NDArray[np.int64], activity: Codes, occurred_at: Micros) -> Cases:
        return cases(
            persons,
            activity,
            occurred_at,
            goal=self._goal,
            lapse_days=self.rule.lapse_days,
            after_purchase=self._after_purchase,
        )

    def _selected(self, traces: Traces) -> NDArray[np.bool_]:
        chosen = self.selection
        first_at = traces.occurred_at[traces.offsets[:-1]]
        selected = np.ones(traces.journeys, np.bool_)
        if chosen.start_at is not None:
            selected &= first_at >= chosen.start_at
        if chosen.end_at is not None:
            selected &= first_at < chosen.end_at
        if chosen.known is not None:
            selected &= has_earlier_goal(traces) == chosen.known
        for column, wanted in (("channel", chosen.channels), ("activity", chosen.activities), ("place", chosen.places)):
            if wanted:
                selected &= has_any(traces, column, wanted, self.names)
        return selected


def activity_code(names: Names, activity: str) -> int:
    """The code of an activity.

    Raises:
        QueryError: No event has it; the message names the nearest ones.
    """
    if activity in names.activity:
        return names.activity.index(activity)
    near = difflib.get_close_matches(activity, names.activity, n=3, cutoff=0.4) or sorted(names.activity)[:5]
    hint = sentence("did you mean {names}?", names=", ".join(near)) if near else sentence("there are no events at all")
    raise QueryError(sentence("no event has the activity '{activity}'; {hint}", activity=activity, hint=hint))


def has_any(traces: Traces, column: str, wanted: Collection[str], names: Names) -> NDArray[np.bool_]:
    """Per journey: has it at least one event whose column is one of these names?"""
    is_wanted = np.array([*(name in wanted for name in getattr(names, column)), False], np.bool_)  # -1 is the last
    hits = is_wanted[getattr(traces, column)]
    return np.logical_or.reduceat(hits, traces.offsets[:-1]) if traces.journeys else np.zeros(0, np.bool_)


def has_earlier_goal(traces: Traces) -> NDArray[np.bool_]:
    """Per journey: had its person reached the goal in an earlier journey?"""
    if traces.had_goal is not None:
        return traces.had_goal
    before: NDArray[np.int64] = np.cumsum(traces.reached_goal) - traces.reached_goal
    first = traces.number == 1
    at_first: NDArray[np.int64] = before[first][np.cumsum(first) - 1]
    return before > at_first


def keep_journeys(traces: Traces, kept: NDArray[np.bool_]) -> Traces:
    """Only the journeys where `kept` is true."""
    lengths = np.diff(traces.offsets)
    rows = np.repeat(kept, lengths)
    per_journey: dict[str, Any] = {name: getattr(traces, name)[kept] for name in ("person", "number", "reached_goal")}
    per_journey["had_goal"] = has_earlier_goal(traces)[kept]  # what is left out may be what tells
    per_event: dict[str, Any] = {
        field.name: None if (values := getattr(traces, field.name)) is None else values[rows]
        for field in fields(Traces)
        if field.name not in (*per_journey, "offsets")
    }
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths[kept])])
    return Traces(offsets=offsets, **per_journey, **per_event)
