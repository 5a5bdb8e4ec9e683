"""Variants against a plain loop, with ties and with more variants than are asked for."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.journeys.logs import Event, histories, log, logs, view_of
from tillit.journeys.variants import variants


@settings(max_examples=30)
@given(logs(), st.integers(1, 4))
def test_variants_equal_a_plain_loop(events: list[Event], limit: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        answer = variants(view_of(Path(folder), events), limit=limit)
    found: dict[tuple[str, ...], list[float]] = defaultdict(list)
    for history in histories(events):
        found[tuple(event.activity for event in history)].append((history[-1].at - history[0].at) / 1e6)
    expected = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))[:limit]
    assert answer.total_variants == len(found)
    assert answer.total_journeys == sum(map(len, found.values()))
    assert [(v.activities, v.journeys, v.persons) for v in answer.variants] == [
        (activities, len(lengths), len(lengths)) for activities, lengths in expected
    ]
    for variant, (_, lengths) in zip(answer.variants, expected, strict=True):
        assert variant.p50_seconds == pytest.approx(float(np.median(lengths)), rel=1e-12)


def test_many_single_variants_are_cut_by_name(tmp_path: Path) -> None:
    """More ties than asked for, alike in more activities than the prefix that sorts them first."""
    people = [(f"p{number:02d}", minute, "same") for number in range(30) for minute in range(5)]
    last = [(f"p{number:02d}", 9, f"last{number:02d}") for number in range(30)]
    answer = variants(view_of(tmp_path, log(*people, *last)), limit=3)
    assert [variant.activities[-1] for variant in answer.variants] == ["last00", "last01", "last02"]
    assert (answer.total_variants, answer.total_journeys) == (30, 30)


def test_order_makes_the_variant(tmp_path: Path) -> None:
    answer = variants(view_of(tmp_path, log(("Ana", 0, "ask"), ("Ana", 1, "buy"), ("Bo", 0, "buy"), ("Bo", 1, "ask"))))
    assert [variant.activities for variant in answer.variants] == [("ask", "buy"), ("buy", "ask")]
