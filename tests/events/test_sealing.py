"""Hot rows become segments exactly once, whatever is imported beside them and wherever the process dies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.events.staged import ids_in
from tillit import fault
from tillit.events.calls import Terms, collected
from tillit.events.compacting import compact
from tillit.events.hot import pack
from tillit.events.importing import import_file
from tillit.events.log import EventLog
from tillit.events.publishing import undo
from tillit.events.sealing import Contact, seal, sealed_rows, sealed_upto
from tillit.events.segments import SegmentKind
from tillit_web.collect.sqlite_storage import SqliteStorage
from tillit_web.collect.storage import Arrival

KEY = b"k" * 32
NOW = 1_772_000_000_000_000
POINTS = (
    "seal.intent",
    "segment.before_rename",
    "segment.after_rename",
    "seal.after_rename",
    "seal.before_commit",
    "seal.after_commit",
)


def arrival(name: str, **said: object) -> Arrival:
    call = {
        "type": "track",
        "event": "Chair Tested",
        "messageId": name,
        "userId": "ana",
        "anonymousId": "a-1",
        "timestamp": "2026-02-01T10:00:00Z",
        **said,
    }
    found = collected(call, Terms(KEY, NOW, None, is_proven=True, currency="SEK", region="SE"))
    return Arrival(name.encode().ljust(16), found.content, 1, NOW, pack(found.event), b"", b"{}")


def nothing(contacts: Sequence[Contact]) -> None:
    assert not contacts


def seal_all(log: EventLog, hot: SqliteStorage, work: Path) -> int:
    rows = 0
    while (sealed := seal(log, hot, keep_contacts=nothing, work=work)) is not None:
        rows += sealed.rows
    return rows


def test_rows_are_sealed_once_and_dropped(tmp_path: Path) -> None:
    hot = SqliteStorage.open(tmp_path)
    with EventLog.open(tmp_path) as log:
        hot.accept([arrival("a"), arrival("b")])
        assert seal_all(log, hot, tmp_path / "work") == 2
        assert seal_all(log, hot, tmp_path / "work") == 0
        hot.accept([arrival("a"), arrival("c")])
        assert seal_all(log, hot, tmp_path / "work") == 1
        assert sorted(ids_in(log)) == ["a", "b", "c"]
        assert len(log.segments(SegmentKind.LINKS)) == 2
        assert sealed_rows(log) == 3
        assert hot.unsealed(after=0, limit=9) == []
    hot.close()


def test_what_an_import_has_already_is_held_until_that_is_undone(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    call = {"type": "track", "event": "Chair Tested", "userId": "ana", "timestamp": "2026-02-01T10:00:00Z"}
    path.write_text("\n".join(json.dumps(call | {"messageId": name}) for name in ("a", "h")) + "\n")
    hot = SqliteStorage.open(tmp_path)
    with EventLog.open(tmp_path) as log:
        hot.accept([arrival("a"), arrival("b")])
        import_file(log, "history", path, None, key=KEY, received_at=NOW, work=tmp_path / "import")
        sealed = seal(log, hot, keep_contacts=nothing, work=tmp_path / "work")
        assert sealed is not None
        assert (sealed.rows, sealed.events, sealed.known_events) == (2, 1, 1)
        assert sorted(ids_in(log)) == ["a", "b", "h"]
        undo(log, "history", work=tmp_path / "undo")
        assert sorted(ids_in(log)) == ["a", "b"]
    hot.close()


SEAL = """
from tillit.engine.arrow import without_pandas
without_pandas()
import sys
from pathlib import Path
from tillit.events.log import EventLog
from tillit.events.sealing import seal
from tillit_web.collect.sqlite_storage import SqliteStorage
directory = Path(sys.argv[1])
hot = SqliteStorage.open(directory)
with EventLog.open(directory) as log:
    while seal(log, hot, keep_contacts=lambda contacts: None, work=directory / "work"):
        pass
"""


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_any_point_nothing_is_lost_or_counted_twice(tmp_path: Path, point: str) -> None:
    hot = SqliteStorage.open(tmp_path)
    hot.accept([arrival("a"), arrival("b")])
    paths = os.pathsep.join(sys.path)
    killed = subprocess.run(
        [sys.executable, "-c", SEAL, str(tmp_path)], env={**os.environ, "TILLIT_FAULT": point, "PYTHONPATH": paths}
    )
    assert killed.returncode == fault.EXIT_CODE
    hot.accept([arrival("c")])
    with EventLog.open(tmp_path) as log:
        mark = sealed_upto(log)
        above = hot.unsealed(after=mark, limit=9)
        assert len(ids_in(log)) + len(above) == 3  # at any moment each event is in one place
        seal_all(log, hot, tmp_path / "work")
        assert sorted(ids_in(log)) == ["a", "b", "c"]
    hot.close()


def test_compaction_keeps_every_event_and_needs_no_new_build(tmp_path: Path) -> None:
    hot = SqliteStorage.open(tmp_path)
    with EventLog.open(tmp_path) as log:
        for number in range(4):
            hot.accept([arrival(f"e{number}")])
            seal_all(log, hot, tmp_path / "work")
        assert compact(log, fewest=2) == 0  # no build holds them yet
        with log.transaction() as connection:
            connection.execute("insert into build (state) values ('current')")
            connection.execute("insert into build_segment select 1, id from segment where id <= 6")
        # The first three events and their links are in the build, the fourth is not.
        assert compact(log, fewest=2) == 6
        assert sorted(ids_in(log)) == ["e0", "e1", "e2", "e3"]
        assert log.verify() == ()
        live = {segment.id for kind in SegmentKind for segment in log.segments(kind)}
        built = {row["segment"] for row in log.connection.execute("select segment from build_segment")}
        assert built < live
        assert len(live - built) == 2
    hot.close()
