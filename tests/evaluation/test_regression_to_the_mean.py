"""Whoever is met after a low point does better afterwards, met or not: that is not what a person adds."""

from __future__ import annotations

import numpy as np

from tillit.evaluation.decisions import Decisions
from tillit.evaluation.evaluate import evaluate

LOW_POINT = -1.0


def after_a_low_point(customers: int, rng: np.random.Generator) -> tuple[Decisions, float]:
    """Those who felt low are met by a person or the machine, half and half; nothing changes how they feel next.

    Returns:
        The log, and how many more in 100 of those met by a person feel well afterwards than did before.
    """
    nature = rng.normal(0, 1, customers)
    before = nature + rng.normal(0, 1, customers)
    rows = np.flatnonzero(before < LOW_POINT)
    after = nature[rows] + rng.normal(0, 1, len(rows))
    met = rng.random(len(rows)) < 0.5
    decisions = Decisions(
        customer=np.arange(len(rows)),
        at_days=np.sort(rng.uniform(0, 60, len(rows))),
        stage=np.zeros(len(rows), np.int64),
        stages=("use",),
        actions=("machine", "person"),
        machine=0,
        person=1,
        eligible=np.ones((len(rows), 2), np.bool_),
        propensity=np.full((len(rows), 2), 0.5),
        action=met.astype(np.int64),
        outcome=(after > LOW_POINT).astype(np.float64),
        delay_days=None,
        context=before[rows][:, None],
        context_names=("friction",),
        value=None,
        reward=None,
    )
    return decisions, float((after[met] > LOW_POINT).mean())


def test_recovery_is_not_counted_as_help() -> None:
    """Ten worlds, true effect 0: of ten 95 % ranges fewer than 8 hold in 1 of 87."""
    holds = 0
    for seed in range(10):
        decisions, recovered = after_a_low_point(6000, np.random.default_rng([seed, 9]))
        assert recovered > 0.4  # nobody felt well before: what a comparison of before and after would show
        found = evaluate(decisions).overall
        assert found.low is not None
        assert found.high is not None
        holds += found.low <= 0 <= found.high
    assert holds >= 8
