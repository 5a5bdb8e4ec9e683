from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose

from tillit.credit.correction import corrected

NAN = np.nan
MODEL = np.array([100.0, 200.0, 50.0, 80.0])


def test_exact_holdouts_are_believed_and_tell_the_rest_how_much_of_the_model_is_true() -> None:
    """Holdouts of three names say half of the model, with hardly any error: the fourth gets half of its own."""
    found = corrected(MODEL, np.array([50.0, 100.0, 25.0, NAN]), np.array([0.1, 0.1, 0.1, NAN]))
    assert found is not None
    assert_allclose(found.lost, MODEL / 2, rtol=0.01)
    assert found.high[3] - found.low[3] > found.high[0] - found.low[0]
    assert_allclose(found.total, found.lost.sum())


def test_where_the_model_strays_a_name_without_a_holdout_gets_a_wide_range() -> None:
    found = corrected(MODEL, np.array([5.0, 190.0, 40.0, NAN]), np.array([1.0, 1.0, 1.0, NAN]))
    assert found is not None
    assert_allclose(found.lost[:3], [5, 190, 40], atol=1.5)
    assert found.high[3] - found.low[3] > 80


def test_vague_holdouts_leave_the_model_times_its_factor() -> None:
    found = corrected(MODEL, np.array([40.0, 120.0, 20.0, 45.0]), np.full(4, 500.0))
    assert found is not None
    assert_allclose(found.lost / MODEL, found.factor, rtol=0.35)
    assert (found.low < 0).all()


def test_two_holdouts_are_too_few_to_put_a_model_right() -> None:
    assert corrected(MODEL, np.array([50.0, 100.0, NAN, NAN]), np.array([1.0, 1.0, NAN, NAN])) is None
    assert corrected(np.zeros(4), np.full(4, 1.0), np.full(4, 1.0)) is None
