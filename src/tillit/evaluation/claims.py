"""When a difference may be called one: over several stages, and on a page that is looked at every day."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from tillit.evaluation.decisions import Floats
from tillit.evaluation.scores import Estimate

ALPHA = 0.05
TUNED_TO = 1500.0  # decisions at which the confidence sequence is tightest


def two_sided_p(estimate: Estimate) -> float:
    """P(as far from 0 | no difference), normal."""
    return float(2 * special.ndtr(-abs(estimate.value) / estimate.error)) if estimate.error > 0 else 1.0


def holm(p_values: Floats) -> Floats:
    """Holm's adjusted p-values: at most α of families with no true difference show one.

    Args:
        p_values: Shape (m,).

    Source: Holm (1979), Scandinavian Journal of Statistics 6, 65–70.
    """
    count = len(p_values)
    order = np.argsort(p_values, kind="stable")
    adjusted = np.empty(count)
    adjusted[order] = np.maximum.accumulate((count - np.arange(count)) * p_values[order])
    return np.minimum(adjusted, 1.0)


def always_valid(estimate: Estimate, *, alpha: float = ALPHA) -> tuple[float, float]:
    """A range that holds at every look, however often one looks.

    The asymptotic confidence sequence with a normal mixture, tightest at about `TUNED_TO` decisions.

    Source: Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas (2024), doi:10.1214/24-AOS2408, theorem 2.2.
    """
    n = estimate.n
    rho2 = (-2 * math.log(alpha) + math.log(-2 * math.log(alpha) + 1)) / TUNED_TO
    spread = estimate.error * math.sqrt(n)
    half = spread * math.sqrt((n * rho2 + 1) / (n * n * rho2) * math.log((n * rho2 + 1) / alpha**2))
    return estimate.value - half, estimate.value + half


def e_value(risk_ratio: float) -> float:
    """How strongly something unseen must go with both the action and the outcome to explain a ratio away.

    Source: VanderWeele & Ding (2017), doi:10.7326/M16-2607.
    """
    ratio = max(risk_ratio, 1 / risk_ratio)
    return ratio + math.sqrt(ratio * (ratio - 1))
