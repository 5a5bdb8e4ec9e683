"""What leaves can come back: the same events, subjects and links, by the mapping written beside them."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tillit.errors import FileError
from tillit.events.exporting import ExportFormat, export_log
from tillit.events.importing import import_file
from tillit.events.log import EventLog
from tillit.events.mapping_toml import load_mapping, parse_mapping
from tillit.events.segments import SegmentKind

ORDERS = (
    "Id,Email,Phone,Order,Bought,Sent,Total,Currency,Margin,Tags,event_id\n"
    '1,ana@example.org,+46701740605,7,2026-03-01 10:00:00.123456,,1250.50,SEK,200.25,"new, blue",mine\n'
    "2,,+46701740606,8,2026-03-02 11:00,2026-03-03 08:00,-3,JPY,,,\n"
    "3,bo@example.org,,,2026-03-02 11:00,,,,,old,\n"
)
MAPPING = """
source = "shop Ä"
timezone = "Europe/Stockholm"
sequence = "file order"
event_id = "Id"
currency = {column = "Currency"}
margin = {column = "Margin"}
identifiers = {email = "Email", phone = "Phone", order = "Order"}
properties = ["Tags", "event_id"]
constants = {channel = "store", place = "Malmö"}
[[event]]
activity = "order_completed"
time = "Bought"
amount = "Total"
object = "Order"
[[event]]
activity = "order_shipped"
time = "Sent"
"""
# When and from which row it came is another import's affair.
NOT_KEPT = ("received_at", "origin_row")


def rows_of(log: EventLog, kind: SegmentKind) -> list[dict[str, Any]]:
    rows = [row for path in log.sound(kind) for row in pq.read_table(path).to_pylist()]
    kept = [{key: value for key, value in row.items() if key not in NOT_KEPT} for row in rows]
    return sorted(kept, key=lambda row: (row["event_id"], row.get("right", b"")))


def bring_in(log: EventLog, name: str, path: Path, mapping: Path | None = None) -> None:
    how = parse_mapping(MAPPING, name="test") if mapping is None else load_mapping(mapping)
    work = log.directory / "imports" / name
    import_file(log, name, path, how, key=name.encode().ljust(32), received_at=len(name), work=work)


@pytest.mark.parametrize("file_format", list(ExportFormat))
def test_an_export_read_back_is_the_same_log(tmp_path: Path, file_format: ExportFormat) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS, encoding="utf-8")
    with EventLog.open(tmp_path / "old") as old, EventLog.open(tmp_path / "new") as new:
        bring_in(old, "a", path)
        exported = export_log(old, tmp_path / "out", file_format=file_format)
        assert exported.events == 4
        for number, (file, mapping) in enumerate(zip(exported.files, exported.mappings, strict=True)):
            bring_in(new, f"file {number}", file, mapping)
        assert rows_of(new, SegmentKind.EVENTS) == rows_of(old, SegmentKind.EVENTS)
        assert rows_of(new, SegmentKind.LINKS) == rows_of(old, SegmentKind.LINKS)
        assert len(rows_of(old, SegmentKind.LINKS)) == exported.links == 4
        assert not list((tmp_path / "new" / "imports").rglob("contacts*")), "a code is no contact"


def test_without_the_word_of_its_mapping_a_code_is_no_subject(tmp_path: Path) -> None:
    path, forged = tmp_path / "orders.csv", tmp_path / "forged.csv"
    path.write_text(ORDERS, encoding="utf-8")
    with EventLog.open(tmp_path / "data") as log:
        bring_in(log, "a", path)
        anas = rows_of(log, SegmentKind.EVENTS)[0]["subject"]
        forged.write_text(ORDERS.splitlines()[0] + f"\n9,,,hashed:{anas.hex()},2026-03-01 10:00,,,,,,\n")
        bring_in(log, "b", forged)
        (event,) = (event for event in rows_of(log, SegmentKind.EVENTS) if event["event_id"].startswith("9:"))
        assert event["subject"] != anas


def test_each_event_stands_once_and_no_clear_identifier_at_all(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS, encoding="utf-8")
    with EventLog.open(tmp_path / "old") as log:
        bring_in(log, "a", path)
        bring_in(log, "b", path)
        exported = export_log(log, tmp_path / "out")
    lines: list[dict[str, str]] = []
    for file in exported.files:
        text = file.read_text(encoding="utf-8")
        assert "example.org" not in text
        lines += csv.DictReader(text.splitlines())
    ids = sorted(line.get("tillit event_id") or line["event_id"] for line in lines)
    assert ids == ["1:order_completed", "2:order_completed", "2:order_shipped", "3:order_completed"]
    amounts = {line["amount"] for line in lines}
    assert amounts == {"1250.50", "-3", ""}


def test_an_empty_log_gives_no_events_and_a_full_folder_is_left_alone(tmp_path: Path) -> None:
    with EventLog.open(tmp_path / "old") as log:
        assert export_log(log, tmp_path / "out").events == 0
        with pytest.raises(FileError, match="not empty"):
            export_log(log, tmp_path / "out")
