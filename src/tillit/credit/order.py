"""How much a chain should remember: the order that foretells the steps of ways it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tillit.credit.paths import Floats, Indices, Paths
from tillit.credit.steps import steps_of

ORDERS = (0, 1, 2, 3)
MOST_CONTEXTS = 2_000  # so many are solved in seconds, 200 times over for the intervals


@dataclass(frozen=True, slots=True)
class OrderFit:
    """How an order foretells.

    Attributes:
        contexts: How many different pasts it tells apart.
        log_likelihood: Per step, of ways left out one at a time; nearer 0 is better.
    """

    order: int
    contexts: int
    log_likelihood: float


def order_fit(paths: Paths, order: int) -> OrderFit:
    """How well a chain of this order foretells each way from all the others.

    Each way is taken out of the counts and every step of it is foretold from what is left, one imaginary step spread
    evenly over all outcomes: the same data give the same number, without any draw.
    """
    steps = steps_of(paths, order)
    end = steps.base - 1
    ways = (paths.conversions + paths.nulls)[steps.path]
    # A path's last step led to a conversion in some ways and to none in others: two rows.
    ends = np.flatnonzero(steps.is_end)
    path = np.concatenate([steps.path, steps.path[ends]])
    _, context = np.unique(np.concatenate([steps.context, steps.context[ends]]), return_inverse=True)
    outcome = np.concatenate([steps.next, np.full(len(ends), end + 1)])
    weight = np.concatenate([ways, paths.nulls[steps.path[ends]]])
    weight[ends] = paths.conversions[steps.path[ends]]
    _, pair = np.unique(context * (end + 2) + outcome, return_inverse=True)
    pair_total, context_total = np.bincount(pair, weights=weight), np.bincount(context, weights=weight)
    is_second = np.arange(len(path)) >= len(steps.path)
    own_pair = _own(path, pair, np.ones(len(path)))
    own_context = _own(path, context, (~is_second).astype(np.float64))  # one way ends once
    counted = weight > 0
    seen = (pair_total[pair] - own_pair + 1 / (end + 2))[counted]
    chance = seen / (context_total[context] - own_context + 1)[counted]
    fit = float(weight[counted] @ np.log(chance) / weight.sum()) if counted.any() else 0.0
    return OrderFit(order, len(context_total), fit)


def _own(path: Indices, group: Indices, weight: Floats) -> Floats:
    """What one way of each row's path adds to the row's group."""
    _, cell = np.unique(path * (group.max(initial=0) + 1) + group, return_inverse=True)
    return np.asarray(np.bincount(cell, weights=weight)[cell])


def chosen_order(fits: Sequence[OrderFit]) -> int:
    """The order that foretells best among those that can be solved; of equals the one that remembers less."""
    solvable = [fit for fit in fits if fit.contexts <= MOST_CONTEXTS] or [min(fits, key=lambda fit: fit.contexts)]
    return max(solvable, key=lambda fit: (fit.log_likelihood, -fit.order)).order
