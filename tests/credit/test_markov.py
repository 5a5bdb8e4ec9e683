from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from tests.credit.made import Row, made, rows
from tillit.credit import markov
from tillit.credit.markov import Counted, chain_of, counted, drawn_shares, removal_effects, removal_shares
from tillit.credit.order import OrderFit, chosen_order, order_fits
from tillit.credit.paths import Floats, Paths

START, END = ("start",), "∎"


def counts(paths: Paths, order: int, worth: Floats) -> Counted:
    chain, sums = chain_of(paths, order)
    return counted(chain, sums.over(paths.conversions + paths.nulls, worth))


def lost_by_solving_again(paths: Paths, order: int, without: set[str], worth: Floats) -> float:
    """Plain loops and one dense system per removal: the node is taken out and the chain is solved anew."""

    def solved(removed: set[str]) -> float:
        seen: Counter[tuple[str, ...]] = Counter()
        went: Counter[tuple[tuple[str, ...], tuple[str, ...], str]] = Counter()
        gain: Counter[tuple[str, ...]] = Counter()
        for row in range(len(paths.lengths)):
            touches, ways = paths.touches(row), paths.conversions[row] + paths.nulls[row]
            at: tuple[str, ...] = START
            for place, name in enumerate(touches):
                to = touches[max(0, place + 1 - order) : place + 1]
                seen[at] += ways
                went[at, to, name] += ways
                at = to
            if touches:
                seen[at] += ways
                gain[at] += worth[row]
        states = sorted(seen)
        system, gains = np.eye(len(states)), np.zeros(len(states))
        for (source, target, name), ways in went.items():
            if name not in removed and seen[source]:
                system[states.index(source), states.index(target)] -= ways / seen[source]
        for state, amount in gain.items():
            gains[states.index(state)] = amount / seen[state] if seen[state] else 0
        return float(np.linalg.solve(system, gains)[states.index(START)])

    whole = solved(set())
    return 1 - solved(without) / whole if whole else 0.0


@settings(max_examples=60)
@given(rows(), st.integers(1, 3), st.sets(st.sampled_from("abcd"), min_size=1, max_size=2))
def test_removal_equals_taking_the_node_out_and_solving_again(found: list[Row], order: int, without: set[str]) -> None:
    paths = made(*found)
    codes = [[paths.names.index(name) for name in without if name in paths.names]]
    for worth in (paths.conversions, paths.value_minor["SEK"]):
        ours = removal_effects(counts(paths, order, worth), codes)[0]
        assert_allclose(ours, max(lost_by_solving_again(paths, order, without, worth), 0), atol=1e-9)


@settings(max_examples=30)
@given(rows(nulls=1), st.integers(0, 3))
def test_large_chains_give_the_same_as_small_ones(found: list[Row], order: int) -> None:
    """Followed step by step until 1e-12 of the worth is left: 1e-9 leaves room for walks that linger."""
    paths = made(*found)
    steps = counts(paths, order, paths.conversions)
    groups = [[code] for code in range(len(paths.names))]
    exact = removal_effects(steps, groups)
    assert_allclose(markov._by_steps(steps, groups, markov.PRECISION), exact, atol=1e-9)
    assert_allclose(markov._by_steps(steps, groups, markov.DRAWN_PRECISION), exact, atol=1e-3)


@pytest.mark.parametrize(("mean", "off"), [(20.0, 1e-3), (200_000.0, 1e-6)])
@settings(max_examples=30)
@given(rows(nulls=1), st.integers(1, 3), st.integers(0, 1_000))
def test_resamples_of_a_large_chain_are_solved_from_their_middle(
    mean: float, off: float, found: list[Row], order: int, seed: int
) -> None:
    """As each by itself, exactly: where they differ by a fifth and more, and where by two thousandths."""
    paths = made(*found)
    chain, read = chain_of(paths, order)
    drawn = np.random.default_rng(seed).poisson(mean, (5, 2, len(paths.lengths))).astype(np.float64)
    sums = np.array([read.over(bought + ended, bought) for bought, ended in drawn])
    exact = [removal_shares(counted(chain, row)) for row in sums]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markov, "MOST_DENSE", 0)
        assert_allclose(drawn_shares(chain, sums), exact, atol=off)


def test_the_example_of_the_method_page() -> None:
    """docs/methods/credit.md solves it by hand: without a 1/2 of the worth is lost, without b 3/4."""
    paths = made(("a > b", 1, 1, 0), ("a", 1, 3, 0), ("b", 2, 2, 0))
    steps = counts(paths, 1, paths.conversions)
    assert_allclose(removal_effects(steps, [[0], [1]]), [1 / 2, 3 / 4])
    assert_allclose(removal_shares(steps), [2 / 5, 3 / 5])


def test_without_memory_a_walk_meets_a_name_or_ends() -> None:
    """Touches a: 3, b: 1, ends: 2. Met before the end: a 3/5, b 1/3 from any context; the start cannot end."""
    paths = made(("a > b > a", 1, 0, 0), ("a", 1, 0, 0))
    effects = removal_effects(counts(paths, 0, paths.conversions), [[0], [1]])
    assert_allclose(effects, [3 / 4 + 1 / 4 * 3 / 5, 1 / 4 + 3 / 4 * 1 / 3])


def test_the_order_is_the_one_that_foretells_ways_it_has_not_seen() -> None:
    remembers_three = made(*((f"{x} > {y} > {x}", 50, 50, 0) for x in "abc" for y in "abc"))
    assert chosen_order(order_fits(remembers_three)) == 3
    generator = np.random.default_rng(3)
    # Ends come by chance too: of ways that are all as long, the longest memory knows when they end.
    forgets = made(*((" > ".join(generator.choice(list("ab"), generator.geometric(0.3))), 1, 1, 0) for _ in range(300)))
    assert chosen_order(order_fits(forgets)) in (0, 1)


def test_an_order_too_large_to_solve_is_not_chosen() -> None:
    fits = [OrderFit(0, 1, -2.0), OrderFit(1, 51, -1.5), OrderFit(2, 2_501, -1.0)]
    assert chosen_order(fits) == 1


@given(rows(empty=False), st.integers(0, 3))
def test_each_way_is_foretold_from_all_the_others(found: list[Row], order: int) -> None:
    """A plain loop: the way is taken out of the counts, one imaginary step is spread over all outcomes."""
    paths = made(*found)

    def steps(row: int, end: str) -> list[tuple[tuple[str, ...], str]]:
        touches = paths.touches(row)
        return [(touches[max(0, place - order) : place], (*touches, end)[place]) for place in range(len(touches) + 1)]

    ways = [
        (row, end, int(count))
        for end, counts in (("won", paths.conversions), ("lost", paths.nulls))
        for row, count in enumerate(counts)
    ]
    pairs: Counter[tuple[tuple[str, ...], str]] = Counter()
    for row, end, count in ways:
        for step in steps(row, end):
            pairs[step] += count
    total, weight = 0.0, 0
    for row, end, count in ways:
        if not count:
            continue
        left = pairs.copy()
        left.subtract(steps(row, end))
        for context, outcome in steps(row, end):
            of = sum(number for (other, _), number in left.items() if other == context)
            total += count * np.log((left[context, outcome] + 1 / (len(paths.names) + 2)) / (of + 1))
            weight += count
    assert order_fits(paths)[order].log_likelihood == pytest.approx(total / weight)
