"""The directly-follows graph against a plain loop over each person's history."""

from __future__ import annotations

import itertools
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from tests.journeys.logs import Event, histories, log, logs, view_of
from tillit.errors import PurposeError
from tillit.journeys.graph import overview
from tillit.journeys.results import Endpoint
from tillit.journeys.view import View
from tillit.vocabulary import Purpose


@settings(max_examples=30)
@given(logs())
def test_the_graph_equals_a_plain_loop(events: list[Event]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        answer = overview(view_of(Path(folder), events))
    people = histories(events)
    waits: dict[tuple[str, str], list[int]] = defaultdict(list)
    walkers: dict[tuple[str, str], set[int]] = defaultdict(set)
    for number, history in enumerate(people):
        for one, other in itertools.pairwise(history):
            waits[one.activity, other.activity].append(other.at - one.at)
            walkers[one.activity, other.activity].add(number)
    assert (answer.events, answer.persons, answer.journeys) == (len(events), len(people), len(people))
    assert {(f.source, f.target): (f.count, f.persons) for f in answer.follows} == {
        arrow: (len(found), len(walkers[arrow])) for arrow, found in waits.items()
    }
    for follow in answer.follows:
        expected = np.quantile(np.array(waits[follow.source, follow.target], float), [0.5, 0.9]) / 1e6
        assert (follow.p50_seconds, follow.p90_seconds) == pytest.approx(tuple(expected), rel=1e-12)
    assert {a.name: (a.events, a.persons) for a in answer.activities} == {
        name: (count, sum(any(event.activity == name for event in history) for history in people))
        for name, count in Counter(event.activity for event in events).items()
    }
    assert {e.activity: e.journeys for e in answer.starts} == Counter(history[0].activity for history in people)
    assert {e.activity: e.journeys for e in answer.ends} == Counter(history[-1].activity for history in people)
    assert (answer.first_at, answer.last_at) == (
        min((event.at for event in events), default=None),
        max((event.at for event in events), default=None),
    )


def test_ana_and_bo_walk_the_same_arrow(tmp_path: Path) -> None:
    answer = overview(view_of(tmp_path, log(("Ana", 0, "ask"), ("Bo", 5, "ask"), ("Ana", 1, "buy"), ("Bo", 8, "buy"))))
    (follow,) = answer.follows
    assert (follow.source, follow.target, follow.count, follow.persons) == ("ask", "buy", 2, 2)
    assert follow.p50_seconds == 120.0  # between one minute and three
    assert answer.starts == (Endpoint("ask", 2),)


def test_a_reader_without_an_allowed_purpose_gets_nothing(tmp_path: Path) -> None:
    store = view_of(tmp_path, log(("Ana", 0, "ask"))).store
    with pytest.raises(PurposeError, match="nothing says who agreed"):
        View(store, purpose=Purpose.MARKETING)
