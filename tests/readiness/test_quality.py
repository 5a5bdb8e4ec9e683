"""Measures of quality against their definitions, and dates that do not overlap."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tillit.readiness.features import MICROS_PER_DAY
from tillit.readiness.quality import auc, log_loss, quality, wilson
from tillit.readiness.snapshots import dates_of


def test_auc_is_the_share_of_pairs_in_the_right_order() -> None:
    rng = np.random.default_rng(1)
    chance, outcome = rng.integers(0, 6, 60) / 6, rng.random(60) < 0.4
    pairs = [(a > b) + 0.5 * (a == b) for a in chance[outcome] for b in chance[~outcome]]
    assert auc(chance, outcome) == pytest.approx(np.mean(pairs))


def test_log_loss_by_hand() -> None:
    assert log_loss(np.array([0.25, 0.5]), np.array([True, False])) == pytest.approx((math.log(4) + math.log(2)) / 2)


def test_wilson_by_hand() -> None:
    """Newcombe (1998), Statistics in Medicine 17, 857, table I: 15 of 148 gives 0.0624 to 0.1605."""
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)


def test_true_chances_are_found_calibrated_and_wrong_ones_are_not() -> None:
    rng = np.random.default_rng(2)
    chance = rng.beta(1, 6, 8000)
    outcome = rng.random(8000) < chance
    right = quality(chance, outcome, constant=1 / 7, rng=rng)
    wrong = quality(chance**0.5, outcome, constant=1 / 7, rng=rng)
    assert right is not None
    assert wrong is not None
    assert right.calibration_error < 2 * right.perfect_error
    assert wrong.calibration_error > 5 * wrong.perfect_error
    assert right.is_useful
    assert not wrong.is_useful
    assert sum(one.of for one in right.bins) == 8000


def test_equal_chances_share_a_bin() -> None:
    chance = np.repeat([0.1, 0.5], 50)
    outcome = np.tile([True, False], 50)
    found = quality(chance, outcome, constant=0.5, rng=np.random.default_rng(1))
    assert found is not None
    assert [one.of for one in found.bins] == [50, 50]
    assert [one.said for one in found.bins] == pytest.approx([0.1, 0.5])


def test_what_is_learnt_from_ends_before_what_is_tested_on() -> None:
    dates = dates_of(0, 200 * MICROS_PER_DAY, 30)
    assert dates.training
    assert dates.test
    assert dates.training[-1] + 30 * MICROS_PER_DAY <= dates.test[0]
    assert dates.test[-1] + 30 * MICROS_PER_DAY <= 200 * MICROS_PER_DAY
    assert dates_of(0, 30 * MICROS_PER_DAY, 30).test == ()
