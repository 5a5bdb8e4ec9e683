"""Ridge logistic regression by Newton's method: small, exact, and the same on every machine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Floats = NDArray[np.float64]

MOST_STEPS = 25
CLOSE_ENOUGH = 1e-6


def fit_logistic(x: Floats, y: Floats, ridge: Floats, start: Floats | None = None) -> Floats:
    """The ridge logistic regression of y on x.

    Args:
        x: Shape (n, p).
        y: Shape (n,); 0 or 1.
        ridge: Shape (p,); penalty/2 × weight², above 0.
        start: Shape (p,); where the search begins; None: at 0.

    Returns:
        Shape (p,).
    """
    weights = np.zeros(x.shape[1]) if start is None else start
    for _ in range(MOST_STEPS):
        p = expit(x @ weights)
        slope = x.T @ (y - p) - ridge * weights
        curve = (x * (p * (1 - p))[:, None]).T @ x + np.diag(ridge)
        step = np.linalg.solve(curve, slope)
        # Far from the optimum a full step may overshoot; a bounded one cannot.
        weights = weights + step * min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-12))
        if float(np.abs(step).max()) < CLOSE_ENOUGH:
            break
    return weights
