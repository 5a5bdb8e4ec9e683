"""Conversions that would have come without any touch, as far as the data can tell."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from scipy.sparse import csr_matrix

from tillit.credit.paths import Floats, Paths
from tillit.credit.resampling import Sums
from tillit.sentences import sentence

FEWEST_WAYS = 30  # without a touch, converted or not; fewer are cases and no rate


class Known(StrEnum):
    """What the data say about the baseline."""

    NO = "not known"
    AT_LEAST = "at least"
    ESTIMATE = "estimate"
    HOLDOUT = "holdout"


METHOD = {
    Known.NO: sentence(
        "Not known: every way in these data has a touch, so nobody shows what comes without one. "
        "All sales are shared among the touches, which is too much."
    ),
    Known.AT_LEAST: sentence(
        "At least the sales that have no known touch. How many of the others would have come anyway "
        "these data cannot tell."
    ),
    Known.ESTIMATE: sentence(
        "The rate of the ways without a known touch, applied to all ways. Weakest assumption: those who "
        "met nothing would otherwise be like those who met something."
    ),
    Known.HOLDOUT: sentence(
        "All sales less what the touchpoints add, by holdouts and model together. Weakest assumption: what they add "
        "adds up, so that none of them would replace another."
    ),
}


def untouched(paths: Paths) -> Floats:
    """Shape (paths,); 1 for the path without a touch."""
    return np.asarray(paths.lengths == 0, dtype=np.float64)


def what_is_known(paths: Paths) -> Known:
    """Which baseline these paths allow without a holdout."""
    none = untouched(paths)
    conversions, nulls = none @ paths.conversions, none @ paths.nulls
    ways = conversions + nulls
    # Where ways without a known touch convert as often as the others, what was met there is missing, not absent.
    overall = paths.conversions.sum() / max(paths.conversions.sum() + paths.nulls.sum(), 1)
    if ways >= FEWEST_WAYS and conversions / ways < overall:
        return Known.ESTIMATE
    return Known.AT_LEAST if conversions > 0 else Known.NO


def baseline_sums(paths: Paths) -> Sums:
    """What `baseline_conversions` reads: all conversions, all ways, and both of the path without a touch."""
    every = np.ones(len(paths.lengths))
    none = untouched(paths)
    return Sums(
        of_ways=csr_matrix(np.stack([0 * every, every, 0 * none, none], axis=1)),  # type: ignore[no-untyped-call]
        of_worth=csr_matrix(np.stack([every, 0 * every, none, 0 * none], axis=1)),  # type: ignore[no-untyped-call]
    )


def baseline_conversions(drawn: Floats, known: Known) -> Floats:
    """Shape (rows,); 0 where nothing is known, so that all conversions are shared.

    Args:
        drawn: Shape (rows, 4); `baseline_sums` of each row.
        known: Which baseline is allowed.
    """
    conversions, ways, came, ways_without = (drawn[:, column] for column in range(4))
    if known is not Known.ESTIMATE:
        return came
    rate = np.divide(came, ways_without, out=np.zeros_like(came), where=ways_without > 0)
    # By count at least those who came, and never more than there are.
    return np.asarray(np.minimum(rate * ways, conversions))
