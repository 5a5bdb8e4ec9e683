"""Signs of a race for a number: sales heaped at the ends of months, and discounts given in bursts.

Goals for a quarter and for a team should not do what commission does. These two patterns are what it does: sales
moved to the last days before a count, and price given away to reach it. Method: docs/methods/spikes.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from tillit.journeys.calendar import EPOCH, period_bounds, zone_named
from tillit.journeys.traces import Traces
from tillit.journeys.units import activity_codes
from tillit.journeys.view import View
from tillit.vocabulary import Period

LAST_DAYS = 3  # of a month
BURST_DAYS = 3
FEWEST_MONTHS = 3  # a quarter; one month's end is a coincidence
FEWEST_EVENTS = 60  # of fewer, days have one or two and every heap is chance
LEAST_RATIO = 1.3  # smaller heaps may be real and are nobody's race
FALSE_ALARMS = 0.01  # at most about so many calm shops are warned

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Spike:
    """Days with more than their weekdays explain.

    Attributes:
        first_on: The first day of the heap, or of the last month's end among several.
        days: How many days it lasts each time.
        times: How many heaps were added up: months for month ends, 1 for a burst.
        count: What happened on these days.
        expected: What other days of the same weekdays make one expect.
    """

    first_on: date
    days: int
    times: int
    count: int
    expected: float

    @property
    def ratio(self) -> float:
        return self.count / self.expected


def month_end_spike(first_on: date, counts: Sequence[int]) -> Spike | None:
    """Whether the last days of whole months have more than the same weekdays of the rest of these months.

    Args:
        first_on: The day of the first count.
        counts: One a day, without gaps.

    Returns:
        The heap over all whole months, or None: no heap, or too little to tell.
    """
    days = [first_on + timedelta(days=place) for place in range(len(counts))]
    whole = _whole_months(days)
    if len({(day.year, day.month) for day, inside in zip(days, whole, strict=True) if inside}) < FEWEST_MONTHS:
        return None
    kept = np.flatnonzero(whole)
    values = np.array(counts, dtype=np.float64)[kept]
    days = [days[place] for place in kept]
    if values.sum() < FEWEST_EVENTS:
        return None
    is_end = np.array([(day + timedelta(days=LAST_DAYS)).month != day.month for day in days])
    expected, spread = _expected(np.array([day.weekday() for day in days]), values, ~is_end)
    z = _excess(values[is_end].sum(), expected[is_end], spread, int((~is_end).sum()))
    spike = Spike(
        max(day for day, end in zip(days, is_end, strict=True) if end) - timedelta(days=LAST_DAYS - 1),
        LAST_DAYS,
        round(is_end.sum() / LAST_DAYS),
        round(float(values[is_end].sum())),
        float(expected[is_end].sum()),
    )
    found = z > NormalDist().inv_cdf(1 - FALSE_ALARMS) and spike.ratio >= LEAST_RATIO
    return spike if found else None


def bursts(first_on: date, counts: Sequence[int]) -> tuple[Spike, ...]:
    """Runs of days with far more than their weekdays explain, in order of time; no day is in two of them.

    Args:
        first_on: The day of the first count.
        counts: One a day, without gaps.
    """
    values = np.array(counts, dtype=np.float64)
    if values.sum() < FEWEST_EVENTS or len(values) < 4 * 7:
        return ()
    weekday = np.array([(first_on.weekday() + place) % 7 for place in range(len(values))])
    calm = np.ones(len(values), np.bool_)
    starts = []
    # A heap must not raise what is expected of the others, so they are taken out one after another.
    while (start := _largest_heap(weekday, values, calm)) is not None:
        starts.append(start)
        calm[start : start + BURST_DAYS] = False
    expected, _ = _expected(weekday, values, calm)
    return tuple(
        Spike(
            first_on + timedelta(days=start),
            BURST_DAYS,
            1,
            round(float(values[start : start + BURST_DAYS].sum())),
            float(expected[start : start + BURST_DAYS].sum()),
        )
        for start in sorted(starts)
    )


def _largest_heap(weekday: Indices, values: Floats, calm: NDArray[np.bool_]) -> int | None:
    """Where the most unlikely run of calm days begins; None where none is unlikely enough."""
    windows = len(values) - BURST_DAYS + 1
    least = NormalDist().inv_cdf(1 - FALSE_ALARMS / windows)  # every run of days is looked at
    best: tuple[float, int] | None = None
    for start in range(windows):
        inside = slice(start, start + BURST_DAYS)
        if not calm[inside].all():
            continue
        rest = calm.copy()
        rest[inside] = False
        expected, spread = _expected(weekday, values, rest)
        z = _excess(values[inside].sum(), expected[inside], spread, int(rest.sum()))
        if z > least and values[inside].sum() >= LEAST_RATIO * expected[inside].sum() and (not best or z > best[0]):
            best = (z, start)
    return best[1] if best else None


def _whole_months(days: Sequence[date]) -> NDArray[np.bool_]:
    """Whether each day stands in a month of which all days are there."""
    first, last = days[0], days[-1]
    begins = first if first.day == 1 else (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    after = last + timedelta(days=1)
    ends = after if after.day == 1 else after.replace(day=1)
    return np.array([begins <= day < ends for day in days])


def _expected(weekday: Indices, values: Floats, reference: NDArray[np.bool_]) -> tuple[Floats, float]:
    """What each day's weekday makes one expect by the reference days, and how much more than chance these vary.

    The second is Pearson's χ² a degree of freedom, at least 1: days are seldom as even as independent buyers.
    """
    total = np.bincount(weekday[reference], weights=values[reference], minlength=7)
    seen = np.bincount(weekday[reference], minlength=7)
    overall = values[reference].mean() if reference.any() else 0.0
    # Half a day of the average keeps a weekday that was never seen, or always 0, from expecting nothing at all.
    rate = (total + 0.5 * overall) / (seen + 0.5)
    expected = rate[weekday]
    freedom = max(int(reference.sum()) - 7, 1)
    chi_square = float((((values - expected) ** 2)[reference] / np.maximum(expected[reference], 1e-9)).sum())
    return expected, max(chi_square / freedom, 1.0)


def _excess(count: float, expected: Floats, spread: float, reference_days: int) -> float:
    """How many standard errors a heap lies above what was expected, which is itself only estimated."""
    mean = float(expected.sum())
    error = (spread * mean * (1 + 7 * len(expected) / max(7 * len(expected), reference_days))) ** 0.5
    return float((count - mean) / max(error, 1e-9))


def daily_counts(view: View, activities: Sequence[str], *, timezone: str) -> tuple[date, tuple[int, ...]] | None:
    """How often any of these activities happened on each local day, from the first event of the view to its last.

    None where the view has no event, or none of the activities ever happens.
    """
    wanted = [name for name in activities if name in view.names.activity]
    ends = [part for part in view.map(_first_and_last) if part is not None]
    if not wanted or not ends:
        return None
    first, last = min(end[0] for end in ends), max(end[1] for end in ends)
    bounds = period_bounds(first, last, timezone=timezone, period=Period.DAY)
    table = activity_codes(view.names, wanted)
    parts = view.map(lambda traces: np.histogram(traces.occurred_at[table[traces.activity]], bounds)[0])
    # A histogram's last bin holds its upper bound too; no event stands there, it lies after the last day.
    first_on = (EPOCH + timedelta(microseconds=first)).astimezone(zone_named(timezone)).date()
    return first_on, tuple(int(count) for count in np.sum(parts, axis=0))


def _first_and_last(traces: Traces) -> tuple[int, int] | None:
    if not traces.events:
        return None
    return int(traces.occurred_at.min()), int(traces.occurred_at.max())
