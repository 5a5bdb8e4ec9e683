from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tillit.journeys.numbering import is_last, numbered

# Small ones are marked, larger ones sorted together with their places, the largest by their places.
SCALES = (1, 1_000_003, 2**45 + 7)


@given(st.lists(st.integers(0, 2**17), max_size=20), st.sampled_from(SCALES))
def test_numbers_are_places_among_the_distinct_values_in_order(found: list[int], scale: int) -> None:
    values = [value * scale for value in found]
    distinct, number = numbered(np.array(values, dtype=np.int64))
    expected = sorted(set(values))
    assert distinct.tolist() == expected
    assert number.tolist() == [expected.index(value) for value in values]
    last = {value: place for place, value in enumerate(values)}
    found_last = np.flatnonzero(is_last(np.array(values, dtype=np.int64)))
    assert found_last.tolist() == sorted(last.values())
