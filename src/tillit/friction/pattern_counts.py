"""How many journeys show each named pattern, and how many of those reached the goal."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from tillit.friction.patterns import COLUMNS, PATTERNS
from tillit.friction.results import PatternCount
from tillit.journeys.traces import Names, Traces
from tillit.journeys.view import View


def pattern_counts(view: View) -> tuple[PatternCount, ...]:
    """Every pattern's journeys in a view, the most frequent first; patterns that no journey shows come too."""
    _, newest_at = view.span
    parts = view.map(partial(_counts, names=view.names, newest_at=newest_at), columns=COLUMNS)
    counts = np.zeros((len(PATTERNS), 4), np.int64)
    for part in parts:
        counts += part
    found = [
        PatternCount(pattern.name, pattern.meaning, *(int(count) for count in row))
        for pattern, row in zip(PATTERNS, counts, strict=True)
    ]
    return tuple(sorted(found, key=lambda one: (-one.journeys, one.name)))


def _counts(traces: Traces, *, names: Names, newest_at: int) -> NDArray[np.int64]:
    """By pattern: journeys, their persons, those that reached the goal, and all journeys."""
    rows = []
    for pattern in PATTERNS:
        shown = pattern.shows(traces, names, newest_at)
        reached = int((shown & traces.reached_goal).sum())
        rows.append([int(shown.sum()), len(np.unique(traces.person[shown])), reached, traces.journeys])
    return np.array(rows, np.int64)
