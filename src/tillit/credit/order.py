"""How much a chain should remember: the order that foretells the steps of ways it has not seen."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from tillit.credit.paths import Floats, Indices, Paths
from tillit.credit.steps import steps_of
from tillit.journeys.numbering import numbered

ORDERS = (0, 1, 2, 3)
TOUCHES_AT_ONCE = 250_000
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
    outcomes = len(paths.names) + 2  # each name, a conversion, or none
    bounds = np.searchsorted(paths.offsets, np.arange(0, len(paths.codes), TOUCHES_AT_ONCE)).tolist()
    blocks = [*bounds, len(paths.lengths)] if bounds else [0, 0]
    seen = [_seen(paths, order, begin, end) for begin, end in itertools.pairwise(blocks)]
    pairs, contexts, bought, ended = (_together([of_block[kind] for of_block in seen]) for kind in range(4))
    # For every way of a path its steps are taken out of what is counted: of the pair, and of the context.
    likelihood = _left(pairs, 1 / outcomes) + _left(bought, 1 / outcomes) + _left(ended, 1 / outcomes)
    likelihood -= _left(contexts, 1.0)
    weight = float(contexts.ways.sum())
    return OrderFit(order, len(np.unique(contexts.what)), likelihood / weight if weight else 0.0)


@dataclass(frozen=True, slots=True)
class _Times:
    """Steps by what they are and how often their path makes them, no pair of the two twice; each of shape (kinds,).

    Attributes:
        what: A pair of a context and what came next, or a context.
        times: How often one way makes it.
        ways: Steps in all ways together.
    """

    what: Indices
    times: Indices
    ways: Floats


def _seen(paths: Paths, order: int, begin: int, end: int) -> tuple[_Times, _Times, _Times, _Times]:
    """Of some paths: their steps to a name, all their steps by context, and the last ones to a conversion and to none.

    A few hundred thousand steps are sorted at once, which the processor's cache holds.
    """
    steps = steps_of(paths, order, begin=begin, end=end)
    pairs, pair = numbered(steps.context * steps.base + steps.next)
    bits = len(pairs).bit_length()
    alike, times = _counted(steps.path << bits | pair)
    path, pair = alike >> bits, alike & ((1 << bits) - 1)
    ways, inner = (paths.conversions + paths.nulls)[path], (pairs % steps.base != steps.base - 1)[pair]
    contexts, context_of_pair = numbered(pairs // steps.base)
    context = context_of_pair[pair]
    # A path's steps from one context stand together: the pairs are in the order of their contexts.
    starts = np.flatnonzero(np.append(True, (np.diff(path) != 0) | (np.diff(context) != 0))[: len(path)])
    own = np.add.reduceat(times, starts) if len(starts) else times
    last, once = np.flatnonzero(~inner), np.ones(1, np.int64)
    inner = np.flatnonzero(inner)
    return (
        _summed(pairs, pair[inner], times[inner], ways[inner]),
        _summed(contexts, context[starts], own, ways[starts]),
        _summed(contexts, context[last], once, paths.conversions[path[last]]),
        _summed(contexts, context[last], once, paths.nulls[path[last]]),
    )


def _summed(names: Indices, what: Indices, times: Indices, ways: Floats) -> _Times:
    """Added up where both are the same; ways that nobody went are left out."""
    wide = int(times.max(initial=0)) + 1
    kinds, kind = numbered(what * wide + times)
    steps = np.bincount(kind, ways * times, len(kinds)).astype(np.float64)
    went = np.flatnonzero(steps)
    return _Times(names[kinds[went] // wide], kinds[went] % wide, steps[went])


def _together(parts: Sequence[_Times]) -> _Times:
    return _Times(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(_Times)))


def _left(seen: _Times, imagined: float) -> float:
    """The log of what is left of each step's count without its own way's, added up over all steps."""
    _, what = numbered(seen.what)
    total = np.bincount(what, seen.ways)[what]
    return float(seen.ways @ np.log(total - seen.times + imagined))


def _counted(values: Indices) -> tuple[Indices, Indices]:
    """The distinct values in order, and how often each is there."""
    ordered = np.sort(values)
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)])
    return ordered[starts], np.diff(np.append(starts, len(ordered)))


def chosen_order(fits: Sequence[OrderFit]) -> int:
    """The order that foretells best among those that can be solved; of equals the one that remembers less."""
    solvable = [fit for fit in fits if fit.contexts <= MOST_CONTEXTS] or [min(fits, key=lambda fit: fit.contexts)]
    return max(solvable, key=lambda fit: (fit.log_likelihood, -fit.order)).order
