"""Conversions that would have come without any touch, as far as the data can tell."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from tillit.credit.paths import Floats, Paths
from tillit.credit.resampling import Outcomes
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


def baseline_conversions(paths: Paths, outcomes: Outcomes, known: Known) -> Floats:
    """Shape (rows,); 0 where nothing is known, so that all conversions are shared."""
    none = untouched(paths)
    came: Floats = outcomes.conversions @ none
    if known is not Known.ESTIMATE:
        return came
    ways = outcomes.ways
    rate = np.divide(came, ways @ none, out=np.zeros_like(came), where=ways @ none > 0)
    # By count at least those who came, and never more than there are.
    return np.asarray(np.minimum(rate * ways.sum(axis=1), outcomes.conversions.sum(axis=1)))
