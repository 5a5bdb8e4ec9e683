from __future__ import annotations

import numpy as np
import pytest

from tillit.friction.matched import comparable, excess

ONE_GROUP = np.zeros(5, np.int64)


def test_the_fit_is_the_least_squares_one() -> None:
    """Against one row per visit and numpy's solver; the mix differs widely, so that the order of fitting would show."""
    rng = np.random.default_rng(4)
    visits = rng.integers(20, 400, (5, 3)).astype(np.float64)
    hits = np.floor(visits * rng.uniform(0.1, 0.4, (5, 3)))
    rows, answers = [], []
    for step in range(5):
        for stratum in range(3):
            row = np.concatenate([np.eye(5)[step], np.eye(3)[stratum]])
            count, hit = int(visits[step, stratum]), int(hits[step, stratum])
            rows += [row] * count
            answers += [1.0] * hit + [0.0] * (count - hit)
    fitted = np.linalg.lstsq(np.array(rows), np.array(answers), rcond=None)[0]
    chance = np.median(fitted[:5]) + fitted[5:]

    found = excess(visits, hits, ONE_GROUP, comparable(visits.sum(axis=1), ONE_GROUP))

    assert found.expected == pytest.approx(visits @ chance, rel=1e-6)
    assert (found.variance > visits @ (chance * (1 - chance))).all(), "the reference is uncertain too"


def test_who_comes_is_no_excess() -> None:
    """Every step has the same chances; only the mix of customers differs, from mostly easy to mostly difficult."""
    visits = np.array([[900.0, 100.0], [700.0, 300.0], [500.0, 500.0], [300.0, 700.0], [100.0, 900.0]])
    found = excess(visits, visits * [0.1, 0.3], ONE_GROUP, np.ones(5, np.bool_))
    assert found.excess == pytest.approx(np.zeros(5), abs=1e-6)
    worse = visits * [0.1, 0.3]
    worse[4] += visits[4] * 0.06
    assert excess(visits, worse, ONE_GROUP, np.ones(5, np.bool_)).excess == pytest.approx([0, 0, 0, 0, 60], abs=0.01)


def test_a_step_is_compared_within_its_group_and_only_with_enough() -> None:
    visits = np.array([100.0, 100.0, 29.0, 100.0, 100.0, 100.0])
    group = np.array([0, 0, 0, 1, 1, 1])
    compared = comparable(visits, group)
    assert compared.tolist() == [False, False, False, True, True, True]  # two with enough visits have no median one
    found = excess(visits[:, None], visits[:, None] * 0.2, group, compared)
    assert np.isnan(found.p_values()[:3]).all()
    assert found.excess[3:] == pytest.approx([0, 0, 0])
