"""Ids settled over all staged files: equal rows numbered, duplicates dropped, conflicts found, in bounded memory.

Nearly every import has no repeated id; then one aggregation over the ids is all that happens, and drafts are final.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tillit.engine.duckdb_engine import DuckDBEngine, duckdb_engine
from tillit.engine.protocol import Value
from tillit.engine.statement import load_statement
from tillit.events.contract import CONTACT_SCHEMA, EVENT_SCHEMA, LINK_SCHEMA
from tillit.events.parts import PartWriter

MEMORY_LIMIT = "512MB"
BATCH_ROWS = 65_536
ROW_SCHEMA = pa.schema([pa.field("origin_row", pa.int64(), nullable=False)])
_REPEATED = pa.schema([("event_id", pa.string())])
_SUSPECTS = pa.schema(
    [
        ("file", pa.int32()),
        ("rule", pa.int32()),
        ("kind", pa.string()),
        *(EVENT_SCHEMA.field(name) for name in ("source", "event_id", "origin_row")),
        ("said", pa.uint64()),
    ]
)
_OTHER_ROW = (pa.field("first_file", pa.int32()), pa.field("first_row", pa.int64()))
_OUTCOMES = pa.schema(
    [("file", pa.int32()), ("rule", pa.int32()), *ROW_SCHEMA, ("event_id", pa.string()), ("outcome", pa.string())]
)
_SETTLED = pa.schema([*_OUTCOMES, *_OTHER_ROW])
_ROW_EVENTS = pa.schema([("file", pa.int32()), *ROW_SCHEMA])
_CONFLICTS = pa.schema([*ROW_SCHEMA, ("event_id", pa.string()), *_OTHER_ROW])
_REFUSED = pa.schema([("file", pa.int32()), *_CONFLICTS])


class IdKind(StrEnum):
    """Where the ids of an `[[event]]` come from."""

    DERIVED = "derived"  # from the row's raw cells
    GIVEN = "given"  # from columns of the file
    ONCE = "once"  # from what several rows share


@dataclass(frozen=True, slots=True)
class Draft:
    """What one `[[event]]` gave from one file, rows in the file's order."""

    file: int
    rule: int
    kind: IdKind
    events: tuple[Path, ...]  # EVENT_SCHEMA
    links: tuple[Path, ...]  # LINK_SCHEMA
    link_rows: tuple[Path, ...]  # ROW_SCHEMA: the row of each link, part by part


@dataclass(frozen=True, slots=True)
class Settlement:
    """The final parts, and by file what became of rows that lost an event."""

    events: tuple[Path, ...]
    links: tuple[Path, ...]
    events_by_file: Mapping[int, int] = field(default_factory=dict)
    duplicates: Mapping[int, int] = field(default_factory=dict)  # rows all of whose events are there already
    further_lines: Mapping[int, int] = field(default_factory=dict)  # rows whose events an earlier row gave
    # By file, in order: origin_row of a row that was refused, an event_id, and the row (first_file, first_row) with it.
    conflicts: Mapping[int, tuple[Path, ...]] = field(default_factory=dict)


def settle(drafts: Sequence[Draft], *, work: Path) -> Settlement:
    """Give every event an id of its own within its source, and drop what is there already.

    Args:
        drafts: In the order of the files; of two equal events the earlier one stays.
        work: Where final parts are written if they differ from their drafts, and what does not fit in memory.
    """
    parts = [path for draft in drafts for path in draft.events]
    if not parts:
        return Settlement((), ())
    with duckdb_engine([work], spill=work / "spill", memory_limit=MEMORY_LIMIT) as engine:
        engine.offer("drafts", parts)
        repeated = _store(engine, work, "repeated", _REPEATED, {})
        if not repeated:
            links = tuple(path for draft in drafts for path in draft.links)
            return Settlement(tuple(parts), links, _events_by_file((draft.file, draft.events) for draft in drafts))
        engine.offer("repeated", repeated)
        engine.offer("suspects", _from_each_part(engine, work, "suspects", _SUSPECTS, drafts))
        _offer_settled(engine, work, drafts)
        row_events = _from_each_part(engine, work, "row_events", _ROW_EVENTS, drafts)
        engine.offer("row_events", row_events or _ROW_EVENTS.empty_table())
        outcomes = engine.fetch(load_statement("tillit.events", "row_outcomes"), {}).to_pylist()
        conflicting = {row["file"] for row in outcomes if row["outcome"] == "rejected"}
        rows = engine.fetch(load_statement("tillit.events", "changed_drafts"), {}).to_pylist()
        changed = {(row["file"], row["rule"]) for row in rows}
        rewritten = [draft if _key(draft) not in changed else _rewritten(engine, draft, work) for draft in drafts]
        return Settlement(
            events=tuple(path for draft in rewritten for path in draft.events),
            events_by_file=_events_by_file((draft.file, draft.events) for draft in rewritten),
            links=tuple(path for draft in rewritten for path in draft.links),
            duplicates={row["file"]: row["rows"] for row in outcomes if row["outcome"] == "duplicate"},
            further_lines={row["file"]: row["rows"] for row in outcomes if row["outcome"] == "further"},
            conflicts={
                file: _store(engine, work, "conflicting_rows", _CONFLICTS, {"file": file}) for file in conflicting
            },
        )


def _offer_settled(engine: DuckDBEngine, work: Path, drafts: Sequence[Draft]) -> None:
    """Offer suspects that do not stay as they are as `settled`, and the rows that contradict others as `refused`.

    A row is taken whole or refused whole. What it gave besides the contradiction goes with it, and then a later row
    may be right that repeats that: rows are refused round by round until those that stay agree.
    """
    refused: list[Path] = []
    single = all(draft.rule == 0 for draft in drafts)
    engine.offer("refused", _REFUSED.empty_table())
    while True:
        rounds = len(refused)
        settled = _store(engine, work, f"settled-{rounds}", _SETTLED, {}, statement="settled")
        engine.offer("settled", settled or _SETTLED.empty_table())
        found = _store(engine, work, f"refusable-{rounds}", _REFUSED, {}, statement="refusable")
        refused.extend(found)
        if refused:
            engine.offer("refused", refused)
        if single or not found:
            break  # with one event a row, what contradicts is refused and nothing else goes with it
    if refused and not single:
        with_refused = _from_each_part(engine, work, "refused_events", _OUTCOMES, drafts)
        engine.offer("settled", (*settled, *with_refused))


def _events_by_file(parts: Iterable[tuple[int, tuple[Path, ...]]]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for file, paths in parts:
        counts[file] = counts.get(file, 0) + sum(pq.read_metadata(path).num_rows for path in paths)
    return counts


def _store(
    engine: DuckDBEngine,
    work: Path,
    name: str,
    schema: pa.Schema,
    values: Mapping[str, Value],
    *,
    statement: str | None = None,
) -> tuple[Path, ...]:
    """Write what a statement (default: of the same name) answers into Parquet files; none if it answers nothing."""
    stem = "-".join([name, *map(str, values.values())])
    writer = PartWriter(work, stem, schema)
    _stream(engine, statement or name, schema, values, writer)
    return writer.close()


def _from_each_part(
    engine: DuckDBEngine, work: Path, name: str, schema: pa.Schema, drafts: Sequence[Draft]
) -> tuple[Path, ...]:
    """Put a statement that reads `part` to the events of every draft."""
    writer = PartWriter(work, name, schema)
    for draft in drafts:
        given: dict[str, Value] = {"file": draft.file, "rule": draft.rule, "kind": str(draft.kind)}
        values = {key: given[key] for key in load_statement("tillit.events", name).parameters}
        for path in draft.events:
            engine.offer("part", [path])
            _stream(engine, name, schema, values, writer)
    return writer.close()


def _stream(
    engine: DuckDBEngine, name: str, schema: pa.Schema, values: Mapping[str, Value], writer: PartWriter
) -> None:
    for batch in engine.stream(load_statement("tillit.events", name), values, batch_rows=BATCH_ROWS):
        writer.write(pa.Table.from_batches([batch]).select(schema.names).cast(schema))


def _key(draft: Draft) -> tuple[int, int]:
    return draft.file, draft.rule


def _rewritten(engine: DuckDBEngine, draft: Draft, work: Path) -> Draft:
    events, links = _rewrite_events(engine, draft, work), _rewrite_links(engine, draft, work)
    return replace(draft, events=events, links=links)


def _rewrite_events(engine: DuckDBEngine, draft: Draft, work: Path) -> tuple[Path, ...]:
    writer = PartWriter(work, f"settled-events-{draft.file:03}-{draft.rule:02}", EVENT_SCHEMA)
    for path in draft.events:
        for table in _row_groups(path):
            writer.write(_apply(engine, draft, table, table["origin_row"]))
        path.unlink()
    return writer.close()


def _rewrite_links(engine: DuckDBEngine, draft: Draft, work: Path) -> tuple[Path, ...]:
    writer = PartWriter(work, f"settled-links-{draft.file:03}-{draft.rule:02}", LINK_SCHEMA)
    for path, rows in zip(draft.links, draft.link_rows, strict=True):
        for table, origin in zip(_row_groups(path), _row_groups(rows), strict=True):
            writer.write(_apply(engine, draft, table, origin["origin_row"]))
        path.unlink()
    return writer.close()


def _row_groups(path: Path) -> Iterator[pa.Table]:
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            yield file.read_row_group(group)


def _apply(engine: DuckDBEngine, draft: Draft, table: pa.Table, origin: pa.ChunkedArray) -> pa.Table:
    """Drop the rows that were not kept and rename the events that got a number; `origin` ascends."""
    rows = origin.to_numpy()
    stretch: dict[str, Value] = {"first_row": int(rows[0]), "last_row": int(rows[-1])}
    values = {"file": draft.file, "rule": draft.rule, **stretch}
    settled = engine.fetch(load_statement("tillit.events", "settled_stretch"), values)
    if settled.num_rows == 0:
        return table
    known = settled["origin_row"].to_numpy()
    place = np.minimum(np.searchsorted(known, rows), known.size - 1)
    met = known[place] == rows
    kept = settled["outcome"].to_numpy(zero_copy_only=False)[place] == "kept"
    own = settled["event_id"].take(pa.array(place)).combine_chunks()
    drafted = table["event_id"].combine_chunks()
    ids = pc.if_else(pa.array(met), own, drafted)
    renamed = table.set_column(table.schema.get_field_index("event_id"), table.schema.field("event_id"), ids)
    return renamed.filter(pa.array(~met | kept))


def kept_contacts(settlement: Settlement, contacts: tuple[Path, ...], *, work: Path) -> tuple[Path, ...]:
    """The contacts without those that only refused rows named; the same files where no row was refused."""
    if not contacts or not settlement.conflicts:
        return contacts
    with duckdb_engine([work], spill=work / "spill", memory_limit=MEMORY_LIMIT) as engine:
        engine.offer("contacts", contacts)
        engine.offer("final_events", settlement.events or EVENT_SCHEMA.empty_table())
        engine.offer("final_links", settlement.links or LINK_SCHEMA.empty_table())
        kept = _store(engine, work, "kept_contacts", CONTACT_SCHEMA, {})
    for path in contacts:
        path.unlink()
    return kept
