"""Two axes that are never one number: how customers stand to us, and how near they are. Counts of five or more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tillit.readiness.features import Known
from tillit.readiness.logistic import Floats

FEWEST = 5  # customers in a cell that is shown
MANY_TIMES = 3  # purchases of somebody who comes back
BANDS = (0.1, 0.3)  # chances below, between and above


class Relation(StrEnum):
    """How a customer stands to us, by what they did and not by what they may do."""

    NEW = "new"  # known, and has never bought
    ONCE = "once"  # has bought
    BACK = "back"  # comes back, or has joined the loyalty programme


@dataclass(frozen=True, slots=True)
class Table:
    """Relation × nearness. Neighbours stand together where a cell would be about fewer than five; empty cells may stay.

    Attributes:
        rows: What each line puts together.
        ends: Each column's chances, as [from, to).
        customers: By row, by column.
    """

    rows: tuple[tuple[Relation, ...], ...]
    ends: tuple[tuple[float, float], ...]
    customers: tuple[tuple[int, ...], ...]

    @property
    def total(self) -> int:
        return sum(map(sum, self.customers))


def relations(known: Known) -> NDArray[np.int64]:
    """Shape (m,); each person's relation, as a place in `Relation`."""
    back = known.is_loyal | (known.purchases >= MANY_TIMES)
    return np.where(back, 2, np.where(known.purchases > 0, 1, 0))


def table(relation: NDArray[np.int64], chance: Floats) -> Table | None:
    """Count, and put together what is about too few; None if all together are.

    Args:
        relation: Shape (n,); places in `Relation`.
        chance: Shape (n,).
    """
    ends = (0.0, *BANDS, 1.0)
    counts = np.zeros((len(Relation), len(ends) - 1), np.int64)
    np.add.at(counts, (relation, np.searchsorted(BANDS, chance, side="right")), 1)
    rows: list[tuple[Relation, ...]] = [(one,) for one in Relation]
    columns = list(pairwise(ends))
    while (small := (counts > 0) & (counts < FEWEST)).any():
        row, column = (int(place[0]) for place in np.nonzero(small))
        if counts.shape[1] > 1:
            left = _smaller_neighbour(counts.sum(axis=0), column)
            counts = np.column_stack([*counts.T[:left], counts[:, left] + counts[:, left + 1], *counts.T[left + 2 :]])
            columns[left : left + 2] = [(columns[left][0], columns[left + 1][1])]
        elif len(rows) > 1:
            left = _smaller_neighbour(counts.sum(axis=1), row)
            counts = np.vstack([*counts[:left], counts[left] + counts[left + 1], *counts[left + 2 :]])
            rows[left : left + 2] = [rows[left] + rows[left + 1]]
        else:
            return None
    return Table(tuple(rows), tuple(columns), tuple(tuple(line) for line in counts.tolist()))


def _smaller_neighbour(totals: NDArray[np.int64], place: int) -> int:
    """The left place of the pair in which `place` and its smaller neighbour become one."""
    pairs: Sequence[int] = [left for left in (place - 1, place) if 0 <= left < len(totals) - 1]
    return min(pairs, key=lambda left: int(totals[left] + totals[left + 1]))
