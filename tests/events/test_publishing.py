"""The log holds every event once, whatever files come, in whatever order, and whichever are taken out again."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.events.staged import Event, contents, ids_in, linked_ids, stage_events
from tillit.errors import FormatError, LogBusy, StoreError
from tillit.events.log import EventLog, ImportState
from tillit.events.publishing import UNMET_ROWS, StagedParts, publish, undo
from tillit.events.segments import SegmentKind

ANA_ORDERS = Event("1", "ana", "order_completed", row=1, linked="order 7")
ANA_RECEIVES = Event("2", "ana", "order_delivered", row=1)
BO_ORDERS = Event("3", "bo", "order_completed", row=2, linked="order 8")
CY_ASKS = Event("4", "cy", "question_asked", row=3)


def test_the_same_file_twice_adds_nothing(tmp_path: Path) -> None:
    parts = stage_events(tmp_path / "staged", [ANA_ORDERS, ANA_RECEIVES, BO_ORDERS])
    with EventLog.open(tmp_path) as log:
        first = publish(log, "a", parts, work=tmp_path / "work-a")
        second = publish(log, "b", parts, work=tmp_path / "work-b")
        assert ids_in(log) == ["1", "2", "3"]
        assert linked_ids(log) == ["1", "3"]
    assert (first.events, first.duplicate_events, first.duplicate_rows) == (3, 0, 0)
    assert (second.events, second.duplicate_events, second.duplicate_rows, second.conflict_rows) == (0, 3, 2, 0)


def test_undoing_the_first_of_two_overlapping_files_keeps_every_row_once(tmp_path: Path) -> None:
    with EventLog.open(tmp_path) as log:
        publish(log, "a", stage_events(tmp_path / "a", [ANA_ORDERS, ANA_RECEIVES, BO_ORDERS]), work=tmp_path / "w")
        publish(log, "b", stage_events(tmp_path / "b", [BO_ORDERS, CY_ASKS]), work=tmp_path / "w")
        (recovered,) = undo(log, "a", work=tmp_path / "w")
        assert ids_in(log) == ["3", "4"]
        assert linked_ids(log) == ["3"]
        assert (recovered.id, recovered.recovered_events) == ("b", 1)
        assert undo(log, "a", work=tmp_path / "w") == ()


def test_a_row_with_one_new_event_is_not_a_duplicate(tmp_path: Path) -> None:
    with EventLog.open(tmp_path) as log:
        publish(log, "a", stage_events(tmp_path / "a", [ANA_ORDERS]), work=tmp_path / "w")
        later = publish(log, "b", stage_events(tmp_path / "b", [ANA_ORDERS, ANA_RECEIVES]), work=tmp_path / "w")
    assert (later.events, later.duplicate_events, later.duplicate_rows) == (1, 1, 0)


def test_the_same_id_with_other_content_is_set_aside_and_its_row_named(tmp_path: Path) -> None:
    changed = Event("3", "bo", "order_cancelled", row=9)
    with EventLog.open(tmp_path) as log:
        publish(log, "a", stage_events(tmp_path / "a", [ANA_ORDERS, BO_ORDERS]), work=tmp_path / "w")
        later = publish(log, "b", stage_events(tmp_path / "b", [changed, CY_ASKS]), work=tmp_path / "w")
        assert contents(log) == {("1", "order_completed"), ("3", "order_completed"), ("4", "question_asked")}
        unmet = pq.read_table(tmp_path / "w" / UNMET_ROWS).to_pylist()
        undo(log, "a", work=tmp_path / "w")
        assert contents(log) == {("3", "order_cancelled"), ("4", "question_asked")}
    assert (later.events, later.conflict_events, later.conflict_rows, later.duplicate_rows) == (1, 1, 1, 0)
    assert unmet == [{"origin_row": 9, "event_id": "3", "activity": "order_cancelled"}]


def test_an_import_without_events_is_done(tmp_path: Path) -> None:
    with EventLog.open(tmp_path) as log:
        assert publish(log, "a", StagedParts(events=(), links=()), work=tmp_path / "w").state is ImportState.DONE
        assert log.segments(SegmentKind.EVENTS) == ()


def test_an_undone_import_does_not_come_back_under_its_old_id(tmp_path: Path) -> None:
    parts = stage_events(tmp_path / "staged", [ANA_ORDERS])
    with EventLog.open(tmp_path) as log:
        publish(log, "a", parts, work=tmp_path / "w")
        undo(log, "a", work=tmp_path / "w")
        with pytest.raises(StoreError, match="new import"):
            publish(log, "a", parts, work=tmp_path / "w")
        publish(log, "again", parts, work=tmp_path / "w")
        assert ids_in(log) == ["1"]


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    parts = stage_events(tmp_path / "staged", [ANA_ORDERS])
    with EventLog.open(tmp_path) as first, EventLog.open(tmp_path) as second:
        with first.writing(), pytest.raises(LogBusy, match="wait until it is finished"):
            publish(second, "a", parts, work=tmp_path / "w")
        publish(second, "a", parts, work=tmp_path / "w")
        assert ids_in(first) == ["1"]


def test_a_log_of_a_newer_tillit_is_refused_and_left_alone(tmp_path: Path) -> None:
    with EventLog.open(tmp_path) as log:
        log.connection.execute("pragma user_version = 99")
    with pytest.raises(FormatError, match="format 99"):
        EventLog.open(tmp_path)


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[str, list[tuple[str, str]] | int]]:
    """Imports of (id, activity) pairs, and undos of earlier imports by their place."""
    steps: list[tuple[str, list[tuple[str, str]] | int]] = []
    for place in range(draw(st.integers(1, 6))):
        ids = draw(st.lists(st.sampled_from("abcd"), unique=True))
        steps.append(("import", [(event_id, draw(st.sampled_from(("asks", "orders")))) for event_id in ids]))
        if draw(st.booleans()):
            steps.append(("undo", draw(st.integers(0, place))))
    return steps


@settings(max_examples=12, deadline=None)
@given(histories())
def test_the_log_is_what_it_would_be_if_undone_imports_had_never_come(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, list[tuple[str, str]] | int]]
) -> None:
    folder = tmp_path_factory.mktemp("log")
    kept: dict[int, list[tuple[str, str]]] = {}
    with EventLog.open(folder) as log:
        for place, (_, pairs) in enumerate(step for step in steps if step[0] == "import"):
            assert isinstance(pairs, list)
            parts = stage_events(folder / f"staged-{place}", [Event(key, "ana", activity) for key, activity in pairs])
            publish(log, str(place), parts, work=folder / "w")
            kept[place] = pairs
            # The undo that was drawn right after this import, if one was.
            for at, step in enumerate(steps):
                if step[0] == "undo" and sum(earlier[0] == "import" for earlier in steps[:at]) == place + 1:
                    assert isinstance(step[1], int)
                    undo(log, str(step[1]), work=folder / "w")
                    kept.pop(step[1], None)
            first_accepted: dict[str, str] = {}
            for place_kept in sorted(kept):
                for key, activity in kept[place_kept]:
                    first_accepted.setdefault(key, activity)
            assert contents(log) == set(first_accepted.items())
            assert ids_in(log) == sorted(first_accepted)


@given(st.permutations(range(3)))
@settings(max_examples=6, deadline=None)
def test_the_order_of_imports_does_not_change_the_set_of_events(
    tmp_path_factory: pytest.TempPathFactory, order: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("log")
    files = [[ANA_ORDERS, BO_ORDERS], [BO_ORDERS, CY_ASKS], [CY_ASKS, ANA_RECEIVES, ANA_ORDERS]]
    with EventLog.open(folder) as log:
        for place in order:
            publish(log, str(place), stage_events(folder / f"s{place}", files[place]), work=folder / "w")
        assert ids_in(log) == ["1", "2", "3", "4"]
        assert linked_ids(log) == ["1", "3"]
