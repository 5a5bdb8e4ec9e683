"""From journeys to visits: one row for each step that a journey came to before its goal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tillit.errors import QueryError
from tillit.friction.split import Split
from tillit.journeys.calendar import EPOCH, MICROSECOND, zone_named
from tillit.journeys.cases import DAY
from tillit.journeys.numbering import numbered
from tillit.journeys.store import Bucket
from tillit.journeys.traces import Codes, Micros, Traces
from tillit.journeys.view import View, activity_code, has_earlier_goal
from tillit.sentences import sentence

HOUR = 3_600_000_000
STEP_COLUMNS = ("channel", "place", "amount_minor", "currency")
LEAST_IN_STRATUM = 50  # visits; thinner strata are matched on less


@dataclass(frozen=True, slots=True)
class VisitRows:
    """Visits as the journeys give them, each column of shape (visits,).

    A journey that comes to a step several times has one visit there, its last.

    Attributes:
        activity: Codes; `part` is the code of the channel, place or property, -1 for none.
        entry_channel: Channel of the journey's first event: known before any step.
        known: The customer had reached the goal in an earlier journey.
        person: Internal codes.
        at: Of the visit; the journey began at `began_at`.
        left: No event follows, and the goal was not reached.
        waited_seconds: Until the journey's next event; NaN where there is none.
        amount_minor: Of the goal's event; 0 without one, `currency` is -1 there.
    """

    activity: Codes
    part: Codes
    entry_channel: Codes
    known: NDArray[np.bool_]
    person: NDArray[np.int64]
    at: Micros
    began_at: Micros
    left: NDArray[np.bool_]
    waited_seconds: NDArray[np.float64]
    reached_goal: NDArray[np.bool_]
    amount_minor: NDArray[np.int64]
    currency: Codes

    def keep(self, rows: NDArray[np.bool_]) -> VisitRows:
        """These rows only."""
        return VisitRows(*(getattr(self, field.name)[rows] for field in fields(self)))


@dataclass(frozen=True, slots=True)
class JourneyEnds:
    """Of every journey, each of shape (journeys,): when it began and ended, and whether it reached the goal."""

    began_at: Micros
    ended_at: Micros
    reached_goal: NDArray[np.bool_]


def visit_rows(view: View, split: Split) -> tuple[VisitRows, JourneyEnds, tuple[str, ...]]:
    """All visits of a view's finished journeys, all its journeys, and what the codes of `VisitRows.part` stand for.

    Raises:
        QueryError: The view's journeys have no goal, so that leaving could not be told from arriving; or the split
            cannot be made.
    """
    if view.rule.goal is None:
        raise QueryError(
            sentence("friction needs a goal: without one, leaving cannot be told from arriving; name an activity")
        )
    split.check(view)
    goal = activity_code(view.names, view.rule.goal)

    newest_at = view.span[1]

    def kernel(bucket: Bucket, traces: Traces) -> tuple[VisitRows, JourneyEnds, tuple[str, ...]]:
        part, parts = split.parts(view, bucket, traces)
        rows, ends, journey = visits_of(traces, part, goal=goal)
        over = is_finished(ends.ended_at, ends.reached_goal, newest_at=newest_at, lapse_days=view.rule.lapse_days)
        return rows.keep(over[journey]), ends, parts

    columns = {"channel", "amount_minor", "currency"} | ({split.column} if split.column else set())
    found = view.map_buckets(kernel, columns)
    parts = sorted({name for _, _, names in found for name in names})
    if split.property_name is not None and not parts:
        raise QueryError(
            sentence(
                "no event has a text under the property '{name}'; look at a file's columns",
                name=split.property_name or "",
            )
        )
    place = {name: code for code, name in enumerate(parts)}
    rows = []
    for one, _, names in found:  # codes of a bucket become codes of all; -1, the last, stays
        codes = np.array([*(place[name] for name in names), -1], np.int32)
        rows.append(replace(one, part=codes[one.part]))
    return _joined(VisitRows, rows), _joined(JourneyEnds, [ends for _, ends, _ in found]), tuple(parts)


def _joined(kind: Any, parts: Sequence[Any]) -> Any:
    return kind(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(kind)))


def visits_of(traces: Traces, part: Codes, *, goal: int) -> tuple[VisitRows, JourneyEnds, NDArray[np.int64]]:
    """One bucket's visits, its journeys, and the journey of each visit.

    Args:
        part: Shape (events,); what tells events of one activity apart, -1 for nothing.
        goal: Code of the goal.
    """
    assert traces.channel is not None  # noqa: S101 - asked for above, as the other columns
    assert traces.amount_minor is not None  # noqa: S101
    assert traces.currency is not None  # noqa: S101
    journey = np.repeat(np.arange(traces.journeys), np.diff(traces.offsets))
    goals = np.flatnonzero(traces.activity == goal)[::-1]
    goal_row = np.full(traces.journeys, traces.events)
    goal_row[journey[goals]] = goals  # of several the last one written stays: the first
    rows = np.flatnonzero(np.arange(traces.events) < goal_row[journey])
    # The last of each journey's visits to a step, by journey and step: of several the last one written stays.
    activities, parts = int(traces.activity.max(initial=0)) + 1, int(part.max(initial=-1)) + 2
    visit, visited = numbered((journey[rows] * activities + traces.activity[rows]) * parts + part[rows] + 1)
    row = np.empty(len(visit), np.int64)
    row[visited] = rows
    of = journey[row]
    last_row = traces.offsets[1:] - 1
    left = row == last_row[of]
    after = np.where(left, row, row + 1)
    reached = goal_row < traces.events
    paid = np.minimum(goal_row, max(traces.events - 1, 0))
    began, ended = traces.occurred_at[traces.offsets[:-1]], traces.occurred_at[last_row]
    rows_found = VisitRows(
        activity=traces.activity[row],
        part=part[row],
        entry_channel=traces.channel[traces.offsets[:-1]][of],
        known=has_earlier_goal(traces)[of],
        person=traces.person[of],
        at=traces.occurred_at[row],
        began_at=began[of],
        left=left,
        waited_seconds=np.where(left, np.nan, (traces.occurred_at[after] - traces.occurred_at[row]) / 1e6),
        reached_goal=reached[of],
        amount_minor=np.where(reached[of], traces.amount_minor[paid[of]], 0),
        currency=np.where(reached[of], traces.currency[paid[of]], -1).astype(np.int32),
    )
    return rows_found, JourneyEnds(began, ended, reached), of


def is_finished(
    ended_at: Micros, reached_goal: NDArray[np.bool_], *, newest_at: int, lapse_days: float | None
) -> NDArray[np.bool_]:
    """Which journeys are over: the goal reached, or their last event the lapse or longer before the newest of all.

    Without a lapse every journey counts as over: only who made the file knows.
    """
    if lapse_days is None:
        return np.ones(len(ended_at), np.bool_)
    return np.asarray(reached_goal | (ended_at <= newest_at - lapse_days * DAY), np.bool_)


def strata_of(visits: VisitRows, timezone: str) -> NDArray[np.int64]:
    """The stratum of each visit: where the journey came from, new or known, quarter of the day, weekend or not.

    Thin strata are matched on entry channel and new or known alone, and still thinner ones on new or known alone.
    """
    quarter, weekend = _local_time(visits.at, timezone)
    fine = ((visits.entry_channel + 1) * 4 + quarter) * 2 + weekend
    stratum = np.full(len(visits.at), -1, np.int64)
    for level, key in enumerate((fine, visits.entry_channel, np.zeros(len(fine), np.int64))):
        left_over = np.flatnonzero(stratum < 0)
        pair = 2 * (key[left_over].astype(np.int64) + 1) + visits.known[left_over]
        _, place = numbered(pair)
        fits = (np.bincount(place)[place] >= LEAST_IN_STRATUM) | (level == 2)
        stratum[left_over[fits]] = stratum.max(initial=-1) + 1 + place[fits]
    return numbered(stratum)[1]


def _local_time(at: Micros, timezone: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Quarter of the local day (0 = the night's six hours) and 1 at weekends."""
    zone = zone_named(timezone)
    hour = at // HOUR
    first = int(hour.min(initial=0))  # hours before 1970 are below 0
    hours, place = numbered(hour - first)
    local = [(EPOCH + (first + int(one)) * HOUR * MICROSECOND).astimezone(zone) for one in hours]
    quarter = np.array([moment.hour // 6 for moment in local], np.int64)
    weekend = np.array([int(moment.weekday() >= 5) for moment in local], np.int64)
    return quarter[place], weekend[place]
