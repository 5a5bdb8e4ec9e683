"""Ids over several files: nothing twice, nothing lost, and what contradicts itself is set aside."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.events.text_files import CLICKS, SHOP, rows_of, stage_texts
from tillit.events.chunks import ROWS_PER_CHUNK
from tillit.events.staging import Staged

WITH_IDS = CLICKS.replace('source = "web"', 'source = "web"\nevent_id = "id"')
HEADER = "id,who,what,at\n"
# Few values, so that ids and whole rows repeat; a few of them cannot be read.
rows = st.tuples(
    st.sampled_from("abcdef"),
    st.sampled_from(["ana", "bo", "guest"]),
    st.sampled_from(["page_viewed", "order_completed"]),
    st.sampled_from(["2026-03-01 10:00", "2026-03-01 11:00", "", "soon"]),
)
files = st.lists(st.lists(rows, max_size=8), min_size=1, max_size=3)
Row = tuple[str, str, str, str]


def text(rows: list[Row]) -> str:
    return HEADER + "".join(",".join(row) + "\n" for row in rows)


def is_readable(row: Row) -> bool:
    return row[3] == "" or (row[3] != "soon" and row[1] != "guest")


def staged_in(folder: str, mapping: str, *texts: str) -> Staged:
    return stage_texts(Path(folder), mapping, *texts)


@settings(max_examples=30)
@given(files)
def test_derived_ids_keep_as_many_equal_rows_as_one_file_has(given_files: list[list[Row]]) -> None:
    with TemporaryDirectory() as folder:
        staged = staged_in(folder, CLICKS, *map(text, given_files))
        kept = Counter((event["activity"], event["occurred_at"]) for event in rows_of(staged.events))
        ids = [event["event_id"] for event in rows_of(staged.events)]
    # Two files that overlap hold the same purchases: of n and m equal rows the larger number is true.
    wanted: Counter[Row] = Counter()
    for lines in given_files:
        wanted |= Counter(row for row in lines if is_readable(row) and row[3])
    hours = {"2026-03-01 10:00": 1772359200000000, "2026-03-01 11:00": 1772362800000000}
    by_event: Counter[tuple[str, int]] = Counter()
    for row, count in wanted.items():
        by_event[row[2], hours[row[3]]] += count
    assert kept == by_event
    assert len(set(ids)) == len(ids)
    receipt = staged.receipt
    assert receipt.rows == sum(map(len, given_files))
    assert receipt.rejected == sum(not is_readable(row) for lines in given_files for row in lines)
    assert receipt.rows_without_event == sum(row[3] == "" for lines in given_files for row in lines)
    assert receipt.events == sum(wanted.values()) == receipt.accepted - receipt.rows_without_event


@settings(max_examples=30)
@given(files)
def test_given_ids_are_taken_once_and_contradictions_set_aside(given_files: list[list[Row]]) -> None:
    with TemporaryDirectory() as folder:
        staged = staged_in(folder, WITH_IDS, *map(text, given_files))
        kept = {event["event_id"]: event["activity"] for event in rows_of(staged.events)}
        events = staged.receipt.events
    first: dict[str, Row] = {}
    outcomes: Counter[str] = Counter()
    for lines in given_files:
        for row in lines:
            if not is_readable(row):
                outcomes["rejected"] += 1
            elif row[3] == "":
                outcomes["accepted"] += 1
            elif row[0] not in first:
                first[row[0]] = row
                outcomes["accepted"] += 1
            else:
                outcomes["duplicate" if row == first[row[0]] else "rejected"] += 1
    assert kept == {row[0]: row[2] for row in first.values()}
    receipt = staged.receipt
    assert Counter(accepted=receipt.accepted, duplicate=receipt.duplicate, rejected=receipt.rejected) == outcomes
    assert events == len(first)


@pytest.mark.parametrize("mapping", [CLICKS, WITH_IDS], ids=["derived", "given"])
def test_the_same_file_twice_adds_nothing(tmp_path: Path, mapping: str) -> None:
    lines: list[Row] = [("a", "ana", "page_viewed", "2026-03-01 10:00"), ("b", "bo", "page_viewed", "2026-03-01 10:00")]
    if mapping == CLICKS:
        lines += lines[:1]
    once = stage_texts(tmp_path / "once", mapping, text(lines))
    twice = stage_texts(tmp_path / "twice", mapping, text(lines), text(lines))
    assert rows_of(twice.events) == rows_of(once.events)
    assert (twice.receipt.duplicate, twice.receipt.events) == (len(lines), once.receipt.events)


def test_ids_do_not_depend_on_the_order_or_the_cut(tmp_path: Path) -> None:
    lines: list[Row] = [(f"i{n}", f"who{n % 7}", "page_viewed", f"2026-03-{n % 28 + 1:02} 10:00") for n in range(60)]
    shuffled = random.Random(4).sample(lines, len(lines))
    for mapping in (CLICKS, WITH_IDS):
        whole = stage_texts(tmp_path / f"{len(mapping)}-whole", mapping, text(lines))
        cut = stage_texts(tmp_path / f"{len(mapping)}-cut", mapping, text(shuffled[:20]), text(shuffled[20:]))
        facts = [
            {(event["event_id"], event["subject"], event["occurred_at"]) for event in rows_of(staged.events)}
            for staged in (whole, cut)
        ]
        assert facts[0] == facts[1]
        assert len(facts[0]) == 60


ORDERS = "Email;Phone;Name;Created at;Fulfilled at;Total\n"


def test_an_export_of_the_next_month_brings_only_what_is_new(tmp_path: Path) -> None:
    march = ORDERS + "ana@x.se;0701234567;#1;2026-03-01 10:00;;12,50\nbo@x.se;;#2;2026-03-02 10:00;;5\n"
    april = ORDERS + "ana@x.se;0701234567;#1;2026-03-01 10:00;2026-04-01 09:00;12,50\nbo@x.se;;#2;2026-03-02 10:00;;6\n"
    staged = stage_texts(tmp_path, SHOP, march, april)
    events = {event["event_id"]: event["amount_minor"] for event in rows_of(staged.events)}
    assert events == {"#1:order_completed": 1250, "#1:order_delivered": None, "#2:order_completed": 500}
    receipt = staged.receipt
    assert (receipt.accepted, receipt.duplicate, receipt.rejected) == (3, 0, 1)
    assert receipt.reasons == (("id_conflict", 1),)
    assert [path.name for path in staged.rejected] == ["1.csv.rejected.csv"]
    line = staged.rejected[0].read_text(encoding="utf-8-sig").splitlines()[1]
    assert line.startswith("bo@x.se;;#2;2026-03-02 10:00;;6;2;id_conflict;")
    links = [(link["event_id"], link["right_kind"]) for link in rows_of(staged.links)]
    assert sorted(links) == [
        ("#1:order_completed", "order"),
        ("#1:order_completed", "phone"),
        ("#1:order_delivered", "order"),
        ("#1:order_delivered", "phone"),
        ("#2:order_completed", "order"),
    ]


def test_links_of_equal_rows_follow_their_numbered_events(tmp_path: Path) -> None:
    mapping = SHOP.replace('once_per = "Name"\n', "")
    row = "ana@x.se;;#1;2026-03-01 10:00;;5\n"
    staged = stage_texts(tmp_path, mapping, ORDERS + row * 3)
    ids = sorted(event["event_id"] for event in rows_of(staged.events))
    assert len(set(ids)) == 3
    assert [identity.removeprefix(ids[0]) for identity in ids] == ["", "-2", "-3"]
    assert sorted(link["event_id"] for link in rows_of(staged.links)) == ids


def test_further_lines_of_an_order_count_it_once_even_between_chunks(tmp_path: Path) -> None:
    rows = ROWS_PER_CHUNK + 2  # the last order's three lines lie on both sides of the cut
    lines = "".join(f"ana@x.se;;#{n // 3};2026-03-01 10:00;;{5 if n % 3 == 0 else ''}\n" for n in range(rows))
    staged = stage_texts(tmp_path, SHOP, ORDERS + lines)
    assert {event["amount_minor"] for event in rows_of(staged.events)} == {500}
    receipt = staged.receipt
    assert rows % 3 == 0
    assert (receipt.rows, receipt.accepted, receipt.events) == (rows, rows, rows // 3)
    assert receipt.further_lines == rows - rows // 3


def test_a_row_that_contradicts_another_is_refused_whole_and_keeps_no_contact(tmp_path: Path) -> None:
    march = ORDERS + "ana@x.se;;#1;2026-03-01 10:00;;5\n"
    april = ORDERS + "bo@x.se;;#9;2026-03-01 10:00;;1\ncy@x.se;;#1;2026-03-01 10:00;2026-04-01 09:00;6\n"
    # Its delivery went with the row that was refused, so this one is the first and stays.
    may = ORDERS + "ana@x.se;;#1;2026-03-01 10:00;2026-04-01 10:00;5\n"
    staged = stage_texts(tmp_path, SHOP, march, april, may)
    delivered = [event for event in rows_of(staged.events) if event["activity"] == "order_delivered"]
    assert [event["origin_row"] for event in delivered] == [1]
    assert sorted(event["event_id"] for event in rows_of(staged.events)) == [
        "#1:order_completed",
        "#1:order_delivered",
        "#9:order_completed",
    ]
    receipt = staged.receipt
    assert (receipt.rows, receipt.accepted, receipt.duplicate, receipt.rejected) == (4, 3, 0, 1)
    (rejected,) = staged.rejected
    assert 'Row 1 of 0.csv has the id ""#1:order_completed""' in rejected.read_text(encoding="utf-8-sig")
    assert {contact["value"] for contact in rows_of(staged.contacts)} == {"ana@x.se", "bo@x.se"}


TWO_EVENTS = """
source = "shop"
identifiers = {customer = "who"}
event_id = "id"
[[event]]
activity = "order_completed"
time = "bought"
[[event]]
activity = "order_delivered"
time = "sent"
"""
ONCE = TWO_EVENTS.replace('event_id = "id"\n', "").replace('"\n[[', '"\nonce_per = "id"\n[[') + 'once_per = "id"\n'
times = st.sampled_from(["2026-03-01 10:00", "2026-03-01 11:00", ""])
two_event_files = st.lists(st.lists(st.tuples(st.sampled_from("ab"), times, times), max_size=6), min_size=1, max_size=3)


def two_event_text(lines: list[tuple[str, str, str]]) -> str:
    return "id,who,bought,sent\n" + "".join(f"{key},ana,{bought},{sent}\n" for key, bought, sent in lines)


@settings(max_examples=15)
@given(two_event_files)
def test_rows_are_taken_whole_or_refused_whole(given_files: list[list[tuple[str, str, str]]]) -> None:
    with TemporaryDirectory() as folder:
        staged = staged_in(folder, TWO_EVENTS, *map(two_event_text, given_files))
        kept = {event["event_id"]: event["occurred_at"] for event in rows_of(staged.events)}
        assert len(kept) == staged.receipt.events
    hours = {"2026-03-01 10:00": 1772359200000000, "2026-03-01 11:00": 1772362800000000}
    taken: dict[str, int] = {}
    rejected = 0
    for key, bought, sent in (row for lines in given_files for row in lines):
        events = {f"{key}:order_completed": bought, f"{key}:order_delivered": sent}
        found = {event_id: hours[at] for event_id, at in events.items() if at}
        if any(taken.get(event_id, at) != at for event_id, at in found.items()):
            rejected += 1
        else:
            taken |= found
    assert kept == taken
    assert staged.receipt.rejected == rejected


@settings(max_examples=15)
@given(two_event_files)
def test_no_id_is_given_twice_whatever_lines_of_orders_say(given_files: list[list[tuple[str, str, str]]]) -> None:
    with TemporaryDirectory() as folder:
        staged = staged_in(folder, ONCE, *map(two_event_text, given_files))
        ids = [event["event_id"] for event in rows_of(staged.events)]
    assert len(set(ids)) == len(ids) == staged.receipt.events
