from __future__ import annotations

from itertools import chain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tillit.friction.resampling import DRAWS_AT_ONCE, counted, drawn, grouped, groups_of, weights

CELLS = 4
rows = st.lists(st.tuples(st.integers(0, 6), st.integers(0, CELLS - 1), st.integers(-9, 9)), max_size=25)


@settings(max_examples=60, deadline=None)
@given(rows, st.integers(0, 2 * DRAWS_AT_ONCE + 1), st.integers(0, 99))
def test_draws_equal_a_plain_loop(found: list[tuple[int, int, int]], resamples: int, seed: int) -> None:
    """Each customer is a group of its own; one of them may have nothing."""
    customer, cell, amount = np.array(found, dtype=np.int64).reshape(-1, 3).T
    groups = 7
    tables = [
        grouped(cell * groups + customer, worth, groups=groups, cells=CELLS)
        for worth in (None, amount.astype(np.float64))
    ]
    blocks = drawn(tables, weights(np.random.default_rng(seed), groups, resamples=resamples))
    times = weights(np.random.default_rng(seed), groups, resamples=resamples)
    draws = chain.from_iterable(zip(*block, strict=True) for block in blocks)
    for counts, (came, worth) in zip(times, draws, strict=True):
        loop = [[0.0] * CELLS, [0.0] * CELLS]
        for who, where, money in found:
            loop[0][where] += counts[who]
            loop[1][where] += counts[who] * money
        assert [came.tolist(), worth.tolist()] == loop
    assert counted(tables[0]).tolist() == [sum(where == one for _, where, _ in found) for one in range(CELLS)]
    assert counted(tables[1]).sum() == sum(money for _, _, money in found)


@pytest.mark.parametrize("customers", [400, 100_000])
def test_a_sum_spreads_as_that_of_its_customers(customers: int) -> None:
    """Of so many customers each shows something with chance 0.3: the count's standard deviation is binomial."""
    rng = np.random.default_rng(7)
    shows = np.flatnonzero(rng.random(customers) < 0.3)
    group = groups_of(np.arange(customers))
    groups = int(group.max()) + 1
    table = grouped(group[shows], groups=groups, cells=1)
    counts = np.concatenate([cells for (cells,) in drawn([table], weights(rng, groups, resamples=2_000))])
    assert counts.mean() == pytest.approx(len(shows), rel=0.01)
    assert counts.std() == pytest.approx(np.sqrt(customers * 0.3 * 0.7), rel=0.12)
