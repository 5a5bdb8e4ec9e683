"""Of those who visited a shop, were advised or got a quote: how many come to the goal, how soon, and after silence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from tillit.journeys.cases import DAY
from tillit.journeys.lots import ASSIGNED
from tillit.journeys.store import Bucket
from tillit.journeys.traces import Names, Traces
from tillit.journeys.view import NO_TIME, View, activity_code
from tillit.survival import Bools, Floats, survival
from tillit.vocabulary import Actor

Micros = NDArray[np.int64]


class Meeting(StrEnum):
    """What customers leave in silence, or come back from."""

    VISIT = "visit"
    ADVICE = "advice"
    QUOTE = "quote"


MEETS: dict[Meeting, frozenset[str]] = {
    Meeting.VISIT: frozenset({"store_visited"}),
    Meeting.ADVICE: frozenset({"call_held", "demo_held"}),
    Meeting.QUOTE: frozenset({"quote_sent"}),
}
LAST_DAY = 60
DAYS = (1, 3, 7, 14, 30, 60)
A_WEEK_DAYS = 7
FEWEST_CUSTOMERS = 30  # below, they are looked at one by one


@dataclass(frozen=True, slots=True)
class Chance:
    """A share, 0 to 1, with its 95 % range."""

    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class BoughtBy:
    """How many customers came to the goal within `day` days.

    Attributes:
        bought: Those who are seen to have done so.
        followed: Customers whose meeting was at least `day` days before the newest event.
        chance: Of the goal within `day` days; None where fewer than 30 are followed.
    """

    day: int
    bought: int
    followed: int
    chance: Chance | None


@dataclass(frozen=True, slots=True)
class Silent:
    """Customers who did nothing for `days` days after the meeting, and how many came to the goal in the week after.

    Attributes:
        chance: Of the goal in the week after so many silent days; None where fewer than 30 are followed to its end.
    """

    days: int
    customers: int
    bought: int
    chance: Chance | None


@dataclass(frozen=True, slots=True)
class AfterMeeting:
    """One kind of meeting; each customer counts once, from the first such meeting in the view on.

    Attributes:
        bought: Of `customers`, those who have come to the goal since, however late.
        by_day: For each day from 0 to `LAST_DAY`; empty below `FEWEST_CUSTOMERS`.
        silent: For each of `DAYS`; empty below `FEWEST_CUSTOMERS`.
    """

    meeting: Meeting
    customers: int
    bought: int
    by_day: tuple[BoughtBy, ...]
    silent: tuple[Silent, ...]

    @property
    def enough(self) -> bool:
        return self.customers >= FEWEST_CUSTOMERS

    @property
    def said_by_day(self) -> BoughtBy | None:
        """What is said first: within 30 days, or as many as are known."""
        known = [one for one in self.by_day if one.day in DAYS and one.day <= 30 and one.chance]
        return known[-1] if known else None

    @property
    def said_of_silent(self) -> Silent | None:
        """After 14 silent days, or as many as are known."""
        known = [one for one in self.silent if one.days <= 14 and one.chance]
        return known[-1] if known else None


@dataclass(frozen=True, slots=True)
class AfterMeetings:
    """Every kind of meeting that the view has; `newest_at` is the last instant the data know of, microseconds UTC."""

    meetings: tuple[AfterMeeting, ...]
    newest_at: int


@dataclass(frozen=True, slots=True)
class _Met:
    """The customers of one kind of meeting in one bucket.

    Attributes:
        journey: Shape (n,); the journey of the customer's first meeting, a position in the bucket's traces.
        met_at: Shape (n,), microseconds UTC.
        bought_at: Shape (n,); the next goal, in that journey or a later one; `NO_TIME` where there is none.
        heard_at: Shape (n,); when the customer next did anything; `NO_TIME` where there is nothing.
    """

    journey: NDArray[np.int64]
    met_at: Micros
    bought_at: Micros
    heard_at: Micros

    def bought_within(self, days: int) -> Bools:
        return np.asarray(self.bought_at - self.met_at <= days * DAY, np.bool_)

    def silent_for(self, days: int, newest_at: int) -> Bools:
        """Nothing was heard of them for so many days, which are over."""
        next_at = np.minimum(np.minimum(self.heard_at, self.bought_at), newest_at)
        return np.asarray(next_at - self.met_at > days * DAY, np.bool_)


@dataclass(frozen=True, slots=True)
class Met:
    """For each customer with such a meeting the journey of the first; or of those who came to the goal in time."""

    columns: ClassVar[tuple[str, ...]] = ()
    meeting: Meeting
    goal: str
    within_days: int | None = None

    def holds_in(self, view: View, bucket: Bucket, traces: Traces) -> Bools:
        met = _met_in(view, bucket, traces, self.meeting, self.goal)
        kept = np.ones(len(met.journey), np.bool_) if self.within_days is None else met.bought_within(self.within_days)
        return _has(traces, met.journey[kept])


@dataclass(frozen=True, slots=True)
class SilentAfter:
    """The same of those who did nothing for so many days; `bought`: and came to the goal in the week after."""

    columns: ClassVar[tuple[str, ...]] = ()
    meeting: Meeting
    goal: str
    days: int
    newest_at: int
    bought: bool = False

    def holds_in(self, view: View, bucket: Bucket, traces: Traces) -> Bools:
        met = _met_in(view, bucket, traces, self.meeting, self.goal)
        kept = met.silent_for(self.days, self.newest_at)
        if self.bought:
            kept &= met.bought_within(self.days + A_WEEK_DAYS)
        return _has(traces, met.journey[kept])


def after_meetings(view: View) -> AfterMeetings:
    """How many customers come to the goal after a visit, advice or a quote, and how many do after silence.

    The view chooses the meetings; the goal may come in any later journey of the same customer, chosen or not. Nobody
    is followed longer than to the newest event. A kind of meeting that is itself the goal is left out.

    Args:
        view: Which journeys; without a goal there is nothing to come to.
    """
    goal = view.rule.goal
    kinds = [] if goal is None else [kind for kind, names in MEETS.items() if goal not in names]
    kinds = [kind for kind in kinds if not MEETS[kind].isdisjoint(view.names.activity)]
    if goal is None or not kinds:
        return AfterMeetings((), view.span[1])
    everything = view.uncut()

    def kernel(bucket: Bucket, traces: Traces) -> tuple[int, list[_Met]]:
        whole = everything.traces(bucket, _COLUMNS)
        met = [_met(traces, whole, view.names, kind, goal) for kind in kinds]
        return int(whole.occurred_at.max(initial=0)), met

    parts = view.map_buckets(kernel)
    newest_at = max((newest for newest, _ in parts), default=0)
    found = [_joined([met[place] for _, met in parts]) for place in range(len(kinds))]
    rows = [_after(kind, met, newest_at) for kind, met in zip(kinds, found, strict=True) if len(met.journey)]
    return AfterMeetings(tuple(rows), newest_at)


_COLUMNS = ("actor",)


def _after(kind: Meeting, met: _Met, newest_at: int) -> AfterMeeting:
    happened = met.bought_at != NO_TIME
    customers, bought = len(happened), int(happened.sum())
    if customers < FEWEST_CUSTOMERS:
        return AfterMeeting(kind, customers, bought, (), ())
    followed = (newest_at - met.met_at) / DAY
    length = np.where(happened, met.bought_at - met.met_at, newest_at - met.met_at) / DAY
    return AfterMeeting(
        kind,
        customers,
        bought,
        _by_day(length, happened, followed),
        tuple(_silent(days, met.silent_for(days, newest_at), length, happened, followed) for days in DAYS),
    )


def _by_day(length: Floats, happened: Bools, followed: Floats) -> tuple[BoughtBy, ...]:
    days = range(LAST_DAY + 1)
    rows = []
    for day, chance in zip(days, _chances(length, happened, np.array(days, np.float64)), strict=True):
        old, bought = int((followed >= day).sum()), int((happened & (length <= day)).sum())
        rows.append(BoughtBy(day, bought, old, chance if old >= FEWEST_CUSTOMERS else None))
    return tuple(rows)


def _silent(days: int, quiet: Bools, length: Floats, happened: Bools, followed: Floats) -> Silent:
    """From the last silent day on, so that who was followed for less than the week counts as long as they were."""
    since, came = length[quiet] - days, happened[quiet]
    (chance,) = _chances(since, came, np.array([A_WEEK_DAYS], np.float64))
    enough = (followed[quiet] >= days + A_WEEK_DAYS).sum() >= FEWEST_CUSTOMERS
    return Silent(days, len(since), int((came & (since <= A_WEEK_DAYS)).sum()), chance if enough else None)


def _chances(length: Floats, happened: Bools, days: Floats) -> list[Chance]:
    """P(it has happened by each of these days)."""
    curve = survival(length, happened)
    low, high = curve.range_at(days)
    return [Chance(*row) for row in (1 - np.stack([curve.at(days), high, low], axis=1)).tolist()]


def _met_in(view: View, bucket: Bucket, traces: Traces, kind: Meeting, goal: str) -> _Met:
    return _met(traces, view.uncut().traces(bucket, _COLUMNS), view.names, kind, goal)


def _met(traces: Traces, whole: Traces, names: Names, kind: Meeting, goal: str) -> _Met:
    """The first meeting of each customer in `traces`, and what followed in `whole`, all of theirs as one journey."""
    code = activity_code(names, goal)
    rows = np.flatnonzero(_named(names.activity, MEETS[kind])[traces.activity])
    journey = np.searchsorted(traces.offsets, rows, side="right") - 1
    first = np.diff(traces.person[journey], prepend=-1) != 0
    rows, journey = rows[first], journey[first]
    met_at = traces.occurred_at[rows]

    order = np.argsort(whole.person)
    place = order[np.searchsorted(whole.person[order], traces.person[journey])]
    since = np.full(whole.journeys, NO_TIME)
    since[place] = met_at
    later = whole.occurred_at > np.repeat(since, np.diff(whole.offsets))
    bought_at = _first_at(whole, later & (whole.activity == code))[place]
    heard_at = _first_at(whole, later & _is_the_customers(whole, names))[place]

    # At the same instant the order of the events decides: an order at the till may be as old as the visit.
    goals = np.append(np.flatnonzero(traces.activity == code), traces.events)
    own = goals[np.searchsorted(goals, rows)]
    is_own = own < traces.offsets[journey + 1]
    bought_at[is_own] = traces.occurred_at[own[is_own]]
    return _Met(journey, met_at, bought_at, heard_at)


def _is_the_customers(traces: Traces, names: Names) -> Bools:
    """Per row: did the customer take part? What we or a machine send breaks no silence, and a lot is no event."""
    assert traces.actor is not None  # noqa: S101 - `_COLUMNS` asks for it
    by_others = _named((*names.actor, ""), {Actor.PERSON, Actor.MACHINE})[traces.actor]  # -1 is the last
    talked = _named(names.activity, MEETS[Meeting.ADVICE])[traces.activity]
    return np.asarray((talked | ~by_others) & ~_named(names.activity, {ASSIGNED})[traces.activity], np.bool_)


def _named(names: tuple[str, ...], wanted: frozenset[str] | set[str] | set[Actor]) -> Bools:
    return np.array([name in wanted for name in names], np.bool_)


def _first_at(traces: Traces, wanted: Bools) -> Micros:
    """Per journey when the first wanted event was; `NO_TIME` where there is none."""
    rows = np.flatnonzero(wanted)
    journey = np.searchsorted(traces.offsets, rows, side="right") - 1
    first = np.diff(journey, prepend=-1) != 0
    at = np.full(traces.journeys, NO_TIME)
    at[journey[first]] = traces.occurred_at[rows[first]]
    return at


def _has(traces: Traces, journey: NDArray[np.int64]) -> Bools:
    has = np.zeros(traces.journeys, np.bool_)
    has[journey] = True
    return has


def _joined(parts: list[_Met]) -> _Met:
    return _Met(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("journey", "met_at", "bought_at", "heard_at")
        )
    )
