from __future__ import annotations

from itertools import chain

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tillit.friction.resampling import DRAWS_AT_ONCE, grouped, weights

CELLS = 4
rows = st.lists(st.tuples(st.integers(0, 6), st.integers(0, CELLS - 1), st.integers(-9, 9)), max_size=25)


@settings(max_examples=60, deadline=None)
@given(rows, st.integers(0, 2 * DRAWS_AT_ONCE + 1), st.integers(0, 99))
def test_draws_equal_a_plain_loop(found: list[tuple[int, int, int]], resamples: int, seed: int) -> None:
    """Customers are fewer than groups, so each is a group of its own, numbered in the order of customers."""
    customer, cell, amount = np.array(found, dtype=np.int64).reshape(-1, 3).T
    table = grouped(customer, cell, [np.ones(len(cell)), amount.astype(np.float64)], cells=CELLS)
    number = {who: place for place, who in enumerate(sorted({who for who, _, _ in found}))}
    drawn = table.drawn(weights(np.random.default_rng(seed), table.groups, resamples=resamples))
    times = weights(np.random.default_rng(seed), table.groups, resamples=resamples)
    for counts, (came, worth) in zip(times, chain.from_iterable(drawn), strict=True):
        loop = [[0.0] * CELLS, [0.0] * CELLS]
        for who, where, money in found:
            loop[0][where] += counts[number[who]]
            loop[1][where] += counts[number[who]] * money
        assert [came.tolist(), worth.tolist()] == loop
    assert table.counted()[1].sum() == sum(money for _, _, money in found)
