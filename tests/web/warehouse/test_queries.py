"""Readers take the current build; answers are kept for one build and filter."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.events.staged import Event, stage_events
from tillit.events.log import EventLog
from tillit.events.publishing import publish, undo
from tillit.events.segments import SegmentKind
from tillit.journeys.view import CaseRule, Selection
from tillit.vocabulary import Purpose
from tillit_web.warehouse import queries
from tillit_web.warehouse.builds import rebuild

pytestmark = pytest.mark.django_db

RULE = CaseRule()


def bring_in(folder: Path, name: str, events: list[Event]) -> None:
    with EventLog.open(folder) as log:
        publish(log, name, stage_events(folder / name, events), work=folder / "w")


def activities(rule: CaseRule = RULE) -> set[str]:
    view = queries.current_view(rule, purpose=Purpose.MEASUREMENT)
    assert view is not None
    return set(view.names.activity)


def test_before_the_first_build_there_is_no_store(data_directory: Path) -> None:
    assert queries.current_store() is None
    assert queries.current_view(RULE, purpose=Purpose.MEASUREMENT) is None
    assert queries.as_of() is None


def test_a_reader_moves_to_the_build_after_an_import_and_after_an_undo(data_directory: Path) -> None:
    bring_in(data_directory, "a", [Event("1", "ana", "order_completed")])
    assert rebuild()
    assert not rebuild(), "nothing changed, so nothing is built"
    held = queries.current_store()
    assert held is not None
    bring_in(data_directory, "b", [Event("2", "bo", "question_asked")])
    assert activities() == {"order_completed"}
    assert rebuild()
    assert activities() == {"order_completed", "question_asked"}
    assert held.names.activity == ("order_completed",), "who reads the build before goes on in it"
    with EventLog.open(data_directory) as log:
        undo(log, "a", work=data_directory / "w")
    assert rebuild()
    assert activities() == {"question_asked"}
    assert queries.as_of() is not None


def test_the_log_is_ahead_of_the_numbers_until_the_build_is_made(data_directory: Path) -> None:
    bring_in(data_directory, "a", [Event("1", "ana", "order_completed")])
    assert not queries.is_changing(), "there are no numbers yet that could be old"
    rebuild()
    assert not queries.is_changing()
    bring_in(data_directory, "b", [Event("2", "bo", "question_asked")])
    assert queries.is_changing()
    rebuild()
    assert not queries.is_changing()
    with EventLog.open(data_directory) as log:
        undo(log, "b", work=data_directory / "w")
    assert queries.is_changing()
    rebuild()
    assert not queries.is_changing()


def test_a_damaged_segment_is_not_waited_for(data_directory: Path) -> None:
    bring_in(data_directory, "a", [Event("1", "ana", "order_completed")])
    bring_in(data_directory, "b", [Event("2", "bo", "question_asked")])
    with EventLog.open(data_directory) as log:
        damaged = log.segments(SegmentKind.EVENTS)[1].path
    damaged.write_bytes(damaged.read_bytes()[:-1])
    rebuild()
    assert activities() == {"order_completed"}
    assert not queries.is_changing()


def test_an_answer_is_computed_once_for_a_build_and_a_filter(data_directory: Path) -> None:
    bring_in(data_directory, "a", [Event("1", "ana", "order_completed")])
    rebuild()
    asked: list[str] = []

    def ask(selection: Selection, question: str) -> int:
        view = queries.current_view(RULE, selection, purpose=Purpose.MEASUREMENT)
        assert view is not None

        def compute() -> int:
            asked.append(question)
            return len(asked)

        return queries.cached(view, question, compute)

    web = Selection(channels=frozenset({"web"}))
    assert [ask(Selection(), "a"), ask(Selection(), "a"), ask(web, "a"), ask(Selection(), "b")] == [1, 1, 2, 3]
    bring_in(data_directory, "b", [Event("2", "bo", "question_asked")])
    rebuild()
    assert ask(Selection(), "a") == 4


def test_the_companys_goal_is_used_where_the_data_have_it(data_directory: Path) -> None:
    bring_in(data_directory, "a", [Event("1", "bo", "question_asked")])
    rebuild()
    store = queries.current_store()
    assert store is not None
    assert queries.company_rule(store) == CaseRule(goal=None, lapse_days=30)
    bring_in(data_directory, "b", [Event("2", "ana", "order_completed")])
    rebuild()
    view = queries.current_view(purpose=Purpose.MEASUREMENT)
    assert view is not None
    assert view.rule == CaseRule(goal="order_completed", lapse_days=30)
