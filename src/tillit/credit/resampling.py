"""The same persons drawn again: how far a share could have come out otherwise.

Models read numbers that add up over ways, so a draw is a sum over what was drawn, and no way is looked at twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from tillit.credit.paths import Floats, Indices, Paths, Persons, in_rows
from tillit.journeys.stretches import Stretches

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
        of_worth: Shape (paths, sums), sparse; for each conversion, or for each unit of money.
        of_ways: The same for each way, whatever it led to; None where that adds nothing.
    """

    of_worth: csr_matrix
    of_ways: csr_matrix | None = None

    def over(self, ways: Floats, worth: Floats) -> Floats:
        """The sums, shape (sums,).

        Args:
            ways: Shape (paths,); how many ways each path stands for.
            worth: Shape (paths,); what they led to.
        """
        by_worth = np.asarray(self.of_worth.T @ worth)
        return by_worth if self.of_ways is None else by_worth + self.of_ways.T @ ways


def observed(paths: Paths, sums: Sums) -> Floats:
    """The sums of the data as they are, shape (sums,)."""
    return sums.over(paths.conversions + paths.nulls, paths.conversions)


@dataclass(frozen=True, slots=True)
class Units:
    """Whom lots fall on as one: persons with the same ways, or persons dealt into the same group.

    Attributes:
        count: Shape (units,); how many of each there are.
        ways: Shape (units, paths), sparse; the ways of one of them.
        conversions: Shape (units, paths), sparse; those that converted.
    """

    count: Indices
    ways: csr_matrix
    conversions: csr_matrix

    def over(self, sums: Sums) -> csr_matrix:
        """What one of each unit adds to these sums; shape (units, sums)."""
        added: csr_matrix = self.conversions @ sums.of_worth
        return added if sums.of_ways is None else added + self.ways @ sums.of_ways


def units_of(paths: Paths, rng: np.random.Generator) -> Units:
    """A person is drawn with all ways; where the data do not tell who walked them, each way is a person of its own."""
    persons = paths.persons if paths.persons is not None else _a_person_each(paths)
    kinds, number = len(persons.count), int(persons.count.sum())
    count, sets, starts = persons.count, persons.sets, persons.sets.offsets
    if kinds > MOST_DRAWN and number <= MOST_DEALT * kinds:
        group = rng.integers(MOST_DRAWN, size=number).astype(np.uint16)  # which are put in order by counting
        sets = sets.take(np.repeat(np.arange(kinds), count)[np.argsort(group, kind="stable")])
        count = np.ones(MOST_DRAWN, np.int64)
        starts = sets.offsets[np.append(0, np.cumsum(np.bincount(group, minlength=MOST_DRAWN)))]
    path, converted = sets.codes >> 1, (sets.codes & 1).astype(np.bool_)
    bought = np.append(0, np.cumsum(converted))[starts]
    width = len(paths.lengths)
    return Units(
        count,
        ways=in_rows(np.ones(len(path)), path, starts, width),
        conversions=in_rows(np.ones(int(bought[-1])), path[converted], bought, width),
    )


def _a_person_each(paths: Paths) -> Persons:
    way = 2 * np.arange(len(paths.lengths))
    count = np.concatenate([paths.conversions, paths.nulls]).astype(np.int64)
    return Persons(count, Stretches(np.concatenate([way + 1, way]), np.arange(len(count) + 1)))


def resampled(
    units: Units, added: Sequence[csr_matrix], rng: np.random.Generator, *, resamples: int = RESAMPLES
) -> list[Floats]:
    """Sums of as many persons as there are, drawn with replacement; each of shape (resamples, sums), of the same draws.

    Args:
        units: Whom lots fall on.
        added: What one of each adds to sums, as of `Units.over`.
        rng: The lots.
        resamples: How often all are drawn.
    """
    number, kinds = int(units.count.sum()), len(units.count)
    found: list[list[Floats]] = [[] for _ in added]
    block = max(1, MOST_CELLS // max(kinds, 1))
    for start in range(0, resamples, block):
        rows = min(block, resamples - start)
        times = rng.multinomial(number, units.count / max(number, 1), size=rows).astype(np.float64)
        for of_sums, one in zip(found, added, strict=True):
            of_sums.append(_weighted(times, one))
    return [np.concatenate(of_sums) for of_sums in found]


def _weighted(times: Floats, added: csr_matrix) -> Floats:
    """The rows of `added` summed, each so many times; shape (rows of times, columns)."""
    kinds, width = added.shape
    if kinds > MOST_DRAWN:
        return np.asarray(times @ added)
    # Few rows are mostly full, and full ones are summed several times quicker.
    total, high = np.zeros((len(times), width)), max(1, MOST_CELLS // max(width, 1))
    for start in range(0, kinds, high):
        total += times[:, start : start + high] @ added[start : start + high].toarray()
    return total


def interval(drawn: Floats) -> tuple[Floats, Floats]:
    """The middle `CONFIDENCE` of the draws; `drawn` has shape (resamples, …)."""
    edge = (1 - CONFIDENCE) / 2
    low, high = np.quantile(drawn, [edge, 1 - edge], axis=0)
    return low, high
