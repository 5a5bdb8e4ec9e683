"""Export and verify see every collected event once, sealed or not; verify notices what does not add up."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.cli.test_import import tillit
from tests.events.test_sealing import arrival
from tests.web.collect.storage_contract import refusal
from tillit_web.collect.sqlite_storage import SqliteStorage
from tillit_web.collect.verifying import verify_collection


def test_export_and_verify(tmp_path: Path) -> None:
    data = str(tmp_path)
    storage = SqliteStorage.open(tmp_path)
    storage.accept([arrival("a"), arrival("b"), arrival("a"), refusal(b"{")])
    found = verify_collection(tmp_path)
    assert (found.received, found.accepted, found.sealed, found.unsealed, found.wrong) == (4, 2, 0, 2, ())
    first = tillit("export", "--data", data, "--format", "jsonl")
    assert len(first.stdout.splitlines()) == 2, first.stderr
    storage.accept([arrival("c", properties={"sku": "s-1"})])
    storage.close()
    lines = [json.loads(line) for line in tillit("export", "--data", data, "--format", "jsonl").stdout.splitlines()]
    assert sorted(line["event_id"] for line in lines) == ["a", "b", "c"]
    [bought] = [line for line in lines if line["event_id"] == "c"]
    assert bought["properties"] == {"properties.sku": "s-1"}
    assert bought["subject"].startswith("hashed:")
    assert "5 events were received, 3 accepted: 3 sealed, 0 wait to be." in tillit("verify", "--data", data).stdout


def test_sums_that_do_not_hold_are_named(tmp_path: Path) -> None:
    storage = SqliteStorage.open(tmp_path)
    storage.accept([arrival("a"), arrival("b")])
    storage.close()
    with closing(sqlite3.connect(tmp_path / "events.sqlite")) as database, database:
        database.execute("update hour set accepted = accepted + 1, received = received + 2")
        database.execute("update hot set event = x'00' where id = 2")
    wrong = " ".join(verify_collection(tmp_path).wrong)
    assert "4 received, but 3 accepted, 0 duplicate, 0 rejected" in wrong
    assert "3 events were accepted, but 0 are sealed and 2 wait" in wrong
    assert "3 events were accepted, but 2 ids are known" in wrong
    assert "hot row 2 cannot be read" in wrong
