"""From journeys to matters: what a customer asked, when it was answered, what came of it. One pass over the events."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from tillit.friction.promise_rules import Clock, PromiseRule
from tillit.journeys.cases import DAY
from tillit.journeys.opening import NEVER, OpenTime
from tillit.journeys.traces import Codes, Micros, Names, Traces
from tillit.journeys.view import has_earlier_goal

HOUR = 3_600_000_000
SAME_MATTER = 7 * DAY
NONE = -1
COLUMNS = ("channel", "amount_minor", "currency")


@dataclass(frozen=True, slots=True)
class Matters:
    """What customers asked under one rule, each column of shape (matters,).

    Who asks again within 7 days, while nobody has answered, asks about the same matter. The next answer settles it:
    events do not say which question an answer belongs to.

    Attributes:
        journey: Position of the journey in which it was asked, among the traces given.
        person: Internal codes.
        entry_channel: Of the journey's first event; `known`: the customer had reached the goal in an earlier journey.
        asked_at: `answered_at` is -1 where there is no answer.
        due_at: `NEVER` where it lies beyond the known calendar.
        goal_at: The person's first goal after the asking; -1 where there is none.
        amount_minor: Of that goal; 0 without one or without an amount, `currency` is -1 there.
    """

    journey: NDArray[np.int64]
    person: NDArray[np.int64]
    entry_channel: Codes
    known: NDArray[np.bool_]
    asked_at: Micros
    answered_at: Micros
    due_at: Micros
    goal_at: Micros
    amount_minor: NDArray[np.int64]
    currency: Codes

    def keep(self, rows: NDArray[np.bool_]) -> Matters:
        """These rows only."""
        return Matters(*(getattr(self, field.name)[rows] for field in fields(self)))

    def kept(self) -> NDArray[np.bool_]:
        """Answered in time."""
        return np.asarray((self.answered_at != NONE) & (self.answered_at <= self.due_at), np.bool_)

    def broken(self, newest_at: int) -> NDArray[np.bool_]:
        """Answered late, or not at all though the time is over at `newest_at`."""
        over = self.due_at < np.where(self.answered_at == NONE, newest_at, self.answered_at)
        return np.asarray(over, np.bool_)


def matters_of(traces: Traces, names: Names, rule: PromiseRule, *, goal: str | None, open_time: OpenTime) -> Matters:
    """The matters under a rule, in the order of the traces. Needs the columns `COLUMNS`."""
    assert traces.channel is not None  # noqa: S101 - `COLUMNS` asks for it, as for the other two
    assert traces.amount_minor is not None  # noqa: S101
    assert traces.currency is not None  # noqa: S101
    journey = np.repeat(np.arange(traces.journeys), np.diff(traces.offsets))
    person = traces.person[journey]
    is_ask, is_answer = (np.isin(traces.activity, _codes(names, words)) for words in ((rule.ask,), rule.answers))
    told = np.flatnonzero(is_ask | is_answer)
    opens = is_ask[told].copy()
    # The same matter again: the last thing told was an asking too, by the same person and not long ago.
    opens[1:] &= (
        is_answer[told][:-1]
        | (person[told][1:] != person[told][:-1])
        | (np.diff(traces.occurred_at[told]) > SAME_MATTER)
    )
    rows = told[opens]
    asked_at = traces.occurred_at[rows]
    if rule.clock is Clock.OPENING:
        due_at = open_time.due(asked_at, round(rule.within_hours * HOUR))
    else:
        due_at = asked_at + round(rule.within_hours * HOUR)
    ends = np.append(np.flatnonzero(np.diff(person)) + 1, traces.events)
    end = ends[np.searchsorted(ends, rows, side="right")] if traces.events else rows
    answer = _next_of(np.flatnonzero(is_answer), rows, end)
    goals = np.flatnonzero(np.isin(traces.activity, _codes(names, () if goal is None else (goal,))))
    reached = _next_of(goals, rows, end)
    return Matters(
        journey=journey[rows],
        person=person[rows],
        entry_channel=traces.channel[traces.offsets[:-1]][journey[rows]],
        known=has_earlier_goal(traces)[journey[rows]],
        asked_at=asked_at,
        answered_at=_at(traces.occurred_at, answer),
        due_at=due_at,
        goal_at=_at(traces.occurred_at, reached),
        amount_minor=np.where(reached >= 0, traces.amount_minor[reached], 0),
        currency=np.where(reached >= 0, traces.currency[reached], NONE).astype(np.int32),
    )


def _codes(names: Names, activities: tuple[str, ...]) -> list[int]:
    return [names.activity.index(name) for name in activities if name in names.activity]


def _next_of(wanted: NDArray[np.int64], rows: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.int64]:
    """Per row the first wanted row after it and before `end`; -1 where there is none."""
    if not len(wanted):
        return np.full(len(rows), NONE)
    place = np.searchsorted(wanted, rows, side="right")
    found = np.append(wanted, np.iinfo(np.int64).max)[place]
    return np.where(found < end, found, NONE)


def _at(occurred_at: Micros, rows: NDArray[np.int64]) -> Micros:
    if not len(occurred_at):
        return rows
    return np.where(rows >= 0, occurred_at[rows], NONE)


def undue(matters: Matters) -> NDArray[np.bool_]:
    """Due beyond the calendar that was asked for."""
    return np.asarray(matters.due_at == NEVER, np.bool_)
