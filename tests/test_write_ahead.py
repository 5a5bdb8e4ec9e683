"""A file that somebody else is about to write is waited for, as every other file is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Timer

from tillit.write_ahead import write_ahead


def test_a_file_that_another_is_about_to_write_is_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "events.sqlite"
    with (
        closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as writer,
        closing(sqlite3.connect(file, isolation_level=None, timeout=30)) as opener,
    ):
        writer.execute("create table event (id integer)")
        writer.execute("begin immediate")
        Timer(0.2, writer.execute, ["commit"]).start()
        write_ahead(opener)
        assert opener.execute("pragma journal_mode").fetchone() == ("wal",)
