"""How surprising a count is, and what is left of the surprise when many counts were looked at."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]

# Below this relative distance from a Poisson count's variance the Poisson tail itself is used.
NEARLY_POISSON = 1e-9


def upper_tail(observed: Floats, expected: Floats, variance: Floats) -> Floats:
    """P(at least `observed`), for counts of which mean and variance are known.

    A sum of unlike chances is no binomial; the tail is taken from the count with the same mean and variance: a binomial
    where it spreads less than a Poisson count, a negative binomial where it spreads more.

    Args:
        observed: Whole numbers, at least 0.
        expected: Means, above 0.
        variance: Above 0; without any uncertainty about the means, the sum of p (1 - p).
    """
    tail = np.ones(observed.shape)  # of "at least none"
    some = observed > 0
    narrow = some & (variance < expected * (1 - NEARLY_POISSON))
    wide = some & (variance > expected * (1 + NEARLY_POISSON))
    neither = some & ~narrow & ~wide
    tail[neither] = special.gammainc(observed[neither], expected[neither])
    o, mean, spread = observed[narrow], expected[narrow], variance[narrow]
    trials = np.maximum(mean**2 / (mean - spread), o)  # no whole number, which the beta integral allows
    tail[narrow] = special.betainc(o, trials - o + 1, np.minimum(mean / trials, 1.0))
    o, mean, spread = observed[wide], expected[wide], variance[wide]
    tail[wide] = special.betainc(o, mean**2 / (spread - mean), 1 - mean / spread)
    return np.clip(tail, 0.0, 1.0)


def adjusted(p_values: Floats) -> Floats:
    """Benjamini-Hochberg: naming all with an adjusted value of at most q keeps the false share among them below q.

    NaN stands for what was not tested; it stays NaN and does not count.

    Source: Benjamini & Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x.
    """
    flat, found = p_values.ravel(), np.full(p_values.size, np.nan)
    # Not scipy's own: to import its module for it takes a third of every command's start.
    (tested,) = np.nonzero(~np.isnan(flat))
    order = tested[np.argsort(flat[tested])]
    by_rank = flat[order] * (order.size / np.arange(1, order.size + 1))
    found[order] = np.minimum(np.minimum.accumulate(by_rank[::-1])[::-1], 1.0)
    return found.reshape(p_values.shape)
