"""Wall-clock times of a zone as UTC, for whole columns at once.

An hour that the clocks skip is read with the offset before the change (02:30 becomes 03:30 summer time), an hour that
they repeat is its first pass: `fold=0` of PEP 495. Both are counted, because nobody can know better.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]

FIRST_YEAR, LAST_YEAR = 1969, 2101
MICROS = 1_000_000


@dataclass(frozen=True, slots=True)
class LocalTimes:
    """Microseconds UTC, and the places whose wall-clock time does not exist or exists twice."""

    micros: Integers
    skipped: Integers
    repeated: Integers


def to_utc(wall: Integers, zone: str) -> LocalTimes:
    """UTC of wall-clock times.

    Args:
        wall: Microseconds since 1970 as a clock in the zone shows them.
        zone: A name of the IANA database.
    """
    changes = _changes(zone)
    place = np.searchsorted(changes.until, wall, side="right")
    micros = wall - changes.offsets[place]
    # A time lies in a gap or a fold if it lies between what both offsets around a change make of it.
    near = np.minimum(place, changes.moments.size - 1)
    before, after = changes.offsets[near], changes.offsets[near + 1]
    moment = changes.moments[near]
    low, high = moment + np.minimum(before, after), moment + np.maximum(before, after)
    inside = (wall >= low) & (wall < high)
    return LocalTimes(micros, np.flatnonzero(inside & (after > before)), np.flatnonzero(inside & (after < before)))


@dataclass(frozen=True, slots=True)
class _Changes:
    """When the offset changes: `offsets[i]` holds up to `moments[i]` (UTC), on the wall up to `until[i]`."""

    moments: Integers
    offsets: Integers  # one more than moments
    until: Integers


@lru_cache(maxsize=32)
def _changes(name: str) -> _Changes:
    zone = ZoneInfo(name)
    moments: list[int] = []
    start = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
    offsets = [_offset(zone, start)]
    day, end = start, datetime(LAST_YEAR, 1, 1, tzinfo=UTC)
    # Zones keep an offset for weeks at least, but for a few odd days in history: a step of a day misses none of weight.
    while day < end:
        following = day + timedelta(days=1)
        if _offset(zone, following) != offsets[-1]:
            moments.append(_change_between(zone, day, following))
            offsets.append(_offset(zone, following))
        day = following
    if not moments:
        moments, offsets = [np.iinfo(np.int64).max // 2], [offsets[0], offsets[0]]
    at = np.array(moments, dtype=np.int64)
    known = np.array(offsets, dtype=np.int64)
    return _Changes(at, known, at + np.maximum(known[:-1], known[1:]))


def _change_between(zone: ZoneInfo, low: datetime, high: datetime) -> int:
    before = _offset(zone, low)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return int(high.timestamp()) * MICROS


def _offset(zone: ZoneInfo, moment: datetime) -> int:
    offset = moment.astimezone(zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds()) * MICROS
