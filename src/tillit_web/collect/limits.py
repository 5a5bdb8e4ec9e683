"""How much one key, and one network behind it, may send: token buckets in memory, forgotten at a restart.

A limit is there so that one sender's fault does not fill the disk for all. It is no wall: **collection fails open**.
Where a limit cannot be judged (more networks at once than we keep count of, a failing write key database), events are
taken and an alarm is raised, since an event that is refused today cannot be asked for tomorrow. Sign-in does the
opposite: where it cannot judge, nobody gets in.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

# Events a second, and how many may come at once. A key's is for a busy shop; a network's for an office behind one wall.
KEY_RATE, KEY_BURST = 5_000.0, 50_000.0
NETWORK_RATE, NETWORK_BURST = 500.0, 10_000.0
MOST_BUCKETS = 50_000


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """Seconds to wait (0: go on), and whether the limits could be judged at all."""

    wait_seconds: float
    is_certain: bool = True


class Limits:
    """The buckets of one process."""

    def __init__(
        self,
        *,
        key_rate: float = KEY_RATE,
        key_burst: float = KEY_BURST,
        network_rate: float = NETWORK_RATE,
        network_burst: float = NETWORK_BURST,
        most_buckets: int = MOST_BUCKETS,
    ) -> None:
        self._key = (key_rate, key_burst)
        self._network = (network_rate, network_burst)
        self._most = most_buckets
        self._buckets: dict[Hashable, _Bucket] = {}

    def judge(self, key_id: int, network: str, events: int, *, now: float) -> Judgement:
        """Whether these events may come now; if so, they are counted.

        Args:
            now: Seconds of a clock that never goes back.
        """
        wanted: list[tuple[Hashable, float, float]] = [(key_id, *self._key)]
        if network:
            wanted.append(((key_id, network), *self._network))
        certain = True
        found = []
        for name, rate, burst in wanted:
            bucket = self._buckets.get(name)
            if bucket is None:
                if len(self._buckets) >= self._most and not self._forget_full(now):
                    certain = False
                    continue
                bucket = self._buckets[name] = _Bucket(burst, now)
            bucket.tokens = min(burst, bucket.tokens + (now - bucket.at) * rate)
            bucket.at = now
            # A batch larger than the whole bucket would never fit; it may come when the bucket is full.
            missing = min(events, burst) - bucket.tokens
            if missing > 0:
                return Judgement(missing / rate, certain)
            found.append(bucket)
        for bucket in found:
            bucket.tokens -= events
        return Judgement(0.0, certain)

    def _forget_full(self, now: float) -> bool:
        """Forget buckets that have filled up again; whether any could be."""
        full = []
        for name, bucket in self._buckets.items():
            rate, burst = self._network if isinstance(name, tuple) else self._key
            if bucket.tokens + (now - bucket.at) * rate >= burst:
                full.append(name)
        for name in full:
            del self._buckets[name]
        return bool(full)
