from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.sparse import csr_matrix

from tests.credit.made import made
from tillit.credit.paths import Floats, Paths, Persons
from tillit.credit.resampling import MOST_DEALT, MOST_DRAWN, Sums, observed, resampled, units_of
from tillit.credit.rules import rule_weights
from tillit.credit.vocabulary import Model
from tillit.journeys.stretches import Stretches

CELLS = 40


def market(persons: int) -> Paths:
    """Persons with one to three ways each, nearly all sets of ways unlike; some persons buy far more than others."""
    dice = np.random.default_rng(5)
    paths = made(*((" > ".join("abcdefgh"[cell % 8] + "abcde"[cell // 8]), 0, 0, 0) for cell in range(CELLS)))
    cells, chance = len(paths.lengths), dice.beta(0.3, 1.5, persons)
    walked: list[list[int]] = [[] for _ in range(persons)]
    for _ in range(3):
        walks, cell, buys = (
            dice.random(persons) < 0.8,
            dice.integers(cells, size=persons),
            dice.random(persons) < chance,
        )
        for person in np.flatnonzero(walks).tolist():
            walked[person].append(int(2 * cell[person] + buys[person]))
    ways = np.array([way for of_person in walked for way in of_person])
    return replace(
        paths,
        conversions=np.bincount(ways[ways % 2 == 1] // 2, minlength=cells).astype(np.float64),
        nulls=np.bincount(ways[ways % 2 == 0] // 2, minlength=cells).astype(np.float64),
        persons=Persons(np.ones(persons, np.int64), Stretches(ways, np.cumsum([0, *map(len, walked)]))),
    )


def sums_of(paths: Paths) -> Sums:
    weights = rule_weights(paths, Model.LINEAR)
    return Sums(weights, weights)


def draws_of(paths: Paths, sums: Sums, seed: int, resamples: int) -> Floats:
    rng = np.random.default_rng(seed)
    units = units_of(paths, rng)
    return resampled(units, [units.over(sums)], rng, resamples=resamples)[0]


def full(table: csr_matrix) -> Floats:
    return np.asarray(table.toarray())  # type: ignore[no-untyped-call]


def by_persons(paths: Paths, rng: np.random.Generator, draws: int) -> Floats:
    """Slow: each draw takes single persons, with all ways, and shares each of these ways anew."""
    assert paths.persons is not None
    weights, number = full(rule_weights(paths, Model.LINEAR)), len(paths.persons.count)
    conversions, nulls = np.zeros((number, len(weights))), np.zeros((number, len(weights)))
    sets = paths.persons.sets
    for person, (low, high) in enumerate(pairwise(sets.offsets.tolist())):
        for way in sets.codes[low:high].tolist():
            (conversions if way % 2 else nulls)[person, way // 2] += 1
    found = []
    for _ in range(draws):
        drawn = rng.integers(number, size=number)
        bought = conversions[drawn].sum(axis=0)
        found.append((bought + nulls[drawn].sum(axis=0)) @ weights + bought @ weights)
    return np.array(found)


@pytest.mark.parametrize("persons", [MOST_DRAWN // 2, 4 * MOST_DRAWN])
def test_draws_spread_as_those_of_single_persons(persons: int) -> None:
    """4,000 persons are dealt into groups. The spread of 2,000 draws is known to 1.6 %, of groups to 2 %: 12 % is
    four errors of one name's ratio, and 5 % four of the mean over 40 names, which lean on each other."""
    paths = market(persons)
    ours = draws_of(paths, sums_of(paths), 1, 2_000)
    slow = by_persons(paths, np.random.default_rng(2), 2_000)
    parts = [drawn / drawn.sum(axis=1, keepdims=True) for drawn in (ours, slow)]
    ratio = parts[0].std(axis=0) / parts[1].std(axis=0)
    assert_allclose(ratio, 1, atol=0.12)
    assert ratio.mean() == pytest.approx(1, abs=0.05)
    assert_allclose(parts[0].mean(axis=0), parts[1].mean(axis=0), atol=0.1 * parts[1].std(axis=0).min())


def test_sums_are_those_of_the_ways() -> None:
    paths = market(MOST_DRAWN // 2)
    weights = full(rule_weights(paths, Model.LINEAR))
    worth = 2 * paths.conversions + paths.nulls
    assert_allclose(observed(paths, sums_of(paths)), worth @ weights)


def test_where_many_are_alike_sets_are_drawn_by_their_number() -> None:
    """Each path's ways have the spread of a multinomial draw, however many they stand for; 5 errors of 2,000 draws."""
    rows = 2 * MOST_DRAWN
    names = [f"n{number:04}" for number in range(rows)]
    paths = made(*((name, 3 * MOST_DEALT, 0, 0) for name in names))
    each = Sums(of_worth=csr_matrix((rows, 20)), of_ways=rule_weights(paths, Model.FIRST)[:, :20])  # type: ignore[no-untyped-call]
    spread = draws_of(paths, each, 3, 500).std(axis=0)
    assert_allclose(spread, np.sqrt(3 * MOST_DEALT), rtol=5 / np.sqrt(2 * 500))
