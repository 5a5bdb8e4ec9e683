"""What a mapping can say about a row, key by key."""

from __future__ import annotations

import hmac
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.events.text_files import CLICKS, KEY, rows_of, stage_texts
from tillit.errors import AmbiguityError, MappingError
from tillit.events.mapping_toml import parse_mapping
from tillit.events.rowids import row_ids
from tillit.events.staging import stage


def test_a_file_as_nordic_excel_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "Försäljning.csv"
    text = "Kund;Köpt;Summa;Butik\r\n070-123 45 67;05.03.2026 14:07;1 234,50;Malmö\r\n;6.3.2026 9:00;5,00;Ålesund\r\n"
    path.write_bytes(text.encode("cp1252"))
    mapping = parse_mapping(
        """
        timezone = "Europe/Stockholm"
        currency = "SEK"
        identifiers = {phone = "Kund"}
        constants = {channel = "store"}
        [[event]]
        activity = "order_completed"
        time = "Köpt"
        amount = "Summa"
        place = {column = "Butik"}
        """,
        name="m",
    )
    staged = stage([path], [mapping], key=KEY, received_at=1, work=tmp_path / "work")
    (event,) = rows_of(staged.events)
    assert event["subject"] == hmac.digest(KEY, b"phone:+46701234567", "sha256")[:16]
    assert (event["amount_minor"], event["place"], event["channel"]) == (123450, "Malmö", "store")
    assert event["occurred_at"] == 1772716020_000_000  # 2026-03-05 13:07 UTC
    assert staged.receipt.reasons == (("subject_missing", 1),)
    assert staged.rejected_csv is not None
    rejected = staged.rejected_csv.read_text(encoding="utf-8-sig").splitlines()
    assert rejected[1].startswith(";6.3.2026 9:00;5,00;Ålesund;2;subject_missing;")


def test_texts_come_from_columns_constants_and_the_activity(tmp_path: Path) -> None:
    mapping = (
        CLICKS.replace("[[event]]", 'constants = {place = "Oslo", actor = "machine"}\n[[event]]')
        + 'channel = {column = "from", rename = {shop = "store"}}\nplace = {column = "site"}\ncampaign = "spring"\n'
    )
    staged = stage_texts(
        tmp_path,
        mapping,
        "who,what,at,from,site\n"
        "ana,Order Completed,2026-03-01,shop,\n"
        "bo,purchase,2026-03-01,Email,Malmö\n"
        "cy,A_SUBMITTED-COMPLETE,2026-03-01,,\n",
    )
    found = [
        tuple(event[key] for key in ("activity", "channel", "function", "actor", "place", "campaign"))
        for event in rows_of(staged.events)
    ]
    assert found == [
        ("order_completed", "store", "sales", "machine", "Oslo", "spring"),
        ("order_completed", "email", "sales", "machine", "Malmö", "spring"),
        ("A_SUBMITTED-COMPLETE", "unknown", "unknown", "machine", "Oslo", "spring"),
    ]


def test_a_rule_may_ask_for_words_in_a_column(tmp_path: Path) -> None:
    mapping = CLICKS.replace('{column = "what"}', '"deal_won"') + 'when = {what = ["Won", "closed won"]}\n'
    staged = stage_texts(tmp_path, mapping, "who,what,at\nana,WON,2026-03-01\nbo,lost,2026-03-01\ncy,,soon\n")
    assert [event["origin_row"] for event in rows_of(staged.events)] == [1]
    assert (staged.receipt.accepted, staged.receipt.rows_without_event) == (3, 2)


def test_a_row_is_refused_whole(tmp_path: Path) -> None:
    mapping = CLICKS + '[[event]]\nactivity = "order_delivered"\ntime = "later"\n'
    staged = stage_texts(tmp_path, mapping, "who,what,at,later\nana,seen,2026-03-01,never\nbo,seen,2026-03-01,\n")
    assert [event["origin_row"] for event in rows_of(staged.events)] == [2]
    assert staged.receipt.reasons == (("time_unreadable", 1),)


@pytest.mark.parametrize(
    ("top", "cells", "code"),
    [
        ("", ",seen,2026-03-01,x", "subject_missing"),
        ("", "guest,seen,2026-03-01,x", "subject_missing"),
        ("", "ana,,2026-03-01,x", "activity_missing"),
        ('event_id = "more"\n', "ana,seen,2026-03-01,", "id_missing"),
        ('sequence = "more"\n', "ana,seen,2026-03-01,first", "sequence_unreadable"),
    ],
)
def test_what_an_event_cannot_do_without(tmp_path: Path, top: str, cells: str, code: str) -> None:
    staged = stage_texts(tmp_path, top + CLICKS, f"who,what,at,more\n{cells}\nbo,seen,2026-03-01,7\n")
    assert staged.receipt.reasons == ((code, 1),)
    assert staged.receipt.events == 1


def test_sequence_is_a_column_or_the_files_order(tmp_path: Path) -> None:
    text = "who,what,at,n\nana,a,2026-03-01,30\nana,b,2026-03-01,-2\n"
    by_column = stage_texts(tmp_path / "column", 'sequence = "n"\n' + CLICKS, text)
    by_file = stage_texts(tmp_path / "file", 'sequence = "file order"\n' + CLICKS, text)
    assert [event["sequence"] for event in rows_of(by_column.events)] == [30, -2]
    assert [event["sequence"] for event in rows_of(by_file.events)] == [1, 2]


def test_properties_hold_what_nothing_else_reads_and_names_go_to_contacts(tmp_path: Path) -> None:
    mapping = 'properties = "*"\nnames = {name = ["first", "last"]}\n' + CLICKS
    staged = stage_texts(
        tmp_path, mapping, 'who,what,at,first,last,note,tag\n7,seen,2026-03-01,Ana,A,"x ""y""",\n8,seen,,Bo,B,,\n'
    )
    (event,) = rows_of(staged.events)
    assert json.loads(event["properties"]) == {"note": 'x "y"'}
    (contact,) = rows_of(staged.contacts)
    assert (contact["subject"], contact["kind"], contact["value"]) == (event["subject"], "name", "Ana A")


def test_typed_columns_of_parquet(tmp_path: Path) -> None:
    path = tmp_path / "e.parquet"
    table = pa.table(
        {
            "who": pa.array([7.0, 8.0, None]),  # a column of numbers with a gap, as pandas writes it
            "what": pa.array(["seen", "seen", "seen"]).dictionary_encode(),
            "at": pa.array([1772359200_000, 1772359200_000, 1772359200_000], pa.timestamp("ms")),
        }
    )
    pq.write_table(table, path)
    mapping = parse_mapping(CLICKS, name="m")
    staged = stage([path], [mapping], key=KEY, received_at=1, work=tmp_path / "work")
    subjects = [event["subject"] for event in rows_of(staged.events)]
    assert subjects == [hmac.digest(KEY, b"customer:%d" % who, "sha256")[:16] for who in (7, 8)]
    assert staged.receipt.reasons == (("subject_missing", 1),)
    assert any("UTC" in note for note in staged.notes)


def test_a_column_is_looked_at_to_its_end_before_it_is_called_ambiguous(tmp_path: Path) -> None:
    untold = "ana,seen,03/04/2026\n" * 65_600
    with pytest.raises(AmbiguityError, match="row 1"):
        stage_texts(tmp_path / "untold", CLICKS, "who,what,at\n" + untold)
    told = stage_texts(tmp_path / "told", CLICKS, "who,what,at\n" + untold + "bo,seen,25/04/2026\n")
    days = {event["occurred_at"] // 86_400_000_000 - 20_454 for event in rows_of(told.events)}
    assert days == {92, 114}  # of 2026: 3 and 25 April
    assert told.receipt.events == 65_601


def test_a_mapping_for_another_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r'"at", which 0\.csv does not have\. Did you mean "AT"'):
        stage_texts(tmp_path, CLICKS, "who,what,AT\nana,seen,2026-03-01\n")


def test_row_ids_depend_on_every_cell_and_on_nothing_else() -> None:
    table = pa.table({"a": ["x", "x", "xy", "", None, "x\x1f|", "x"], "b": ["yz", "yz", "z", "", "", "z", "\x1f|z"]})
    ids = row_ids(table)
    assert ids[0] == ids[1]
    assert ids[3] == ids[4]  # an empty cell is empty, however the file says so
    assert len(set(ids)) == 5
    assert ids[3:5] == row_ids(table.slice(3, 2))
    assert all(len(bytes.fromhex(identity)) == 16 for identity in ids)
