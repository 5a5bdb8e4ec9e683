"""Codes of subjects: in the order of their bytes, however alike these are, and each pair once."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillit.identity.links import MOST_ALIKE, order_of, words_of

WORDS = st.one_of(
    st.integers(0, 2**64 - 1),
    st.integers(0, 3),  # alike in all but the last bits
    st.integers(0, 3).map(lambda n: n << 62),
    st.tuples(st.sampled_from([7 << 40, 9 << 40]), st.integers(0, 5)).map(sum),
)


@given(st.lists(WORDS, max_size=60))
def test_places_are_those_of_a_stable_sort(values: list[int]) -> None:
    expected = sorted(range(len(values)), key=lambda place: values[place])  # Python's own is stable
    assert order_of(np.array(values, np.uint64)).tolist() == expected


def test_many_alike_are_sorted_all_the_same() -> None:
    random = np.random.default_rng(3)
    groups = random.integers(0, 5 * MOST_ALIKE, 40_000).astype(np.uint64) << np.uint64(40)
    values = groups + random.integers(0, 9, 40_000).astype(np.uint64)
    assert order_of(values).tolist() == np.argsort(values, kind="stable").tolist()


@pytest.mark.parametrize("offset", [0, 1, 3])
def test_words_compare_as_the_bytes_do(offset: int) -> None:
    random = np.random.default_rng(5)
    subjects = [random.bytes(16) for _ in range(50)]
    array = pa.array(subjects, pa.binary(16)).slice(offset)
    first, second = words_of(array, pa.array(subjects[:2], pa.binary(16)))
    pairs = [divmod(int.from_bytes(subject, "big"), 2**64) for subject in (*subjects[offset:], *subjects[:2])]
    assert list(zip(first.tolist(), second.tolist(), strict=True)) == pairs
