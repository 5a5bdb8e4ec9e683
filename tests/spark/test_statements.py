"""Every statement of the core gives on Spark the rows that it gives on DuckDB."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import tillit
from tillit.engine.duckdb_engine import duckdb_engine
from tillit.engine.on_spark import SparkEngine
from tillit.engine.protocol import Engine, Value
from tillit.engine.statement import Statement, parse_statement
from tillit.events.contract import CONTACT_SCHEMA, EVENT_SCHEMA, LINK_SCHEMA
from tillit.events.told import WORD_LISTS

pytestmark = pytest.mark.spark

ANA, BO, CY = (name.encode().ljust(16, b".") for name in ("ana", "bo", "cy"))


def event(number: int, who: bytes = ANA, **told: Any) -> dict[str, Any]:
    usual = {
        "event_id": f"e{number}",
        "source": "web",
        "occurred_at": 1_767_600_000_000_000 + number // 2,
        "sequence": 0,
        "received_at": 0,
        "clock_skew": 0,
        "subject": who,
        "subject_kind": "customer",
        "activity": "product_viewed",
        "channel": "web",
        "function": "sales",
        "actor": "customer",
        "origin_row": number,
    }
    return {**dict.fromkeys(EVENT_SCHEMA.names), **usual, **told}


def link(number: int, who: bytes, kind: str) -> dict[str, Any]:
    ends = {"left": ANA, "left_kind": "customer", "right": who, "right_kind": kind}
    return {**ends, "rule": "row", "event_id": f"e{number}", "source": "web", "occurred_at": 0}


EVENTS = pa.Table.from_pylist(
    [
        event(1, properties='{"screen": "A", "size": "L"}'),
        event(2, BO, amount_minor=12_300, currency="SEK", object="o-1"),
        event(3, CY, source="till", subject_kind="loyalty"),
        event(4, BO, properties='{"screen": "B"}', sequence=-1),
        event(4, CY, origin_row=9),
        event(2, BO, amount_minor=12_300, currency="SEK", object="o-1", origin_row=10),
    ],
    EVENT_SCHEMA,
)
STAFFED = pa.Table.from_pylist(
    [
        event(1),
        event(2, BO, channel="store", place="Malmö", amount_minor=9_900, currency="SEK", object="o-2"),
        event(3, BO, properties='{"opened": "receipt"}'),
        event(4, CY, channel="support", actor="person", function="service", properties='{"n": 1}'),
        event(5, CY, channel="delivery", actor="person", function="logistics"),
        event(6, channel="counter 2", place="Lund", occurred_at=1_772_323_199_999_999),
    ],
    EVENT_SCHEMA,
)
LATER = pa.Table.from_pylist(
    [event(2, BO, amount_minor=12_300, currency="NOK", object="o-1"), event(3, CY, source="till"), event(4, CY)],
    EVENT_SCHEMA,
)
LINKS = pa.Table.from_pylist(
    [link(1, BO, "email"), link(1, CY, "phone"), link(2, CY, "anonymous"), link(2, ANA, "anonymous")], LINK_SCHEMA
)
CONTACTS = pa.Table.from_pylist(
    [{"subject": who, "kind": "name", "value": name} for who, name in ((ANA, "Ana"), (b"d" * 16, "Dag"))],
    CONTACT_SCHEMA,
)
MAILS = pa.Table.from_pylist(
    [
        event(1, activity="email_sent", occurred_at=1_000_007),
        *(event(n, activity="email_clicked", occurred_at=1_000_007 + n * 1_000) for n in range(2, 6)),
        event(6, BO, activity="campaign_received", occurred_at=1_000_007),
        event(7, BO, activity="email_opened", occurred_at=1_000_008, properties='{"agent": "a program"}'),
        event(8, BO, activity="email_clicked", occurred_at=90_000_000),
        *(event(n, CY, activity="page_viewed", occurred_at=n, subject_kind="anonymous") for n in range(9, 14)),
        event(14, CY, activity="page_viewed", occurred_at=99, properties='{"webdriver": "true"}'),
    ],
    EVENT_SCHEMA,
)
KNOWN = pa.table({"source": ["web", "web", "till"], "event_id": ["e1", "e4", "e3"], "same": [True, False, True]})
SUSPECTS = pa.table(
    {
        "file": pa.array([0, 0, 0, 1, 1, 1, 1], pa.int32()),
        "rule": pa.array([0, 0, 0, 0, 0, 0, 1], pa.int32()),
        "kind": ["derived", "derived", "given", "given", "once", "once", "given"],
        "source": ["web"] * 7,
        "event_id": ["a", "a", "b", "b", "c", "c", "b"],
        "origin_row": pa.array([1, 2, 3, 1, 2, 3, 4], pa.int64()),
        "said": pa.array([5, 5, 2**63 + 6, 7, 8, 8, 2**63 + 6], pa.uint64()),
    }
)
REFUSED = pa.table(
    {
        "file": pa.array([1, 0], pa.int32()),
        "origin_row": pa.array([3, 9], pa.int64()),
        "event_id": ["c", "e4"],
        "first_file": pa.array([0, 0], pa.int32()),
        "first_row": pa.array([2, 4], pa.int64()),
    }
)
SETTLED = pa.table(
    {
        "file": pa.array([0, 0, 0, 1, 1, 1], pa.int32()),
        "rule": pa.array([0, 0, 0, 0, 0, 1], pa.int32()),
        "origin_row": pa.array([2, 3, 4, 1, 3, 3], pa.int64()),
        "event_id": ["a-2", "b", "d", "b", "c", "b"],
        "first_file": pa.array([0, 0, 0, 0, 1, 1], pa.int32()),
        "first_row": pa.array([1, 1, 3, 3, 2, 1], pa.int64()),
        "outcome": ["kept", "conflict", "duplicate", "conflict", "further", "conflict"],
    }
)
ROW_EVENTS = pa.table(
    {"file": pa.array([0, 0, 0, 1, 1], pa.int32()), "origin_row": pa.array([3, 3, 4, 1, 3], pa.int64())}
)
PERSONS = pa.table({"person": pa.array([1, 2, 3]), "events": pa.array([1, 1, 1]), "oldest_subject": [ANA, BO, CY]})


@dataclass(frozen=True, slots=True)
class Case:
    """What a statement reads; columns whose values are each engine's own are compared by which of them are equal."""

    tables: dict[str, pa.Table]
    parameters: dict[str, Value] = field(default_factory=dict)
    own_values: tuple[str, ...] = ()


CASES: dict[str, Case] = {
    "changed_drafts": Case({"settled": SETTLED}),
    "conflicting_rows": Case({"refused": REFUSED}, {"file": 0}),
    # A log has no id twice; the order of rows that are alike in all of it would be any.
    "exported_events": Case(
        {"events": EVENTS.slice(0, 4), "links": LINKS}, {"source": "web", "subject_kind": "customer"}
    ),
    "exported_groups": Case({"events": EVENTS}),
    "exported_keys": Case({"events": EVENTS}, {"source": "web", "subject_kind": "customer"}),
    "kept_contacts": Case({"contacts": CONTACTS, "final_events": EVENTS, "final_links": LINKS}),
    "known": Case({"staged_events": LATER, "committed_events": EVENTS}),
    "known_counts": Case({"known": KNOWN}),
    "mail_clicks": Case({"events": MAILS, "robots": pa.table({"source": ["web", "web"], "event_id": ["e2", "e7"]})}),
    "one_repeated": Case({"drafts": EVENTS}),
    "persons_by_pseudonym": Case({"persons": PERSONS}, {"hex_prefix": ""}),
    "refusable": Case({"settled": SETTLED}),
    "refused_events": Case({"part": EVENTS, "refused": REFUSED}, {"file": 0, "rule": 1}),
    "repeated": Case({"drafts": EVENTS}),
    "robots": Case(
        {"events": MAILS},
        {
            "instant_micros": 500,
            "delivery_micros": 60_000_000,
            "burst_micros": 10_000,
            "burst_clicks": 3,
            "stay_micros": 60_000_000,
            "rush_micros": 1_000,
            "rush_pages": 5,
        },
    ),
    "row_events": Case({"part": EVENTS, "settled": SETTLED}, {"file": 0}),
    "row_outcomes": Case({"settled": SETTLED, "row_events": ROW_EVENTS}),
    "settled": Case({"suspects": SUSPECTS, "refused": REFUSED}),
    "settled_stretch": Case({"settled": SETTLED}, {"file": 0, "rule": 0, "first_row": 3, "last_row": 4}),
    "sifted": Case({"staged": LATER, "known": KNOWN}),
    # Each engine hashes in its own way; both must call the same rows alike.
    "suspects": Case(
        {"part": EVENTS, "repeated": pa.table({"event_id": ["e2", "e4"]})},
        {"file": 0, "rule": 0, "kind": "given"},
        own_values=("said",),
    ),
    "told_events": Case(
        {
            "events": STAFFED,
            "shown_places": pa.table({"place": ["Malmö"], "shown": ["all shops"]}),
            **{name: pa.table({"name": sorted(words)}) for name, words in WORD_LISTS.items()},
        },
        {"salt": "s"},
    ),
    "unmet_rows": Case({"staged_events": LATER, "known": KNOWN}),
}


def statements() -> Iterator[Statement]:
    """Every statement in a folder `sql` of the core."""
    for path in sorted(Path(tillit.__file__).parent.rglob("sql/*.sql")):
        yield parse_statement(path.read_text(encoding="utf-8"), name=path.stem)


def test_no_statement_is_left_out() -> None:
    assert sorted(found.name for found in statements()) == sorted(CASES), "a statement without a comparison on Spark"


@pytest.mark.parametrize("statement", list(statements()), ids=lambda found: found.name)
def test_the_same_rows(statement: Statement, session: Any, tmp_path: Path) -> None:
    with duckdb_engine([tmp_path], spill=tmp_path / "spill") as here:
        expected = rows(here, statement)
    assert expected, "nothing is compared"
    found = rows(SparkEngine(session), statement)
    if "order by" not in statement.text.rpartition(")")[2]:
        expected, found = (sorted(each, key=repr) for each in (expected, found))
    assert found == expected


def rows(engine: Engine, statement: Statement) -> list[dict[str, Any]]:
    case = CASES[statement.name]
    assert set(statement.reads) <= set(case.tables)
    for name, table in case.tables.items():
        engine.offer(name, table)
    found: list[dict[str, Any]] = engine.fetch(statement, case.parameters).to_pylist()
    for column in case.own_values:
        numbers: dict[Any, int] = {}
        for row in sorted(found, key=lambda row: row["origin_row"]):
            row[column] = numbers.setdefault(row[column], len(numbers))
    return found
