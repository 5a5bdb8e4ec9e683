"""How much a chain should remember: the order that foretells the steps of ways it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tillit.credit.paths import Floats, Indices, Paths
from tillit.credit.steps import steps_of
from tillit.journeys.numbering import numbered

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
    _, context = numbered(steps.context)
    _, pair = numbered(
        np.concatenate([context, context[ends]]) * (end + 2) + np.append(steps.next, [end + 1] * len(ends))
    )
    weight = np.concatenate([ways, paths.nulls[steps.path[ends]]])
    weight[ends] = paths.conversions[steps.path[ends]]
    own_pair = np.append(_own(steps.path, pair[: len(ways)]), np.ones(len(ends)))  # a way ends once
    own_context = _own(steps.path, context)
    own_context, context = np.append(own_context, own_context[ends]), np.append(context, context[ends])
    pair_total, context_total = np.bincount(pair, weights=weight), np.bincount(context, weights=weight)
    counted = weight > 0
    seen = (pair_total[pair] - own_pair + 1 / (end + 2))[counted]
    chance = seen / (context_total[context] - own_context + 1)[counted]
    fit = float(weight[counted] @ np.log(chance) / weight.sum()) if counted.any() else 0.0
    return OrderFit(order, len(context_total), fit)


def _own(path: Indices, group: Indices) -> Floats:
    """How often one way of each step's path stands in the step's group."""
    _, cell = numbered(path * (group.max(initial=0) + 1) + group)
    return np.asarray(np.bincount(cell)[cell], dtype=np.float64)


def chosen_order(fits: Sequence[OrderFit]) -> int:
    """The order that foretells best among those that can be solved; of equals the one that remembers less."""
    solvable = [fit for fit in fits if fit.contexts <= MOST_CONTEXTS] or [min(fits, key=lambda fit: fit.contexts)]
    return max(solvable, key=lambda fit: (fit.log_likelihood, -fit.order)).order
