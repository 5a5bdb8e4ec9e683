"""A plain Parquet file read directly answers exactly as through staging and a store, or not at all."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.journeys.logs import ACTIVITY_NAMES, DAY, MINUTE
from tillit.errors import TillitError
from tillit.events.mapping import Cell, EventRule, Mapping, Time
from tillit.events.staging import stage
from tillit.journeys.build import build_store
from tillit.journeys.funnel import FunnelSpec, funnel
from tillit.journeys.graph import overview
from tillit.journeys.plain_parquet import PlainFile, read_plain_parquet
from tillit.journeys.store import OrderedStore
from tillit.journeys.variants import variants
from tillit.journeys.view import CaseRule, View
from tillit.vocabulary import IdentifierKind, Purpose

START = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp()) * 1_000_000
STEPS = ("product_viewed", "order_completed")


@dataclass(frozen=True, slots=True)
class Answers:
    said: tuple[Any, ...]
    rejected: bytes
    shown: tuple[Any, ...]


def questions(view: View) -> tuple[Any, ...]:
    known = set(view.names.activity)
    steps = funnel(view, FunnelSpec(STEPS, within_seconds=86_400)) if known.issuperset(STEPS) else None
    return overview(view), variants(view, limit=1_000), steps, view.names.activity


def through_a_store(path: Path, mapping: Mapping | None, rule: CaseRule) -> Answers:
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        staged = stage([path], [mapping], key=b"k" * 32, received_at=0, work=work / "staged")
        build_store(staged.events, staged.links, work / "store", events_a_bucket=7)
        view = View(OrderedStore.open(work / "store"), rule, purpose=Purpose.MEASUREMENT)
        rejected = staged.rejected_csv.read_bytes() if staged.rejected_csv else b""
        return Answers((staged.receipt, staged.notes, staged.mapping), rejected, questions(view))


def directly(path: Path, mapping: Mapping | None, rule: CaseRule) -> Answers | None:
    with tempfile.TemporaryDirectory() as folder:
        plain = read_plain_parquet(path, mapping, work=Path(folder))
        if plain is None:
            return None
        rejected = plain.rejected.read_bytes() if plain.rejected else b""
        view = View(plain.events, rule, purpose=Purpose.MEASUREMENT)
        return Answers((plain.receipt, plain.notes, plain.mapping), rejected, questions(view))


def plain_of(path: Path, rows: Sequence[dict[str, Any]], schema: pa.Schema, work: Path) -> PlainFile | None:
    pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), path)
    return read_plain_parquet(path, None, work=work)


PEOPLE = {
    "text": (pa.string(), ("Ana", " ana", "Bo", "Cy", "null", "", None)),
    "code": (pa.dictionary(pa.int32(), pa.string()), ("p1", "p2", "P1", "guest", None)),
    "number": (pa.int64(), (0, -1, 5, 6, 7, None)),
    "far apart": (pa.int64(), (1, 2, 2**40, 2**62, 0)),
}
TIMES = {
    "zoned": pa.timestamp("us", tz="UTC"),
    "local": pa.timestamp("ms"),
    "nanoseconds": pa.timestamp("ns", tz="Europe/Stockholm"),
    "number": pa.int64(),
}
MAPPINGS = (
    None,
    Mapping(
        events=(EventRule(activity=Cell(constant="visit"), time=Time(("time",))),),
        identifiers={IdentifierKind.LOYALTY: ("customer_id",)},
        timezone="Europe/Stockholm",
    ),
    Mapping(
        events=(
            EventRule(
                activity=Cell(column="activity", rename={"ask": "order_completed"}),
                time=Time(("time",)),
                amount="amount",
            ),
        ),
        identifiers={IdentifierKind.CUSTOMER: ("customer_id",)},
        event_id=("event_id",),
        currency=Cell(constant="SEK"),
    ),
)


@st.composite
def files(draw: st.DrawFn) -> tuple[pa.Table, int]:
    """A file of few persons and few times, so that ties, nulls and nobodies come up; and rows a row group."""
    kind, people = PEOPLE[draw(st.sampled_from(sorted(PEOPLE)))]
    time = TIMES[draw(st.sampled_from(sorted(TIMES)))]
    count = draw(st.integers(1, 40))
    steps = draw(st.lists(st.sampled_from((0, 0, MINUTE, DAY, 40 * DAY)), min_size=count, max_size=count))
    at = [START + step * draw(st.integers(0, 2)) for step in steps]
    absurd = draw(st.booleans())
    if absurd:
        at[0] = -START
    first_id = draw(st.sampled_from((0, 5, 95, 1_000)))
    ids = [first_id + number for number in range(count)]
    if draw(st.booleans()):
        ids = draw(st.permutations(ids))
    names = ("ask", " product_viewed ", *ACTIVITY_NAMES[:4], *((None, "") if draw(st.booleans()) else ()))
    people = people if draw(st.booleans()) else people[:3]
    columns = {
        "event_id": pa.array(ids, pa.int64()),
        "customer_id": pa.array([draw(st.sampled_from(people)) for _ in range(count)]).cast(kind),
        "time": pa.array(at, pa.int64()) if time == pa.int64() else pa.array(at, pa.timestamp("us")).cast(time),
        "activity": pa.array([draw(st.sampled_from(names)) for _ in range(count)], pa.string()),
        "amount": pa.array([draw(st.sampled_from((None, 1.0, 19.95, float("nan"), 1e3, 0.125))) for _ in range(count)]),
        "channel": pa.array([draw(st.sampled_from(("web", "store"))) for _ in range(count)]),
    }
    left_out = draw(st.sets(st.sampled_from(("event_id", "amount", "channel"))))
    table = pa.table({name: column for name, column in columns.items() if name not in left_out})
    return table, draw(st.integers(1, 50))


@settings(max_examples=40, deadline=None)
@given(made=files(), mapping=st.sampled_from(MAPPINGS), goal=st.booleans())
def test_both_ways_give_the_same(made: tuple[pa.Table, int], mapping: Mapping | None, goal: bool) -> None:
    table, row_group_size = made
    if mapping is not None and not {column for _, column in mapping.columns()}.issubset(table.column_names):
        mapping = MAPPINGS[1]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.parquet"
        pq.write_table(table, path, row_group_size=row_group_size)
        try:
            found = directly(path, mapping, CaseRule(None, 10))
        except TillitError as refused:
            with pytest.raises(type(refused), match=re.escape(str(refused))):
                through_a_store(path, mapping, CaseRule(None, 10))
            return
        if found is None:
            return  # it goes the general way; what must be read directly is listed below
        assert found == through_a_store(path, mapping, CaseRule(None, 10))
        if goal and "order_completed" in found.shown[3]:
            rule = CaseRule("order_completed", None)
            assert directly(path, mapping, rule) == through_a_store(path, mapping, rule)


GOOD = pa.schema(
    [
        ("event_id", pa.int64()),
        ("customer_id", pa.int64()),
        ("time", pa.timestamp("us", "UTC")),
        ("activity", pa.string()),
    ]
)


def rows(*persons: int | None, ids: Sequence[int] = range(100)) -> list[dict[str, Any]]:
    return [
        {"event_id": event_id, "customer_id": person, "time": START + DAY * place, "activity": f"step {place % 3}"}
        for place, (person, event_id) in enumerate(zip(persons, ids, strict=False))
    ]


def test_a_well_made_file_is_read_directly_and_rows_of_nobody_are_kept(tmp_path: Path) -> None:
    found = plain_of(tmp_path / "log.parquet", rows(7, 8, 0, None, 7), GOOD, tmp_path)
    assert found is not None
    assert (found.receipt.rows, found.receipt.events, found.receipt.rejected) == (5, 3, 2)
    assert (found.events.persons, found.receipt.reasons) == (2, (("subject_missing", 2),))
    assert found.rejected is not None
    assert len(found.rejected.read_text(encoding="utf-8-sig").splitlines()) == 3


def test_nothing_is_written_where_no_row_is_rejected(tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    assert plain_of(tmp_path / "log.parquet", rows(7, 8, 7), GOOD, work) is not None
    assert list(work.iterdir()) == []


@pytest.mark.parametrize("ids", [(0, 1, 1), (2, 1, 0), (-1, 0, 1)], ids=["repeated", "descending", "below nothing"])
def test_ids_that_may_repeat_go_the_general_way(tmp_path: Path, ids: Sequence[int]) -> None:
    mapping = MAPPINGS[2]
    assert mapping is not None
    table = pa.Table.from_pylist(rows(7, 8, 7, ids=ids), schema=GOOD)
    pq.write_table(table.append_column("amount", pa.array([1.0, 2.0, 3.0])), tmp_path / "log.parquet")
    assert read_plain_parquet(tmp_path / "log.parquet", mapping, work=tmp_path) is None


def test_equal_times_with_ids_of_two_lengths_go_the_general_way(tmp_path: Path) -> None:
    """As texts 10 stands before 9; read directly the file's order would stand."""
    tied = [{**row, "time": START} for row in rows(7, 7, ids=(9, 10))]
    assert plain_of(tmp_path / "log.parquet", tied, GOOD, tmp_path) is None
    steps = ("ask", "ask", "buy")  # 11 is as long as 10, and both stand before 9
    far = [
        {**row, "time": START, "activity": step}
        for row, step in zip(rows(7, 7, 7, ids=(9, 10, 11)), steps, strict=True)
    ]
    assert plain_of(tmp_path / "far.parquet", far, GOOD, tmp_path) is None
    apart = [{**row, "time": START} for row in rows(7, 7, ids=(10, 11))]
    assert plain_of(tmp_path / "apart.parquet", apart, GOOD, tmp_path) is not None
