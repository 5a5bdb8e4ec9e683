"""How much a chain should remember: the order that foretells the steps of ways it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from tillit.credit.paths import Floats, Indices, Paths
from tillit.credit.steps import digit_bits, last_touches, remembered_at_end
from tillit.journeys.numbering import numbered
from tillit.journeys.stretches import in_blocks

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


@dataclass(frozen=True, slots=True)
class _Times:
    """Steps by what they are and how often their path makes them; each of shape (kinds,).

    Attributes:
        what: The last touches, the one that a step leads to or those that it starts from.
        times: How often one way makes it.
        ways: Steps in all ways together.
    """

    what: Indices
    times: Indices
    ways: Floats


def order_fits(paths: Paths) -> tuple[OrderFit, ...]:
    """How well chains of each of `ORDERS` foretell each way from all the others.

    Each way is taken out of the counts and every step of it is foretold from what is left, one imaginary step spread
    evenly over all outcomes: the same data give the same number, without any draw.
    """
    of_blocks = [_touches_seen(paths, begin, end) for begin, end in in_blocks(paths.offsets)]
    touches = [_together([of_block[order] for of_block in of_blocks]) for order in ORDERS]
    touched = np.flatnonzero(paths.lengths)
    last = remembered_at_end(paths, touched, ORDERS[-1])
    return tuple(
        _fit(paths, order, touches, touched, last >> digit_bits(paths) * (ORDERS[-1] - order)) for order in ORDERS
    )


def _touches_seen(paths: Paths, begin: int, end: int) -> list[_Times]:
    """By order, the steps of some paths that lead to a touch, each as the touch and what its chain remembered before.

    A few hundred thousand are sorted at once, which the processor's cache holds; and once for all orders, since what a
    shorter memory takes for the same stands together where a longer one is in order.
    """
    ways = (paths.conversions + paths.nulls)[begin:end]
    touches, touch = numbered(last_touches(paths, len(ORDERS), begin=begin, end=end))
    bits = len(touches).bit_length()
    path = np.repeat(np.arange(end - begin), paths.lengths[begin:end])
    ordered = np.sort(path << bits | touch)
    path, touch = ordered >> bits, ordered & ((1 << bits) - 1)
    starts, seen = np.arange(len(ordered)), []
    for _ in ORDERS:
        is_new = (path[1:] != path[:-1]) | (touch[1:] != touch[:-1])
        new = np.flatnonzero(np.append(True, is_new)[: len(path)])
        starts, path, touch = starts[new], path[new], touch[new]
        times = np.diff(starts, append=len(ordered))
        seen.append(_summed(touches, touch, times, ways[path] * times))
        touches, shorter = numbered(touches >> digit_bits(paths))
        touch = shorter[touch]
    return seen[::-1]


def _summed(names: Indices, what: Indices, times: Indices, ways: Floats) -> _Times:
    """Added up where both are the same; what nobody went is left out. `what` numbers the names."""
    wide = int(times.max(initial=0)) + 1
    kinds, kind = numbered(what * wide + times)
    steps = np.bincount(kind, ways, len(kinds)).astype(np.float64)
    went = np.flatnonzero(steps)
    of_name, often = np.divmod(kinds[went], wide)
    return _Times(names[of_name], often, steps[went])


def _together(parts: Sequence[_Times]) -> _Times:
    return _Times(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(_Times)))


def _fit(paths: Paths, order: int, touches: Sequence[_Times], touched: Indices, last: Indices) -> OrderFit:
    """The fit of one order.

    Args:
        touches: By order, the steps that lead to a touch.
        touched: Shape (touched,); the paths that have one.
        last: Shape (touched,); what is remembered at their ends.
    """
    outcomes = len(paths.names) + 2  # each name, a conversion, or none
    bought, ended, once = paths.conversions[touched], paths.nulls[touched], np.ones(len(touched), np.int64)
    nothing = np.zeros(1, np.int64), np.zeros(len(touched), np.int64)
    if order == 0:  # every step starts from the one context there is
        steps = paths.lengths[touched] + 1
        contexts = _summed(*nothing, steps, (bought + ended) * steps)
    else:
        # The first step of a path remembers nothing; each later one what the one before led to.
        contexts = _together([_summed(*nothing, once, bought + ended), touches[order - 1]])
    ends, end = numbered(last)
    # For every way of a path its steps are taken out of what is counted: of the pair, and of the context.
    likelihood = _left(touches[order], 1 / outcomes) - _left(contexts, 1.0)
    likelihood += sum(_left(_summed(ends, end, once, ways), 1 / outcomes) for ways in (bought, ended))
    steps_made = float(contexts.ways.sum())
    return OrderFit(order, len(np.unique(contexts.what)), likelihood / steps_made if steps_made else 0.0)


def _left(seen: _Times, imagined: float) -> float:
    """The log of what is left of each step's count without its own way's, added up over all steps."""
    _, what = numbered(seen.what)
    total = np.bincount(what, seen.ways)[what]
    return float(seen.ways @ np.log(total - seen.times + imagined))


def chosen_order(fits: Sequence[OrderFit]) -> int:
    """The order that foretells best among those that can be solved; of equals the one that remembers less."""
    solvable = [fit for fit in fits if fit.contexts <= MOST_CONTEXTS] or [min(fits, key=lambda fit: fit.contexts)]
    return max(solvable, key=lambda fit: (fit.log_likelihood, -fit.order)).order
