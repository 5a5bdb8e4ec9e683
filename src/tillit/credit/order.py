"""How much a chain should remember: the order that foretells the steps of ways it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    contexts, context = numbered(steps.context)
    # Each path's steps that are alike, as one number; a path ends once, so those that lead to the end are alone.
    next_bits, context_bits = end.bit_length(), len(contexts).bit_length()
    alike, times = _counted((steps.path << context_bits | context) << next_bits | steps.next)
    from_path = alike >> next_bits
    path, from_here = from_path >> context_bits, from_path & ((1 << context_bits) - 1)
    inner = alike & ((1 << next_bits) - 1) != end
    ways = (paths.conversions + paths.nulls)[path]
    context_total = np.bincount(from_here, ways * times)
    _, pair = numbered(alike & ((1 << context_bits + next_bits) - 1))
    pair_total = np.bincount(pair, ways * times)
    # For every way of a path its steps are taken out of what is counted: of the pair, and of the context.
    known = np.flatnonzero(inner & (ways > 0))
    likelihood = _log_sum(ways[known] * times[known], pair_total[pair[known]] - times[known] + 1 / (end + 2))
    ends = np.flatnonzero(~inner)
    for outcome in (paths.conversions, paths.nulls):
        ended = outcome[path[ends]]
        left = np.bincount(from_here[ends], ended)[from_here[ends]] - 1
        likelihood += _log_sum(ended[ended > 0], left[ended > 0] + 1 / (end + 2))
    starts = _starts(from_path)
    own = np.add.reduceat(times, starts) if len(starts) else times
    starts, own = starts[ways[starts] > 0], own[ways[starts] > 0]
    weight = ways[starts] * own
    likelihood -= _log_sum(weight, context_total[from_here[starts]] - own + 1)
    return OrderFit(order, len(contexts), float(likelihood / weight.sum()) if len(starts) else 0.0)


def _counted(values: Indices) -> tuple[Indices, Indices]:
    """The distinct values in order, and how often each is there."""
    ordered = np.sort(values)
    starts = _starts(ordered)
    return ordered[starts], np.diff(np.append(starts, len(ordered)))


def _starts(ordered: Indices) -> Indices:
    """Where another value begins."""
    return np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)])


def _log_sum(weight: Floats, values: NDArray[np.floating[Any]]) -> float:
    return float(weight @ np.log(values))


def chosen_order(fits: Sequence[OrderFit]) -> int:
    """The order that foretells best among those that can be solved; of equals the one that remembers less."""
    solvable = [fit for fit in fits if fit.contexts <= MOST_CONTEXTS] or [min(fits, key=lambda fit: fit.contexts)]
    return max(solvable, key=lambda fit: (fit.log_likelihood, -fit.order)).order
