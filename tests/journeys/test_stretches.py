from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tillit.journeys.stretches import Stretches, joined

# Codes of one byte and of more: an order by bytes could confuse 256 with 1.
lists = st.lists(st.lists(st.sampled_from([0, 1, 2, 255, 256, 65_536, 2**32 - 1]), max_size=4).map(tuple), max_size=12)
# So long that small codes fill more than one word, with common beginnings.
long_ones = st.lists(
    st.tuples(st.integers(0, 70), st.lists(st.integers(0, 2), max_size=2)).map(lambda one: (1,) * one[0] + (*one[1],)),
    max_size=12,
)


def stretches(found: list[tuple[int, ...]]) -> Stretches:
    codes = np.array([code for one in found for code in one], dtype=np.int64)
    return Stretches(codes, np.cumsum([0, *map(len, found)], dtype=np.int64))


def plain(found: Stretches) -> list[tuple[int, ...]]:
    cuts = found.offsets.tolist()
    return [tuple(found.codes[low:high].tolist()) for low, high in pairwise(cuts)]


@given(lists | long_ones)
def test_equal_ones_get_one_number_in_the_order_of_tuples(found: list[tuple[int, ...]]) -> None:
    number, first = stretches(found).distinct()
    seen = sorted(set(found))
    assert number.tolist() == [seen.index(one) for one in found]
    assert first.tolist() == [found.index(one) for one in seen]


@given(lists, st.data())
def test_gathered_in_any_order_and_more_than_once(found: list[tuple[int, ...]], data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.sampled_from(range(len(found))))) if found else []
    assert plain(stretches(found).take(np.array(rows, dtype=np.int64))) == [found[row] for row in rows]


@given(lists, lists)
def test_parts_stand_one_after_another(one: list[tuple[int, ...]], other: list[tuple[int, ...]]) -> None:
    assert plain(joined([stretches(one), stretches(other)])) == one + other
