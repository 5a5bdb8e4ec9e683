"""A market in which it is known what each touchpoint adds, and to whom it comes.

Warm customers buy more and meet more of what only meets the warm: brand search and retargeting do nothing here, and yet
stand on the way of many sales. Each touchpoint is withheld from some customers by lot.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NAMES = ("ad", "search", "brand_search", "retarget", "email", "self_service", "store", "advisor")
EFFECT = np.array([0.25, 0.15, 0.0, 0.0, 0.20, 0.35, 0.60, 0.90])  # logit per touch, of which two count
PULL = np.array([0.0, 0.3, 1.2, 1.0, 0.2, 0.4, 0.3, 0.5])  # how strongly the warm attract it
RATE = np.array([0.7, 0.5, 0.25, 0.30, 0.45, 0.5, 0.15, 0.12])  # touches a customer, on average
LEAN = np.linspace(0, 1.5, len(NAMES))  # those further down this list tend to come later
COUNTED, MOST = 2, 4  # touches of a kind that change anything; that are made
BASE, WARMTH = -2.6, 0.9  # logit of a purchase with no touch; per unit of warmth
HELD_SHARE = 0.05
VALUE_MEAN, VALUE_SPREAD = 4.0, 0.5  # of an order's logarithm, in whole currency units


@dataclass(frozen=True, slots=True)
class TouchesWorld:
    """Customers, what they met, and the truth.

    Attributes:
        customer, touch: Shape (touches,); whose, and which of `NAMES`; by customer, and in order of time inside.
        bought: Shape (customers,), bool.
        value_minor: Shape (customers,); 0 for those who did not buy.
        withheld: Shape (customers, names), bool; drawn by lot.
        lost: Shape (names,); purchases per customer that would not come without the name; known to the judge alone.
        anyway: Purchases per customer without any touch.
    """

    customer: NDArray[np.int64]
    touch: NDArray[np.int64]
    bought: NDArray[np.bool_]
    value_minor: NDArray[np.int64]
    withheld: NDArray[np.bool_]
    lost: NDArray[np.float64]
    anyway: float


def touches_world(
    rng: np.random.Generator, *, customers: int, nothing_works: bool = False, held_share: float = HELD_SHARE
) -> TouchesWorld:
    """Draw a world; in one where nothing works the same touches are made, and all effects are 0."""
    size = (customers, len(NAMES))
    warmth = rng.normal(size=(customers, 1))
    withheld = rng.random(size) < held_share
    touches = np.minimum(rng.poisson(RATE * np.exp(PULL * warmth - PULL**2 / 2)), MOST)
    touches[withheld] = 0
    effect = np.zeros(len(NAMES)) if nothing_works else EFFECT

    def chance(made: NDArray[np.int64]) -> NDArray[np.float64]:
        logit = BASE + WARMTH * warmth[:, 0] + np.minimum(made, COUNTED) @ effect
        return np.asarray(1 / (1 + np.exp(-logit)))

    chances = chance(touches)
    bought = rng.random(customers) < chances
    value = np.rint(100 * np.exp(rng.normal(VALUE_MEAN, VALUE_SPREAD, customers))).astype(np.int64)
    cell = np.repeat(np.arange(touches.size), touches.ravel())
    customer, touch = np.divmod(cell, len(NAMES))
    order = np.lexsort((rng.random(len(cell)) + LEAN[touch], customer))
    lost = []
    for name in range(len(NAMES)):
        without = touches.copy()
        without[:, name] = 0
        lost.append(float((chances - chance(without)).mean()))
    return TouchesWorld(
        customer[order],
        touch[order],
        bought,
        np.where(bought, value, 0),
        withheld,
        np.array(lost),
        float(chance(np.zeros_like(touches)).mean()),
    )
