"""How good chances were on dates that came later: calibration, sharpness, and what a perfect model would have got."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tillit.readiness.logistic import Floats

BINS = 10
CALIBRATED_TIMES, CALIBRATED_POINTS = 3.0, 0.02
Z_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows with chances near each other: what was said, and what came, with its 95 % range (Wilson)."""

    said: float
    came: int
    of: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Quality:
    """On rows that taught nothing.

    Attributes:
        log_loss: Mean of −log P(what happened).
        constant_log_loss: The same for the training share said to everybody.
        auc: P(a row with the outcome was given more than one without).
        calibration_error: Mean distance between said and came, weighted by rows (ECE).
        perfect_error: What a perfectly calibrated model would have got with as many rows, on average.
        lift: Share of outcomes in the best tenth, over the share in all.
        bins: Tenths by chance, lowest first, equal chances together: the reliability curve.
    """

    n: int
    outcomes: int
    log_loss: float
    constant_log_loss: float
    auc: float
    calibration_error: float
    perfect_error: float
    lift: float
    bins: tuple[Bin, ...]

    @property
    def is_useful(self) -> bool:
        """Whether it says more than one number for everybody."""
        return self.log_loss < self.constant_log_loss and self.auc > 0.5

    @property
    def is_calibrated(self) -> bool:
        """Whether what it says can be believed: as far from what came as a perfect model, give or take.

        Customers stand in several rows, so that a perfect model's distance is larger than what `perfect_error` says.
        """
        return self.calibration_error <= CALIBRATED_TIMES * self.perfect_error + CALIBRATED_POINTS


def quality(chance: Floats, outcome: NDArray[np.bool_], *, constant: float, rng: np.random.Generator) -> Quality | None:
    """Hold chances against what came; None if all rows went the same way.

    Args:
        chance: Shape (n,).
        outcome: Shape (n,).
        constant: The share of outcomes in training.
        rng: Draws what a perfect model's rows might have done.
    """
    if outcome.all() or not outcome.any():
        return None
    # Equal chances stay together, so that no bin depends on the order of the rows.
    edges = np.quantile(chance, np.arange(1, BINS) / BINS)
    tenth = np.searchsorted(edges, chance, side="right")
    tenths = [rows for place in range(BINS) if len(rows := np.flatnonzero(tenth == place))]
    drawn = rng.random((50, len(chance))) < chance
    best = tenths[-1]
    return Quality(
        n=len(chance),
        outcomes=int(outcome.sum()),
        log_loss=log_loss(chance, outcome),
        constant_log_loss=log_loss(np.full(len(chance), constant), outcome),
        auc=auc(chance, outcome),
        calibration_error=_error(chance, outcome, tenths),
        perfect_error=float(np.mean([_error(chance, one, tenths) for one in drawn])),
        lift=float(outcome[best].mean() / outcome.mean()),
        bins=tuple(_bin(chance[rows], outcome[rows]) for rows in tenths),
    )


def log_loss(chance: Floats, outcome: NDArray[np.bool_]) -> float:
    """Mean of −log P(what happened)."""
    said = np.where(outcome, chance, 1 - chance)
    return float(-np.log(np.maximum(said, 1e-12)).mean())


def auc(chance: Floats, outcome: NDArray[np.bool_]) -> float:
    """P(a row with the outcome was given more than one without); ties count half. Source: Mann & Whitney (1947)."""
    _, which, ties = np.unique(chance, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(ties) - (ties - 1) / 2)[which]
    hits = int(outcome.sum())
    return float((ranks[outcome].sum() - hits * (hits + 1) / 2) / (hits * (len(outcome) - hits)))


def wilson(came: int, of: int) -> tuple[float, float]:
    """The 95 % range of a share. Source: Wilson (1927), doi:10.1080/01621459.1927.10502953."""
    share, z2 = came / of, Z_95**2
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z_95 * np.sqrt(share * (1 - share) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return float(middle - half), float(middle + half)


def _bin(chance: Floats, outcome: NDArray[np.bool_]) -> Bin:
    came, of = int(outcome.sum()), len(outcome)
    return Bin(float(chance.mean()), came, of, *wilson(came, of))


def _error(chance: Floats, outcome: NDArray[np.bool_], tenths: list[NDArray[np.intp]]) -> float:
    distance = [len(rows) * abs(float(chance[rows].mean()) - float(outcome[rows].mean())) for rows in tenths]
    return sum(distance) / len(chance)
