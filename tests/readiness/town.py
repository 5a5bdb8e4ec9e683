"""A town whose chances are known: nearness rises and falls, makes people look and compare, and makes them buy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

DAY = 86_400_000_000
BEGIN = 1_767_225_600_000_000  # 2026-01-01
DAYS = 150


@dataclass(frozen=True, slots=True)
class Town:
    """`near`: shape (persons, DAYS); the chance to buy on each day, which nobody sees."""

    path: Path
    near: NDArray[np.float64]

    def true_chance(self, day: int, horizon: int) -> NDArray[np.float64]:
        """Shape (persons,); P(buys in days day + 1 … day + horizon), given nearness."""
        chance: NDArray[np.float64] = 1 - np.prod(1 - self.near[:, day + 1 : day + 1 + horizon], axis=1)
        return chance


def a_town(path: Path, *, persons: int, seed: int = 1, tells: bool = True, level: float = -6.0) -> Town:
    """Write a town's events as a well-made Parquet file.

    Args:
        tells: Whether what people look at has anything to do with how near they are.
        level: log-odds of buying on an ordinary day.
    """
    rng = np.random.default_rng(seed)
    mood = np.zeros((persons, DAYS))
    mood[:, 0] = rng.normal(0, 1, persons)
    for day in range(1, DAYS):
        mood[:, day] = 0.97 * mood[:, day - 1] + rng.normal(0, 0.24, persons)
    near = 1 / (1 + np.exp(-(level + 1.6 * mood)))
    shown = mood if tells else rng.permuted(mood, axis=0)
    rows: list[tuple[int, int, str]] = [(person, BEGIN + person, "page_viewed") for person in range(persons)]
    for activity, rate, pull in (
        ("page_viewed", 0.2, 0.3),
        ("products_compared", 0.08, 1.0),
        ("price_viewed", 0.06, 1.2),
    ):
        happens = rng.random((persons, DAYS)) < np.minimum(rate * np.exp(pull * shown), 0.9)
        rows += [
            (int(p), BEGIN + int(d) * DAY + int(rng.integers(DAY // 2)), activity) for p, d in np.argwhere(happens)
        ]
    buys = rng.random((persons, DAYS)) < near
    rows += [(int(p), BEGIN + int(d) * DAY + DAY // 2 + int(p), "order_completed") for p, d in np.argwhere(buys)]
    table = pa.table(
        {
            "customer_id": [person + 1 for person, _, _ in rows],  # 0 is nobody's id
            "timestamp": pa.array([at for _, at, _ in rows], pa.timestamp("us", "UTC")),
            "activity": [activity for _, _, activity in rows],
        }
    )
    pq.write_table(table, path)
    return Town(path, near)
