"""What a policy changes over customers' whole way, from customers who were kept on another one.

A moment's effect leaves the history as it was. Whoever was helped once may need less help later: only customers who
were met by one policy from beginning to end show that.
"""

from __future__ import annotations

import math

import numpy as np

from tillit.errors import InputError
from tillit.evaluation.decisions import Bools, Decisions, Floats
from tillit.evaluation.results import WholeWay
from tillit.evaluation.scores import Z_95

LEAST_CUSTOMERS = 100  # on each side


def whole_way_of(decisions: Decisions, seen: Floats) -> WholeWay | None:
    """P(good outcome) at the moments of the other customers, minus that at the moments of those who were kept.

    Means over moments that were allowed both a machine and a person, from the first moment of a kept customer on; each
    side's error by customer. Nothing is adjusted: customers were kept by chance.

    Args:
        decisions: All that were drawn, or decided for a kept customer.
        seen: Shape (n,); 1 / P(the outcome is known by now), 0 where it is not known.

    Returns:
        None if the log names no kept customers, or a side has fewer than LEAST_CUSTOMERS.

    Raises:
        InputError: A customer was kept at some moments and not at others.
    """
    if decisions.kept is None or not decisions.kept.any():
        return None
    since = decisions.at_days >= decisions.at_days[decisions.kept].min()
    if decisions.took_part is not None:
        since = since & decisions.took_part
    mixed = np.intersect1d(decisions.customer[since & decisions.kept], decisions.customer[since & ~decisions.kept])
    if mixed.size:
        raise InputError(
            f"{mixed.size:,} customers were kept on another policy at some moments and not at others, so nobody's "
            "whole way was met by one. Draw once for a customer who is kept, and mark every moment of theirs."
        )
    rows = since & decisions.free
    (kept, kept_error, kept_customers), (others, error, other_customers) = (
        _mean(decisions, seen, rows & side) for side in (decisions.kept, ~decisions.kept)
    )
    if min(kept_customers, other_customers) < LEAST_CUSTOMERS:
        return None
    half = Z_95 * math.hypot(kept_error, error)
    difference = others - kept
    return WholeWay(difference, difference - half, difference + half, kept, others, kept_customers, other_customers)


def _mean(decisions: Decisions, seen: Floats, rows: Bools) -> tuple[float, float, int]:
    """Good outcomes per moment, its error by customer, and how many customers: a ratio of two sums."""
    if not rows.any():
        return 0.0, math.inf, 0
    _, customer = np.unique(decisions.customer[rows], return_inverse=True)
    good = np.where(seen > 0, seen * np.nan_to_num(decisions.outcome), 0.0)[rows]
    mean = float(good.mean())
    sums = np.bincount(customer, good - mean)
    count = len(sums)
    error = math.sqrt(float((sums**2).sum()) * count / max(1, count - 1)) / int(rows.sum())
    return mean, error, count
