"""Journeys in order, as columns: what every kernel reads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int32]
Micros = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Names:
    """What the codes of a store stand for; code i is names[i]. -1 stands for "none"."""

    activity: tuple[str, ...]
    channel: tuple[str, ...]
    function: tuple[str, ...]
    actor: tuple[str, ...]
    currency: tuple[str, ...]
    place: tuple[str, ...]
    campaign: tuple[str, ...]
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Traces:
    """Whole journeys of whole persons. Journey i is the rows `offsets[i]:offsets[i + 1]` of every per-event column.

    Journeys of one person stand together and in order; events inside stand by (occurred_at, sequence, event_id).
    A column that a kernel did not ask for is None.

    Attributes:
        offsets: Shape (journeys + 1,), int64.
        person: Shape (journeys,), int64; the store's internal code, never shown.
        number: Shape (journeys,), int32; 1 = the person's first journey.
        reached_goal: Shape (journeys,), bool.
        had_goal: Shape (journeys,), bool; the person had reached the goal in an earlier journey, though that one may
            not be here. None: all journeys of these persons are, and `view.has_earlier_goal` can tell.
        activity: Shape (events,), int32 codes of `Names.activity`.
        occurred_at: Shape (events,), int64 microseconds UTC.
        amount_minor: Shape (events,), int64, 0 where there is none; `currency` is -1 there.
    """

    offsets: NDArray[np.int64]
    person: NDArray[np.int64]
    number: NDArray[np.int32]
    reached_goal: NDArray[np.bool_]
    activity: Codes
    occurred_at: Micros
    channel: Codes | None = None
    function: Codes | None = None
    actor: Codes | None = None
    amount_minor: NDArray[np.int64] | None = None
    currency: Codes | None = None
    place: Codes | None = None
    campaign: Codes | None = None
    source: Codes | None = None
    had_goal: NDArray[np.bool_] | None = None

    @property
    def journeys(self) -> int:
        return len(self.offsets) - 1

    @property
    def events(self) -> int:
        return len(self.activity)
