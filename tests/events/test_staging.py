"""Staging: every row of a file ends somewhere, and the events are what the rows say."""

from __future__ import annotations

import hmac
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq

from tests.events.text_files import KEY, SHOP, rows_of, stage_texts
from tillit.events.contract import CONTACT_SCHEMA, EVENT_SCHEMA, LINK_SCHEMA
from tillit.events.mapping_toml import parse_mapping
from tillit.events.staging import stage

ORDERS = """Email;Phone;Name;Created at;Fulfilled at;Total
Ana@x.se;070-123 45 67;#1;2026-03-01 10:00;2026-03-03T08:00:00Z;12,50
ana@x.se;;#1;2026-03-01 10:00;2026-03-03T08:00:00Z;
bo@x.se;;#2;2026-03-02 11:00;;100
guest;;#3;2026-03-02 11:00;;100
cy@x.se;;#4;soon;;100
cy@x.se;;#5
cy@x.se;;#6;;;100
"""


def digest(value: str) -> bytes:
    return hmac.digest(KEY, value.encode(), "sha256")[:16]


def micros(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Stockholm")).timestamp()) * 1_000_000


def test_rows_become_events_and_links(tmp_path: Path) -> None:
    staged = stage_texts(tmp_path, SHOP, ORDERS)
    events = {event["event_id"]: event for event in rows_of(staged.events)}
    assert sorted(events) == ["#1:order_completed", "#1:order_delivered", "#2:order_completed", "#3:order_completed"]
    first = events["#1:order_completed"]
    assert (first["subject"], first["subject_kind"]) == (digest("email:ana@x.se"), "email")
    assert (first["occurred_at"], first["amount_minor"], first["currency"]) == (micros("2026-03-01 10:00"), 1250, "SEK")
    assert (first["function"], first["actor"], first["object"], first["origin_row"]) == ("sales", "customer", "#1", 1)
    assert (first["source"], first["received_at"], first["channel"]) == ("shop", 7, "unknown")
    assert (events["#3:order_completed"]["subject"], events["#3:order_completed"]["subject_kind"]) == (
        digest("order:#3"),
        "order",
    )
    links = {(link["event_id"], link["left_kind"], link["right_kind"], link["right"]) for link in rows_of(staged.links)}
    assert links == {
        ("#1:order_completed", "email", "phone", digest("phone:+46701234567")),
        ("#1:order_completed", "email", "order", digest("order:#1")),
        ("#1:order_delivered", "email", "phone", digest("phone:+46701234567")),
        ("#1:order_delivered", "email", "order", digest("order:#1")),
        ("#2:order_completed", "email", "order", digest("order:#2")),
    }
    assert {(c["kind"], c["value"]) for c in rows_of(staged.contacts)} >= {
        ("email", "ana@x.se"),
        ("phone", "+46701234567"),
    }


def test_no_contact_is_kept_of_a_row_that_gave_no_event(tmp_path: Path) -> None:
    staged = stage_texts(tmp_path, SHOP, ORDERS)
    assert {c["value"] for c in rows_of(staged.contacts)} == {"ana@x.se", "+46701234567", "bo@x.se"}


def test_every_row_ends_somewhere(tmp_path: Path) -> None:
    receipt = stage_texts(tmp_path, SHOP, ORDERS).receipt
    assert (receipt.rows, receipt.accepted, receipt.duplicate, receipt.rejected) == (7, 5, 0, 2)
    assert (receipt.further_lines, receipt.rows_without_event, receipt.events) == (1, 1, 4)
    assert receipt.reasons == (("ragged", 1), ("time_unreadable", 1))


def test_rejected_rows_stand_as_they_were_with_the_reason(tmp_path: Path) -> None:
    staged = stage_texts(tmp_path, SHOP, ORDERS)
    assert staged.rejected_csv is not None
    lines = staged.rejected_csv.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "Email;Phone;Name;Created at;Fulfilled at;Total;row;code;reason"
    assert {tuple(line.split(";")[:8]) for line in lines[1:]} == {
        ("cy@x.se", "", "#4", "soon", "", "100", "5", "time_unreadable"),
        ("cy@x.se", "", "#5", "", "", "", "6", "ragged"),
    }


def test_parts_have_the_contracts_schema(tmp_path: Path) -> None:
    staged = stage_texts(tmp_path, SHOP, ORDERS)
    for paths, schema in (
        (staged.events, EVENT_SCHEMA),
        (staged.links, LINK_SCHEMA),
        (staged.contacts, CONTACT_SCHEMA),
    ):
        assert paths
        assert all(pq.read_schema(path).equals(schema) for path in paths)


def test_progress_ends_at_the_last_byte_and_row(tmp_path: Path) -> None:
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for path in paths:
        path.write_text(ORDERS, encoding="utf-8")
    seen: list[tuple[int, int, int]] = []
    mapping = parse_mapping(SHOP, name="m")
    work = tmp_path / "work"
    stage(paths, [mapping] * len(paths), key=KEY, received_at=7, work=work, on_progress=lambda *step: seen.append(step))
    size = sum(path.stat().st_size for path in paths)
    assert seen == sorted(seen)
    assert seen[-1] == (size, size, 14)


def test_rejected_rows_of_files_with_one_name_do_not_meet(tmp_path: Path) -> None:
    paths = [tmp_path / folder / "orders.csv" for folder in ("malmo", "oslo")]
    for path in paths:
        path.parent.mkdir()
        path.write_text(ORDERS, encoding="utf-8")
    staged = stage(paths, [parse_mapping(SHOP, name="m")] * len(paths), key=KEY, received_at=7, work=tmp_path / "work")
    assert len(set(staged.rejected)) == 2
    assert all(len(path.read_text(encoding="utf-8-sig").splitlines()) == 3 for path in staged.rejected)
