"""Removal effects of a Markov chain over touches, exact: how much fewer ways reach the goal when a name leads nowhere.

With N = (I - Q)^-1 over the contexts, b = N r the worth expected from each context on, s the start and M the contexts
a walk is in just after meeting a name: a walk that ends on meeting it is worth b_s - N_sM N_MM^-1 b_M. One
factorisation serves all names. Source: Anderl, Becker, von Wangenheim & Schumann (2016),
doi:10.1016/j.ijresmar.2016.03.001, for the removal effect; Kemeny & Snell (1960), chapter 3, for the chain.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_matrix

from tillit.credit.paths import Floats, Indices, Paths, in_rows
from tillit.credit.resampling import Sums
from tillit.credit.steps import digit_bits, last_touches
from tillit.journeys.numbering import numbered

MOST_DENSE = 300  # contexts; beyond them nearly all pairs are empty, and following the steps there are is far cheaper
PRECISION = 1e-12  # of what is left of the worth when walks are no longer followed
DRAWN_PRECISION = 1e-6  # the same for a resample, which is off by thousandths anyhow
DRAWN_REST = 5e-4  # of a resample's worth, what may be still to be added where that is known from its likes


@dataclass(frozen=True, slots=True)
class Chain:
    """What paths say about the steps of a chain, before they are counted with weights.

    Attributes:
        order: 0 to 3.
        last: Shape (contexts,); the code of the name met last, -1 at the start, which is context 0.
        source, target: Shape (pairs,); contexts a step leads from and to, in the order of the latter.
    """

    order: int
    names: int
    last: Indices
    source: Indices
    target: Indices


def chain_of(paths: Paths, order: int) -> tuple[Chain, Sums]:
    """The chain of an order, and the sums that count it: ways that make each step, and worth got in each context.

    One of order 0 keeps the contexts of order 1 and gives all the same way on.
    """
    memory, bits = max(order, 1), digit_bits(paths)
    steps, pair = numbered(last_touches(paths, memory + 1))
    before, after = steps & ((1 << bits * memory) - 1), steps >> bits
    contexts, number = numbered(np.concatenate([np.zeros(1, np.int64), before, after]))
    source, target = number[1 : len(steps) + 1], number[len(steps) + 1 :]
    if order == 0:  # from anywhere to anywhere
        pair = (target * len(contexts) + source)[pair]
        target, source = np.divmod(np.arange(len(contexts) ** 2), len(contexts))
    touched = paths.lengths > 0
    ends_in = len(source) + target[pair[paths.offsets[1:][touched] - 1]]
    width = len(source) + len(contexts)
    sums = Sums(
        of_worth=in_rows(np.ones(len(ends_in)), ends_in, np.append(0, np.cumsum(touched)), width),
        of_ways=in_rows(np.ones(len(pair)), pair, paths.offsets, width),
    )
    return Chain(order, len(paths.names), (contexts >> bits * (memory - 1)) - 1, source, target), sums


@dataclass(frozen=True, slots=True)
class Counted:
    """A chain with its counts: the chance of each step, shape (pairs,), and the worth gained per visit of a context."""

    chain: Chain
    chance: Floats
    gain: Floats


def counted(chain: Chain, sums: Floats) -> Counted:
    """The chain of the ways that have these sums, of shape (sums,) as of `chain_of`."""
    contexts = len(chain.last)
    walked, gained = np.split(sums, [len(chain.source)])
    visits = _sums(chain.target, walked, contexts)
    ways = walked[chain.source == 0].sum()  # each begins at the start, and nothing leads back there
    if chain.order > 0:
        visits[0] = ways
    else:
        # Every context goes on like all of them together; only the start cannot end, for a way has a touch.
        can_end = chain.last >= 0
        walked, visits = visits[chain.target], visits.sum() + np.where(can_end, ways, 0.0)
        gained = np.where(can_end, gained.sum(), 0.0)
    visits = np.where(visits > 0, visits, 1.0)
    return Counted(chain, walked / visits[chain.source], gained / visits)


def _sums(group: Indices, values: Floats, groups: int) -> Floats:
    return np.bincount(group, weights=values, minlength=groups).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Solved:
    """A chain with its counts: how often each context is seen from each other, and what is expected from each on."""

    chain: Chain
    seen: Floats
    worth: Floats

    def lost_without(self, codes: Collection[int]) -> float:
        """The part of the worth, 0 to 1, that no longer comes when walks end on meeting one of these names."""
        # Not `np.isin`, which takes longer than the solution: this is asked for each name in each resample.
        met = np.flatnonzero((self.chain.last[:, None] == np.array(list(codes))).any(axis=1))
        if not len(met) or self.worth[0] == 0:
            return 0.0
        lost = self.seen[0, met] @ np.linalg.solve(self.seen[np.ix_(met, met)], self.worth[met])
        return float(lost / self.worth[0])


def solve(steps: Counted) -> Solved:
    """The chain of these steps, solved exactly."""
    chain = steps.chain
    inner = np.zeros((len(chain.last), len(chain.last)))
    inner[chain.source, chain.target] = steps.chance
    seen = np.linalg.inv(np.eye(len(chain.last)) - inner).astype(np.float64)
    return Solved(chain, seen, seen @ steps.gain)


def removal_effects(steps: Counted, without: Sequence[Collection[int]], *, precision: float = PRECISION) -> Floats:
    """For each group of names the part of the worth, 0 to 1, that no longer comes without it; shape (groups,).

    A large chain is solved to the precision, as a part of its worth; a small one exactly.
    """
    if len(steps.chain.last) <= MOST_DENSE:
        solved = solve(steps)
        return np.array([max(solved.lost_without(codes), 0.0) for codes in without])
    return _by_steps(steps, without, precision)


def _by_steps(steps: Counted, without: Sequence[Collection[int]], precision: float) -> Floats:
    """The same for a large chain, whose steps are few: the worth of longer and longer walks, until no more comes."""
    worth = _worth(steps, _alive(steps.chain, without), precision)
    return _lost(worth[0])


def _alive(chain: Chain, without: Sequence[Collection[int]]) -> Floats:
    """1 where walks go on: one column for each group, which ends where it is met, and a last one that meets nothing."""
    return np.stack([~np.isin(chain.last, list(codes)) for codes in (*without, ())], axis=1).astype(np.float64)


def _matrix(steps: Counted) -> csc_matrix:
    """The chance of each step, shape (contexts, contexts), sparse."""
    chain, contexts = steps.chain, len(steps.chain.last)
    starts = np.searchsorted(chain.target, np.arange(contexts + 1))
    return csc_matrix((steps.chance, chain.source, starts), shape=(contexts, contexts))  # type: ignore[no-untyped-call]


def _worth(steps: Counted, alive: Floats, precision: float) -> Floats:
    """What is expected from each context on, shape as `alive`."""
    inner = _matrix(steps)
    return _followed(np.repeat(steps.gain[:, None], alive.shape[1], axis=1), lambda at: inner @ (at * alive), precision)


def _followed(start: Floats, step: Callable[[Floats], Floats], precision: float) -> Floats:
    """What comes after no step, after one, after two … added up."""
    total = added = start
    while np.abs(added).max() > precision * np.abs(total).max():
        added = step(added)
        total = total + added
    return total


def _lost(worth: Floats) -> Floats:
    """The part lost in each column but the last, which has lost nothing."""
    return np.maximum(1 - worth[:-1] / worth[-1], 0.0) if worth[-1] else np.zeros(len(worth) - 1)


def removal_shares(steps: Counted, *, precision: float = PRECISION) -> Floats:
    """Each name's removal effect as a part of all of them; shape (names,), sums to 1, or 0 where nothing is lost."""
    effect = removal_effects(steps, [[code] for code in range(steps.chain.names)], precision=precision)
    return _in_parts(effect)


def drawn_shares(chain: Chain, rows: Floats) -> Floats:
    """The shares of resamples, shape (rows, names), by their sums as of `chain_of`, shape (rows, sums).

    Resamples lie near each other. So a large chain is followed to its end once, for their mean: what is expected from
    each context on, and how often each is seen from the start. A resample's worth then is the mean's, and for each
    context what one more step there would change, as often as it is seen. Following a resample's own steps makes that
    exact, as far as `DRAWN_PRECISION` asks.
    """
    if len(chain.last) <= MOST_DENSE or not len(rows):
        return np.array([removal_shares(counted(chain, row)) for row in rows]).reshape(len(rows), chain.names)
    middle = counted(chain, rows.mean(axis=0))
    alive = _alive(chain, [[code] for code in range(chain.names)])
    worth, back = _worth(middle, alive, DRAWN_PRECISION), _matrix(middle).T
    at_start = np.zeros_like(alive)
    at_start[0] = 1
    seen = _followed(at_start, lambda at: alive * (back @ at), DRAWN_PRECISION)
    return np.stack([_in_parts(_lost(_near(counted(chain, row), alive, worth, seen))) for row in rows])


def _near(steps: Counted, alive: Floats, worth: Floats, seen: Floats) -> Floats:
    """The worth from the start on, by columns of `alive`, of a chain near the one with this worth, so often seen."""
    inner = _matrix(steps)
    more = steps.gain[:, None] + inner @ (worth * alive) - worth
    from_start = worth[0]
    found: Floats = from_start + _at(seen, more)
    while True:
        from_start, more, before = from_start + more[0], inner @ (more * alive), found
        found = from_start + _at(seen, more)
        # What is off is smaller than what is still to be added by as much as the chains differ. That the sum stands
        # still says so too, but by itself it may be chance.
        still = np.abs(found - before).max() <= DRAWN_PRECISION * np.abs(found).max()
        if still and _at(seen, np.abs(more)).max() <= DRAWN_REST * np.abs(found).max():
            return found


def _at(seen: Floats, values: Floats) -> Floats:
    """Values by context, each as often as it is seen, added up; shape (columns,)."""
    return np.asarray(np.einsum("ij,ij->j", seen, values))


def _in_parts(effect: Floats) -> Floats:
    total = effect.sum()
    return np.asarray(effect / total) if total > 0 else effect
