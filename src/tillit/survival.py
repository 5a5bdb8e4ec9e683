"""How long things take, where some have not happened yet: the curve of Kaplan and Meier, with Greenwood's range."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Survival:
    """The share for whom it has not happened yet, a step at each time at which it happened.

    Attributes:
        times: Shape (k,), ascending and different.
        share: Shape (k,); P(not yet) from that time on, until the next.
        log_variance: Shape (k,); Greenwood's variance of log(share); infinite where the share is 0.
        lengths: Shape (n,), ascending; how long each was followed, those to whom it happened too.
    """

    times: Floats
    share: Floats
    log_variance: Floats
    lengths: Floats

    def at(self, time: Floats) -> Floats:
        """P(it has not happened by each of these times); beyond the last one followed, as at that one."""
        return np.concatenate([[1.0], self.share])[self._step(time)]

    def range_at(self, time: Floats, *, confidence: float = CONFIDENCE) -> tuple[Floats, Floats]:
        """The range of `at`, both ends in [0, 1].

        On the scale of log(-log(share)), on which it stays between 0 and 1 and keeps its promise with few. While
        nothing has happened yet, and once it has happened to all, Greenwood says "certain"; there the range is the
        exact one of a share of 0, or of all, among those still followed.

        Source: Greenwood (1926); Kalbfleisch & Prentice (1980), §1.3; Clopper & Pearson (1934), doi:10.2307/2331986.
        """
        tail = (1 - confidence) / 2
        share = self.at(time)
        until = np.where(share > 0, time, self.times[-1] if len(self.times) else 0.0)
        still = np.maximum(len(self.lengths) - np.searchsorted(self.lengths, until, side="left"), 1)
        low, high = np.where(share > 0, tail ** (1 / still), 0.0), np.where(share < 1, 1 - tail ** (1 / still), 1.0)
        between = (share > 0) & (share < 1)
        log_share = np.log(share[between])
        error = np.sqrt(np.concatenate([[0.0], self.log_variance])[self._step(time)][between]) / -log_share
        z = NormalDist().inv_cdf(1 - tail)
        low[between], high[between] = (np.exp(log_share * np.exp(sign * z * error)) for sign in (1, -1))
        return low, high

    def _step(self, time: Floats) -> NDArray[np.int64]:
        return np.searchsorted(self.times, time, side="right")


def survival(length: Floats, happened: Bools) -> Survival:
    """Kaplan and Meier's estimate of the share for whom it has not happened yet.

    Assumed: how long somebody was followed says nothing of how long it takes.

    Args:
        length: Shape (n,), ≥ 0; how long it took, or how long it has not happened so far.
        happened: Shape (n,). Who is followed no longer at the time at which it happens to others was there for it.

    Source: Kaplan & Meier (1958), doi:10.1080/01621459.1958.10501452.
    """
    lengths = np.sort(length)
    times, count = np.unique(length[happened], return_counts=True)
    at_risk = len(length) - np.searchsorted(lengths, times, side="left")
    share = np.asarray(np.cumprod(1 - count / at_risk), np.float64)
    left = at_risk - count
    with np.errstate(divide="ignore"):
        log_variance = np.cumsum(np.where(left > 0, count / (at_risk * left), np.inf))
    return Survival(times, share, log_variance, lengths)
