"""What somebody who knows who worked when can learn from sales that are told with a time and a place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from tests.web.redteam.planted import FIRST_DAY, PLACES, SHIFTS, Planted

PERMUTATIONS = 2_000
RIDGE = 0.5  # in shifts; steadies what few cells cannot tell


@dataclass(frozen=True, slots=True)
class Seen:
    """A sale, or a sum of sales, as a door showed it: from the first day to the last, at a place, in a shift."""

    first: date
    last: date
    place: str | None
    shift: int | None
    amount: float


def shift_of(at: datetime) -> int | None:
    """The shift that a moment lies in."""
    hour = at.hour + at.minute / 60
    return next((number for number, (begin, end) in enumerate(SHIFTS) if begin <= hour < end), None)


def learned(seen: Iterable[Seen], company: Planted) -> NDArray[np.float64]:
    """The effect of each employee, as a regression of sales on who was at work in each cell tells it.

    Sums that were seen for overlapping stretches of time are taken as they are: the regression differences them.
    """
    sums: dict[tuple[date, date, str | None, int | None], float] = defaultdict(float)
    for one in seen:
        sums[one.first, one.last, one.place, one.shift] += one.amount
    cells = [_at_work(company, *cell) for cell in sums]
    people = np.array(cells, np.float64)
    sold = np.array(list(sums.values()))
    people, sold = people - people.mean(axis=0), sold - sold.mean()
    found: NDArray[np.float64] = np.linalg.solve(people.T @ people + RIDGE * np.eye(people.shape[1]), people.T @ sold)
    return found


def _at_work(company: Planted, first: date, last: date, place: str | None, shift: int | None) -> NDArray[np.float64]:
    """How many shifts each employee worked in a cell."""
    begin, end = max((first - FIRST_DAY).days, 0), (last - FIRST_DAY).days + 1
    there = company.at_work[begin:end]
    there = there if shift is None else there[:, shift : shift + 1]
    there = there if place not in PLACES else there[:, :, PLACES.index(place) : PLACES.index(place) + 1]
    counted: NDArray[np.float64] = there.sum(axis=(0, 1, 2)).astype(np.float64)
    return counted


def agreement(found: NDArray[np.float64], truth: NDArray[np.float64]) -> float:
    """The correlation of what was learned with what is true; 0 where nothing was learned."""
    if found.std() == 0.0:
        return 0.0
    return float(np.corrcoef(found, truth)[0, 1])


def p_value(found: Sequence[NDArray[np.float64]], truth: Sequence[NDArray[np.float64]]) -> float:
    """How often permuted names agree with the truth at least as well, over all companies together."""
    chance = np.random.default_rng(1)
    reached = sum(agreement(one, true) for one, true in zip(found, truth, strict=True))
    as_good = 1
    for _ in range(PERMUTATIONS):
        drawn = sum(agreement(chance.permutation(one), true) for one, true in zip(found, truth, strict=True))
        as_good += drawn >= reached
    return as_good / (PERMUTATIONS + 1)
