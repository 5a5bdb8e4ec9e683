"""The same persons drawn again: how far a share could have come out otherwise.

Models read numbers that add up over ways, so a draw is a sum over what was drawn, and no way is looked at twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix, hstack

from tillit.credit.paths import Floats, Paths, Persons, sparse

RESAMPLES = 200
CONFIDENCE = 0.95
# Where persons have more than so many different sets of ways, they are dealt by lot into so many groups, and each group
# is drawn as a whole: the spread of a sum is that of its groups, known to 1 in sqrt(2 × groups) = 2 %, less than 200
# draws leave open, and a draw costs the groups and not the persons.
MOST_DRAWN = 1_000
MOST_DEALT = 50  # persons to a set, on average; of more alike ones each set is drawn by its number, without dealing
MOST_CELLS = 4_000_000  # of one block's arrays, about 32 MB each


@dataclass(frozen=True, slots=True)
class Sums:
    """Numbers that add up over ways: what each way of a path adds to them.

    Attributes:
        of_ways: Shape (paths, sums), sparse; for each way, whatever it led to.
        of_worth: Shape (paths, sums), sparse; for each conversion, or for each unit of money.
    """

    of_ways: csr_matrix
    of_worth: csr_matrix

    @property
    def size(self) -> int:
        return int(self.of_ways.shape[1])

    def over(self, ways: Floats, worth: Floats) -> Floats:
        """The sums, shape (sums,).

        Args:
            ways: Shape (paths,); how many ways each path stands for.
            worth: Shape (paths,); what they led to.
        """
        return np.asarray(self.of_ways.T @ ways + self.of_worth.T @ worth)


def beside(sums: Sequence[Sums]) -> Sums:
    """All of these sums, one after another."""
    ways, worth = [one.of_ways for one in sums], [one.of_worth for one in sums]
    return Sums(hstack(ways, "csr"), hstack(worth, "csr"))  # type: ignore[no-untyped-call]


def observed(paths: Paths, sums: Sums) -> Floats:
    """The sums of the data as they are, shape (sums,)."""
    return sums.over(paths.conversions + paths.nulls, paths.conversions)


def resampled(paths: Paths, sums: Sums, rng: np.random.Generator, *, resamples: int = RESAMPLES) -> Floats:
    """The sums of as many persons as there are, drawn with replacement; shape (resamples, sums).

    A person is drawn with all ways; where the data do not tell who walked them, each way is a person of its own.
    """
    persons = _drawable(_persons(paths), rng)
    number, units = int(persons.count.sum()), len(persons.count)
    added = (persons.conversions + persons.nulls) @ sums.of_ways + persons.conversions @ sums.of_worth
    found = []
    block = max(1, MOST_CELLS // max(units, 1))
    for start in range(0, resamples, block):
        rows = min(block, resamples - start)
        times = rng.multinomial(number, persons.count / max(number, 1), size=rows).astype(np.float64)
        found.append(_weighted(times, added))
    return np.concatenate(found)


def _persons(paths: Paths) -> Persons:
    if paths.persons is not None:
        return paths.persons
    each = np.arange(len(paths.lengths))
    ones, shape = np.ones(len(each)), (2 * len(each), len(each))
    return Persons(
        count=np.concatenate([paths.conversions, paths.nulls]).astype(np.int64),
        conversions=sparse(ones, each, each, shape),
        nulls=sparse(ones, each + len(each), each, shape),
    )


def _drawable(persons: Persons, rng: np.random.Generator) -> Persons:
    """The same persons, in groups where there are too many different ones."""
    sets, number = len(persons.count), int(persons.count.sum())
    if sets <= MOST_DRAWN or number > MOST_DEALT * sets:
        return persons
    of_set = np.repeat(np.arange(sets), persons.count)
    dealt = sparse(np.ones(number), rng.integers(MOST_DRAWN, size=number), of_set, (MOST_DRAWN, sets))
    return Persons(np.ones(MOST_DRAWN, np.int64), dealt @ persons.conversions, dealt @ persons.nulls)


def _weighted(times: Floats, added: csr_matrix) -> Floats:
    """The rows of `added` summed, each so many times; shape (rows of times, columns)."""
    if added.shape[0] > MOST_DRAWN:
        return np.asarray(times @ added)
    # Few rows are mostly full, and full ones are summed several times quicker.
    columns: csc_matrix = added.tocsc()  # type: ignore[no-untyped-call]
    wide = max(1, MOST_CELLS // max(added.shape[0], 1))
    parts = [times @ columns[:, start : start + wide].toarray() for start in range(0, added.shape[1], wide)]
    return np.concatenate(parts, axis=1)


def interval(drawn: Floats) -> tuple[Floats, Floats]:
    """The middle `CONFIDENCE` of the draws; `drawn` has shape (resamples, …)."""
    edge = (1 - CONFIDENCE) / 2
    low, high = np.quantile(drawn, [edge, 1 - edge], axis=0)
    return low, high
