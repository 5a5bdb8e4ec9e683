"""Removal effects of a Markov chain over touches, exact: how much fewer ways reach the goal when a name leads nowhere.

With N = (I - Q)^-1 over the contexts, b = N r the worth expected from each context on, s the start and M the contexts
a walk is in just after meeting a name: a walk that ends on meeting it is worth b_s - N_sM N_MM^-1 b_M. One
factorisation serves all names. Source: Anderl, Becker, von Wangenheim & Schumann (2016),
doi:10.1016/j.ijresmar.2016.03.001, for the removal effect; Kemeny & Snell (1960), chapter 3, for the chain.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from tillit.credit.paths import Floats, Indices, Paths, sparse
from tillit.credit.steps import steps_of

MOST_DENSE = 300  # contexts; beyond them nearly all pairs are empty, and following the steps there are is far cheaper
MOST_MARKED = 10_000_000  # bytes, and eight times as many for the numbers
PRECISION = 1e-12  # of what is left of the worth when walks are no longer followed


@dataclass(frozen=True, slots=True)
class Chain:
    """What paths say about the steps of a chain, before they are counted with weights.

    Attributes:
        order: 0 to 3.
        last: Shape (contexts,); the code of the name met last, -1 at the start, which is context 0.
        source, target: Shape (pairs,); contexts a step leads from and to.
        walks: Shape (paths, pairs), sparse; how often a path makes each step.
        touched: Shape (ends,); the paths with a touch.
        end: Shape (ends,); the context in which each of them ends.
    """

    order: int
    names: int
    last: Indices
    source: Indices
    target: Indices
    walks: csr_matrix
    touched: Indices
    end: Indices


def chain_of(paths: Paths, order: int) -> Chain:
    """The chain of an order. One of order 0 keeps the contexts of order 1 and gives all the same way on."""
    steps = steps_of(paths, max(order, 1))
    contexts, numbered = _numbered(steps.context, steps.base ** max(order, 1))
    inner = ~steps.is_end
    source = numbered[inner]
    target = numbered[1:][inner[:-1]]  # a path's steps stand together: the next step starts where this one led
    pairs, pair = _numbered(source * len(contexts) + target, len(contexts) ** 2)
    if order == 0:  # from anywhere to anywhere; what is walked is counted from the start
        pairs = np.arange(len(contexts) ** 2)
        pair = target
    walks = sparse(np.ones(len(pair)), steps.path[inner], pair, (len(paths.lengths), len(pairs)))
    return Chain(
        order,
        len(paths.names),
        contexts % steps.base - 1,
        *np.divmod(pairs, max(len(contexts), 1)),
        walks,
        steps.path[steps.is_end],
        numbered[steps.is_end],
    )


def _numbered(codes: Indices, end: int) -> tuple[Indices, Indices]:
    """The distinct codes in order, and which of them each is; codes are from 0 up to `end` - 1."""
    if end > MOST_MARKED:
        return np.unique(codes, return_inverse=True)
    # A mark for every code there could be: to sort millions of steps takes five times as long.
    seen = np.zeros(end, np.bool_)
    seen[codes] = True
    return np.flatnonzero(seen), (np.cumsum(seen) - 1)[codes]


@dataclass(frozen=True, slots=True)
class Solved:
    """A chain with its counts: how often each context is seen from each other, and what is expected from each on."""

    chain: Chain
    seen: Floats
    worth: Floats

    def lost_without(self, codes: Collection[int]) -> float:
        """The part of the worth, 0 to 1, that no longer comes when walks end on meeting one of these names."""
        met = np.flatnonzero(np.isin(self.chain.last, list(codes)))
        if not len(met) or self.worth[0] == 0:
            return 0.0
        lost = self.seen[0, met] @ np.linalg.solve(self.seen[np.ix_(met, met)], self.worth[met])
        return float(lost / self.worth[0])


@dataclass(frozen=True, slots=True)
class Counted:
    """A chain with its counts: the chance of each step, shape (pairs,), and the worth gained per visit of a context."""

    chain: Chain
    chance: Floats
    gain: Floats


def counted(chain: Chain, ways: Floats, worth: Floats) -> Counted:
    """The chain of these ways.

    Args:
        chain: Of the paths.
        ways: Shape (paths,); how many ways each path stands for, with and without conversion.
        worth: Shape (paths,); what they led to, conversions or money.
    """
    contexts = len(chain.last)
    walked: Floats = chain.walks.T @ ways
    ended = _sums(chain.end, ways[chain.touched], contexts)
    gained = _sums(chain.end, worth[chain.touched], contexts)
    if chain.order == 0:
        # Every context goes on like all of them together; only the start cannot end, for a way has a touch.
        walked = _sums(chain.target, walked, contexts)[chain.target]
        ended, gained = (np.where(chain.last < 0, 0.0, values.sum()) for values in (ended, gained))
    visits = _sums(chain.source, walked, contexts) + ended
    visits = np.where(visits > 0, visits, 1.0)
    return Counted(chain, walked / visits[chain.source], gained / visits)


def _sums(group: Indices, values: Floats, groups: int) -> Floats:
    return np.bincount(group, weights=values, minlength=groups).astype(np.float64)


def solve(chain: Chain, ways: Floats, worth: Floats) -> Solved:
    """The chain of these ways, solved exactly; arguments as of `counted`."""
    steps = counted(chain, ways, worth)
    inner = np.zeros((len(chain.last), len(chain.last)))
    inner[chain.source, chain.target] = steps.chance
    seen = np.linalg.inv(np.eye(len(chain.last)) - inner).astype(np.float64)
    return Solved(chain, seen, seen @ steps.gain)


def removal_effects(chain: Chain, ways: Floats, worth: Floats, without: Sequence[Collection[int]]) -> Floats:
    """For each group of names the part of the worth, 0 to 1, that no longer comes without it; shape (groups,)."""
    if len(chain.last) <= MOST_DENSE:
        solved = solve(chain, ways, worth)
        return np.array([max(solved.lost_without(codes), 0.0) for codes in without])
    return _by_steps(counted(chain, ways, worth), without)


def _by_steps(steps: Counted, without: Sequence[Collection[int]]) -> Floats:
    """The same for a large chain, whose steps are few: the worth of longer and longer walks, until no more comes."""
    chain = steps.chain
    inner = sparse(steps.chance, chain.source, chain.target, (len(chain.last), len(chain.last)))
    # One column for each group, which ends where the group is met, and a last one that meets nothing.
    alive = np.stack([~np.isin(chain.last, list(codes)) for codes in (*without, ())], axis=1).astype(np.float64)
    worth = added = np.repeat(steps.gain[:, None], alive.shape[1], axis=1)
    while np.abs(added).max() > PRECISION * np.abs(worth).max():
        added = inner @ (added * alive)
        worth = worth + added
    if worth[0, -1] == 0:
        return np.zeros(len(without))
    return np.asarray(np.maximum(1 - worth[0, :-1] / worth[0, -1], 0.0))


def removal_shares(chain: Chain, ways: Floats, worth: Floats) -> Floats:
    """Each name's removal effect as a part of all of them; shape (names,), sums to 1, or 0 where nothing is lost."""
    effect = removal_effects(chain, ways, worth, [[code] for code in range(chain.names)])
    total = effect.sum()
    return np.asarray(effect / total) if total > 0 else effect
