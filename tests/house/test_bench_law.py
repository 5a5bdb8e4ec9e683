"""The benchmark's events follow the law that its module states."""

from __future__ import annotations

import numpy as np
import pytest
from bench.law import FIRST_AT, Law, events, lengths


def test_lengths_are_heavy_tailed_and_sum_exactly() -> None:
    drawn = lengths(np.random.default_rng(3), 200_000)
    assert drawn.sum() == 200_000
    assert np.median(drawn) == 4
    # The 99th percentile of a log-normal with 25,000 draws has a standard error of about 2 %.
    assert np.percentile(drawn, 99) == pytest.approx(60, rel=0.08)


def test_the_graph_is_the_law() -> None:
    """Every step of a plain walk through the events, person by person, against the table's shares."""
    law = Law()
    table = events(100_000, seed=5)
    walked = np.zeros((len(law.activities), len(law.activities)))
    last: dict[int, int] = {}
    codes = {name: code for code, name in enumerate(law.activities)}
    for person, activity in zip(table["person_id"].to_pylist(), table["activity"].to_pylist(), strict=True):
        if person in last:
            walked[last[person], codes[activity]] += 1
        last[person] = codes[activity]
    shares = np.diff(law.next - np.arange(len(law.activities))[:, None], axis=1, prepend=0)
    for source, counts in enumerate(walked):
        if counts.sum() > 500:
            errors = np.sqrt(np.maximum(shares[source] * (1 - shares[source]), 1 / counts.sum()) / counts.sum())
            assert np.all(np.abs(counts / counts.sum() - shares[source]) < 5 * errors), law.activities[source]


def test_the_same_seed_gives_the_same_events_in_order_of_time() -> None:
    one, two = events(5_000), events(5_000)
    assert one.equals(two)
    times = one["time"].cast("int64").to_numpy()
    assert times[0] >= FIRST_AT
    assert np.all(np.diff(times) >= 0)
