"""Which free times each caller may choose from: by assignment over everyone who waits, not first come, first served."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment  # type: ignore[attr-defined]

MOST_OFFERED = 3
MICROS_PER_MINUTE = 60_000_000
BROKEN = 1_000.0  # a minute beyond the promise weighs as much as so many before it


@dataclass(frozen=True, slots=True)
class Caller:
    """A customer who waits for a call.

    Attributes:
        asked_at: Microseconds UTC; `promised_by` the same, the latest time they were promised.
        weight: What a minute of their wait costs beside another's; 1 for everybody unless something is owed.
    """

    asked_at: int
    promised_by: int
    weight: float = 1.0


def offered(callers: Sequence[Caller], slots: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """The times each caller is offered, the best for everyone together first.

    The assignment makes the weighted wait of all callers together least, where a minute beyond a promise weighs a
    thousand times. A caller is offered their own time and then times that nobody needs; with fewer times than callers,
    those whom the assignment leaves out are offered none and keep their promise.

    Args:
        slots: Free times, microseconds UTC; each holds one call.

    Source: Kuhn (1955), doi:10.1002/nav.3800020109, as SciPy solves it.
    """
    times = sorted(slots)
    if not times or not callers:
        return ((),) * len(callers)
    cost = _costs(callers, times)
    rows, columns = linear_sum_assignment(cost)
    own = {int(row): times[column] for row, column in zip(rows, columns, strict=True)}
    unneeded = [time for place, time in enumerate(times) if place not in set(columns.tolist())]
    found: list[tuple[int, ...]] = []
    for place, caller in enumerate(callers):
        first = own.get(place, -1)
        others = [time for time in unneeded if time >= caller.asked_at]
        found.append((first, *others[: MOST_OFFERED - 1]) if first >= caller.asked_at else ())
    return tuple(found)


def _costs(callers: Sequence[Caller], times: Sequence[int]) -> NDArray[np.float64]:
    """Shape (callers, times)."""
    at = np.array(times, np.int64)
    asked_at, promised_by = (
        np.array([each], np.int64).T
        for each in ([one.asked_at for one in callers], [one.promised_by for one in callers])
    )
    weight = np.array([[one.weight for one in callers]]).T
    wait = (at - asked_at) / MICROS_PER_MINUTE
    late = np.maximum(0.0, (at - promised_by) / MICROS_PER_MINUTE)
    # A time before they asked cannot be had: worse than any other.
    return np.where(wait >= 0, weight * (wait + BROKEN * late), 1e12)
