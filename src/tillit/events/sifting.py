"""Telling new events from those the log has, whatever the number of either: an anti-join on (source, event_id)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from tillit.engine.duckdb_engine import DuckDBEngine, duckdb_engine
from tillit.engine.statement import load_statement
from tillit.events.contract import EVENT_SCHEMA
from tillit.events.segments import parquet_file

UNMET_SCHEMA = pa.schema([("origin_row", pa.int64()), ("event_id", pa.string()), ("activity", pa.string())])
_PACKAGE = "tillit.events"
_MEMORY_LIMIT = "768MB"
_BATCH_ROWS = 65_536
_NONE_KNOWN = pa.table({"source": pa.array([], pa.string()), "event_id": pa.array([], pa.string()), "same": []}).cast(
    pa.schema([("source", pa.string()), ("event_id", pa.string()), ("same", pa.bool_())])
)


class Sifting:
    """Staged events laid beside the committed ones: which the log has, and whether it says the same of them."""

    def __init__(self, engine: DuckDBEngine, staged: Sequence[Path]) -> None:
        """`engine` has the tables `staged_events` and `known`; made by `sifting`."""
        self._engine = engine
        self._staged = staged

    @property
    def known(self) -> tuple[int, int]:
        """How many staged events the log has with the same content, and how many with other content."""
        rows = self._engine.fetch(load_statement(_PACKAGE, "known_counts"), {}).to_pylist()
        counts = {row["same"]: row["events"] for row in rows}
        return counts.get(True, 0), counts.get(False, 0)

    def batches(self, parts: Sequence[Path], schema: pa.Schema) -> Iterator[tuple[pa.Table, pa.Table]]:
        """The rows of these parts (events, or links of staged events) in stretches: the new ones and the known ones."""
        if not parts:
            return
        self._engine.offer("staged", parts)
        for batch in self._engine.stream(load_statement(_PACKAGE, "sifted"), {}, batch_rows=_BATCH_ROWS):
            rows = pa.Table.from_batches([batch])
            is_new = pc.is_null(rows["same"])
            rows = rows.select(schema.names).cast(schema)
            yield rows.filter(is_new), rows.filter(pc.invert(is_new))

    def write_unmet_rows(self, path: Path) -> tuple[int, int]:
        """Write the rows of the file that brought nothing new because of a conflict, for the rejected file.

        Args:
            path: A Parquet file to write, UNMET_SCHEMA.

        Returns:
            Rows all of whose events are duplicates, and rows with at least one conflict; no event of either is new.
        """
        rows = conflicts = 0
        with parquet_file(path, UNMET_SCHEMA) as writer:
            if self._staged:
                statement = load_statement(_PACKAGE, "unmet_rows")
                for batch in self._engine.stream(statement, {}, batch_rows=_BATCH_ROWS):
                    table = pa.Table.from_batches([batch])
                    conflicting = table.filter(pc.greater(table["conflicts"], 0))
                    writer.write_table(conflicting.select(UNMET_SCHEMA.names).cast(UNMET_SCHEMA))
                    rows += table.num_rows
                    conflicts += conflicting.num_rows
        return rows - conflicts, conflicts


@contextmanager
def sifting(staged: Sequence[Path], committed: Sequence[Path], *, work: Path) -> Iterator[Sifting]:
    """Lay staged event files beside committed ones; what does not fit in memory goes to `work`.

    Each (source, event_id) stands once in the staged files and once in the committed ones.
    """
    matched = work / "known"
    shutil.rmtree(matched, ignore_errors=True)
    folders = sorted({path.parent for path in (*staged, *committed)} | {work})
    with duckdb_engine(folders, spill=work / "spill", memory_limit=_MEMORY_LIMIT) as engine:
        engine.offer("staged_events", staged or EVENT_SCHEMA.empty_table())
        found: list[Path] = []
        if staged and committed:
            engine.offer("committed_events", committed)
            engine.write(load_statement(_PACKAGE, "known"), {}, to=matched, partition_by="part")
            found = sorted(matched.glob("part=*/*.parquet"))
        engine.offer("known", found or _NONE_KNOWN)
        yield Sifting(engine, staged)
    shutil.rmtree(matched, ignore_errors=True)
