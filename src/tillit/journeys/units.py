"""Which journeys form one unit of counting, and which codes an activity's names have."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from tillit.journeys.traces import Names, Traces
from tillit.journeys.view import activity_code
from tillit.vocabulary import Unit

Indices = NDArray[np.int64]


def unit_of_journey(traces: Traces, unit: Unit) -> Indices:
    """The unit each journey belongs to, shape (journeys,), numbered from 0 in the order of the traces."""
    if unit is Unit.JOURNEY or traces.journeys == 0:
        return np.arange(traces.journeys, dtype=np.int64)
    return np.concatenate(([0], np.cumsum(traces.person[1:] != traces.person[:-1]))).astype(np.int64)


def unit_count(units: Indices) -> int:
    """How many units there are, given the unit of each journey."""
    return int(units[-1]) + 1 if len(units) else 0


def unit_of_event(traces: Traces, units: Indices) -> Indices:
    """The unit each event belongs to, shape (events,), given the unit of each journey."""
    return np.repeat(units, np.diff(traces.offsets))


def activity_codes(names: Names, wanted: Iterable[str]) -> NDArray[np.bool_]:
    """A table by activity code that is true for the wanted activities, shape (activities,).

    Raises:
        QueryError: An activity never happens in these data; the message names the nearest ones.
    """
    table = np.zeros(len(names.activity), dtype=np.bool_)
    for name in sorted(wanted):
        table[activity_code(names, name)] = True
    return table
