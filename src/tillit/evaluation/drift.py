"""Whether what a person adds has changed while the log was written: its later half held against its earlier one."""

from __future__ import annotations

import numpy as np
from scipy import special

from tillit.evaluation.claims import ALPHA, holm
from tillit.evaluation.decisions import Decisions, Floats
from tillit.evaluation.results import Drift, StageDrift
from tillit.evaluation.scores import Z_95

LEAST_CUSTOMERS = 100  # at a stage, in each half


def drift_of(decisions: Decisions, gain: Floats, stages: list[int]) -> Drift | None:
    """Compare the two halves of the time in which decisions were drawn, stage by stage and all stages at once.

    Customers are the independent unit, also where one has moments at several stages or in both halves: a Wald test
    with the covariance of the stages' changes by customer.

    Args:
        decisions: Those that could have gone either way; at least one.
        gain: Shape (n,); the score of a person less that of the machine.
        stages: Places of the stages that have a number of their own.

    Returns:
        None if no stage has LEAST_CUSTOMERS in each half.

    Source: Liang & Zeger (1986), doi:10.1093/biomet/73.1.13, for the covariance.
    """
    middle = float(np.median(decisions.at_days))
    later = decisions.at_days > middle
    _, customer = np.unique(decisions.customer, return_inverse=True)
    count = int(customer.max()) + 1
    halves: list[tuple[int, float, float]] = []
    influences: list[Floats] = []
    for stage in stages:
        parts = [(decisions.stage == stage) & ~later, (decisions.stage == stage) & later]
        if min(len(np.unique(customer[part])) for part in parts) < LEAST_CUSTOMERS:
            continue
        earlier_mean, later_mean = (float(gain[part].mean()) for part in parts)
        influence = np.where(parts[1], (gain - later_mean) / parts[1].sum(), 0.0)
        influence -= np.where(parts[0], (gain - earlier_mean) / parts[0].sum(), 0.0)
        halves.append((stage, earlier_mean, later_mean))
        influences.append(np.bincount(customer, influence, minlength=count).astype(np.float64))
    if not halves:
        return None
    by_customer = np.column_stack(influences)
    covariance = by_customer.T @ by_customer * count / (count - 1)
    change = np.array([after - before for _, before, after in halves])
    error = np.sqrt(np.diag(covariance))
    if not (error > 0).all():
        return None
    distance = float(change @ np.linalg.solve(covariance, change))
    p_value = float(special.chdtrc(len(halves), distance))
    adjusted = holm(np.asarray(2 * special.ndtr(-np.abs(change) / error)))
    return Drift(
        middle_at_days=middle,
        p_value=p_value,
        is_found=p_value <= ALPHA,
        stages=tuple(
            StageDrift(
                stage=decisions.stages[stage],
                earlier=before,
                later=after,
                low=after - before - Z_95 * float(error[place]),
                high=after - before + Z_95 * float(error[place]),
                p_holm=float(adjusted[place]),
            )
            for place, (stage, before, after) in enumerate(halves)
        ),
    )
