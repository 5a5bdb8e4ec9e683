"""How collection is, as a page shows it: hour by hour, with what came and what became of it."""

from __future__ import annotations

import time
from dataclasses import dataclass

from tillit_web.collect import queries
from tillit_web.collect.models import WriteKey
from tillit_web.collect.storage import Alarm

HOURS_SHOWN = 48
MICROS_PER_HOUR = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour over all keys; `begins_at` in microseconds UTC. received = accepted + duplicate + rejected."""

    begins_at: int
    received: int
    accepted: int
    duplicate: int
    rejected: int

    @property
    def adds_up(self) -> bool:
        """Whether every event that was received became something."""
        return self.received == self.accepted + self.duplicate + self.rejected


@dataclass(frozen=True, slots=True)
class Health:
    """The last two days. `last_at` is when the latest hour with an accepted event began; None before the first."""

    hours: tuple[Hour, ...]
    total: Hour
    last_at: int | None
    alarms: tuple[Alarm, ...]
    failed: int


def health(*, now: int | None = None) -> Health:
    """How collection is now (microseconds UTC)."""
    moment = time.time_ns() // 1000 if now is None else now
    since = moment // MICROS_PER_HOUR - HOURS_SHOWN + 1
    sums: dict[int, list[int]] = {}
    for line in queries.hours(since=since):
        found = sums.setdefault(line.hour, [0, 0, 0, 0])
        for place, count in enumerate((line.received, line.accepted, line.duplicate, line.rejected)):
            found[place] += count
    hours = tuple(Hour(hour * MICROS_PER_HOUR, *sums[hour]) for hour in sorted(sums, reverse=True))
    total = (
        Hour(since * MICROS_PER_HOUR, *(sum(counts) for counts in zip(*sums.values(), strict=True))) if sums else None
    )
    last = queries.last_accepted_hour()
    return Health(
        hours=hours,
        total=total or Hour(since * MICROS_PER_HOUR, 0, 0, 0, 0),
        last_at=None if last is None else last * MICROS_PER_HOUR,
        alarms=tuple(queries.alarms(since=moment - HOURS_SHOWN * MICROS_PER_HOUR)),
        failed=sum(count for _, count in queries.failed_codes()),
    )


def key_names() -> dict[int, str]:
    """What each write key is called, revoked ones too."""
    return dict(WriteKey.objects.values_list("pk", "name"))
