"""The curve of answering more against being wrong more, point by point."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest  # type: ignore[attr-defined]  # scipy re-exports without saying so

from tillit.answers.coverage import area, lowest_limit, risk_coverage

CASES = st.lists(st.tuples(st.sampled_from([0.1, 0.3, 0.5, 0.7, 0.9]), st.booleans()), min_size=1, max_size=40)


@given(CASES)
def test_every_step_counts_what_a_loop_counts(cases: list[tuple[float, bool]]) -> None:
    chance, right = np.array([c for c, _ in cases]), np.array([r for _, r in cases])
    steps = risk_coverage(chance, right)
    assert [step.limit for step in steps] == sorted({c for c, _ in cases}, reverse=True)
    for step in steps:
        answered = [r for c, r in cases if c >= step.limit]
        assert (step.answered, step.wrong, step.of) == (len(answered), answered.count(False), len(cases))
        expected = binomtest(step.wrong, step.answered).proportion_ci(method="wilson")
        np.testing.assert_allclose((step.low, step.high), (expected.low, expected.high), atol=1e-9)


@given(CASES)
def test_the_limit_answers_most_of_those_that_hold(cases: list[tuple[float, bool]]) -> None:
    chance, right = np.array([c for c, _ in cases]), np.array([r for _, r in cases])
    limit = lowest_limit(risk_coverage(chance, right), wrong_at_most=0.25)
    fine = [
        c
        for c in sorted({c for c, _ in cases})
        if sum(not r for d, r in cases if d >= c) <= 0.25 * sum(d >= c for d, _ in cases)
    ]
    assert limit == (fine[0] if fine else None)


def test_with_few_questions_luck_is_not_enough() -> None:
    chance, right = np.linspace(0.99, 0.5, 10), np.ones(10, bool)
    steps = risk_coverage(chance, right)
    assert lowest_limit(steps, wrong_at_most=0.1) == 0.5
    assert lowest_limit(steps, wrong_at_most=0.1, surely_at_most=0.12) is None


def test_the_area_is_lower_when_the_sure_ones_are_right() -> None:
    right = np.array([True, True, True, False, False])
    assert area(np.array([0.9, 0.8, 0.7, 0.2, 0.1]), right) == np.mean([0, 0, 0, 1 / 4, 2 / 5])
    assert area(np.array([0.1, 0.2, 0.3, 0.8, 0.9]), right) > 0.6
