"""How much the machine answers, and how much of that is wrong, as its limit moves.

Risk and coverage after El-Yaniv and Wiener (2010); ranges of shares after Wilson (1927).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tillit.readiness.logistic import Floats
from tillit.readiness.quality import wilson


@dataclass(frozen=True, slots=True)
class Step:
    """What happens at one limit.

    Attributes:
        limit: The lowest chance at which the machine answers.
        answered: Questions it answers, of `of`.
        wrong: Of the answered ones; `low` and `high` are the 95 % range of that share.
    """

    limit: float
    answered: int
    of: int
    wrong: int
    low: float
    high: float


def risk_coverage(chance: Floats, right: NDArray[np.bool_]) -> tuple[Step, ...]:
    """One step a chance that occurs, the surest first.

    Args:
        chance: Shape (n,).
        right: Shape (n,).
    """
    order = np.argsort(-chance, kind="stable")
    wrong = np.cumsum(~right[order])
    last = np.flatnonzero(np.diff(chance[order], append=-1.0))
    return tuple(
        Step(float(chance[order][k]), int(k) + 1, len(chance), int(wrong[k]), *wilson(int(wrong[k]), int(k) + 1))
        for k in last
    )


def lowest_limit(steps: tuple[Step, ...], *, wrong_at_most: float, surely_at_most: float = 1.0) -> float | None:
    """The limit that answers most with no more than this share wrong; None: no limit does.

    Args:
        surely_at_most: What the upper end of the share's range may be: with few questions it asks for more than luck.
    """
    fine = [step for step in steps if step.wrong <= wrong_at_most * step.answered and step.high <= surely_at_most]
    return fine[-1].limit if fine else None


def area(chance: Floats, right: NDArray[np.bool_]) -> float:
    """The mean share of wrong answers over all coverages (AURC): lower is better, whatever the limit."""
    wrong = ~right[np.argsort(-chance, kind="stable")]
    return float((np.cumsum(wrong) / np.arange(1, len(wrong) + 1)).mean())
