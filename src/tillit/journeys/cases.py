"""Kernels that cut a person's events into sessions and into journeys. Definitions: docs/methods/cases.md."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tillit.journeys.traces import Codes, Micros
from tillit.vocabulary import ACTIVITY_BY_NAME, Stage

SECOND = 1_000_000
DAY = 86_400 * SECOND
SESSION_GAP_SECONDS = 30 * 60
_AFTER_PURCHASE = frozenset({Stage.RECEIVE, Stage.USE, Stage.STAY})


@dataclass(frozen=True, slots=True)
class Cases:
    """Where journeys begin and whose they are.

    Attributes:
        offsets: Shape (journeys + 1,), int64 rows.
        owner: Shape (journeys,), int64; position of the person among the persons given.
        number: Shape (journeys,), int32; 1 = the person's first journey.
        reached_goal: Shape (journeys,), bool.
    """

    offsets: NDArray[np.int64]
    owner: NDArray[np.int64]
    number: NDArray[np.int32]
    reached_goal: NDArray[np.bool_]


def is_after_purchase(activities: tuple[str, ...]) -> NDArray[np.bool_]:
    """Which activities the vocabulary puts after a purchase (receive, use or stay); unknown ones are not."""
    known = (ACTIVITY_BY_NAME.get(name) for name in activities)
    return np.array([activity is not None and activity.stage in _AFTER_PURCHASE for activity in known], np.bool_)


def sessions(persons: NDArray[np.int64], occurred_at: Micros, *, gap_seconds: float = SESSION_GAP_SECONDS) -> Cases:
    """Cut each person's events into sessions: a new one begins after a pause longer than the gap.

    Args:
        persons: Shape (persons + 1,); person i is the rows `persons[i]:persons[i + 1]`, in order.
        occurred_at: Shape (events,); microseconds UTC.
        gap_seconds: A pause of exactly this length still belongs to the session.
    """
    opens = _opens_person(persons, len(occurred_at)) | _is_late(occurred_at, gap_seconds * SECOND)
    return _as_cases(opens, persons, np.zeros(len(occurred_at) + 1, np.int64))


def cases(
    persons: NDArray[np.int64],
    activity: Codes,
    occurred_at: Micros,
    *,
    goal: int | None,
    lapse_days: float | None,
    after_purchase: NDArray[np.bool_],
) -> Cases:
    """Cut each person's events into journeys.

    A journey ends after a pause longer than the lapse. Once it has reached the goal, the first event that is not an
    after-purchase activity opens the next journey.

    Args:
        persons: Shape (persons + 1,); person i is the rows `persons[i]:persons[i + 1]`, in order.
        activity: Shape (events,); codes.
        occurred_at: Shape (events,); microseconds UTC.
        goal: The goal's code; None: journeys end by time only.
        lapse_days: Longest pause inside a journey, itself included; None: journeys never end by time.
        after_purchase: Shape (activities,); which activities belong to the journey whose goal they follow.
    """
    if goal is None and lapse_days is None:
        each = np.arange(len(persons) - 1)
        return Cases(persons, each, np.ones(len(each), np.int32), np.zeros(len(each), np.bool_))
    opens = _opens_person(persons, len(activity))
    if lapse_days is not None:
        opens |= _is_late(occurred_at, lapse_days * DAY)
    goals_before = np.zeros(len(activity) + 1, np.int64)  # goals in the rows before this one
    if goal is not None and len(activity):
        np.cumsum(activity == goal, out=goals_before[1:])
        # Between two neighbours among these rows only after-purchase events stand, and those never open a journey.
        # So a row opens one exactly if a goal stands at or after its neighbour and before itself.
        candidates = np.flatnonzero(opens | ~after_purchase[activity])
        follows_goal = np.diff(goals_before[candidates]) > 0
        opens[candidates[1:][follows_goal]] = True
    return _as_cases(opens, persons, goals_before)


def _opens_person(persons: NDArray[np.int64], events: int) -> NDArray[np.bool_]:
    opens = np.zeros(events, np.bool_)
    opens[persons[:-1]] = True
    return opens


def _is_late(occurred_at: Micros, longest: float) -> NDArray[np.bool_]:
    late = np.zeros(len(occurred_at), np.bool_)
    np.greater(np.diff(occurred_at), longest, out=late[1:])
    return late


def _as_cases(opens: NDArray[np.bool_], persons: NDArray[np.int64], goals_before: NDArray[np.int64]) -> Cases:
    starts = np.flatnonzero(opens)
    offsets = np.append(starts, len(opens))
    first_journey = np.searchsorted(starts, persons[:-1])
    counts = np.diff(np.append(first_journey, len(starts)))
    owner = np.repeat(np.arange(len(counts)), counts)
    number = np.arange(len(starts)) - first_journey[owner] + 1
    reached = goals_before[offsets[1:]] > goals_before[offsets[:-1]]
    return Cases(offsets, owner, number.astype(np.int32), reached)
