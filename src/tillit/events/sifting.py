"""Telling new events from those the log has, whatever the number of either: an anti-join on (source, event_id)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from tillit.events.segments import parquet_file

MEMORY_LIMIT = "768MB"
BATCH_ROWS = 65_536


class Sifting:
    """Staged parts laid beside the committed events. `known` holds, for each staged id the log has, whether it says
    the same; it spills to `work`, so memory does not grow with the log.

    Each (source, event_id) stands once in the staged parts and once in the committed ones.
    """

    def __init__(self, staged: Sequence[Path], committed: Sequence[Path], *, work: Path) -> None:
        self.staged = [str(path) for path in staged]
        self._connection = duckdb.connect(
            config={"memory_limit": MEMORY_LIMIT, "temp_directory": str(work / "spill"), "threads": 2}
        )
        self._connection.execute("create temp table known (source varchar, event_id varchar, same boolean)")
        if staged and committed:
            parameters = {"staged": self.staged, "committed": [str(path) for path in committed]}
            self._connection.execute(_statement("known_events"), parameters)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    @property
    def known(self) -> tuple[int, int]:
        """How many staged events the log has with the same content, and how many with other content."""
        counts = dict(self._connection.execute("select same, count(*) from known group by same").fetchall())
        return counts.get(True, 0), counts.get(False, 0)

    def batches(self, parts: Sequence[Path], schema: pa.Schema) -> Iterator[tuple[pa.Table, pa.Table]]:
        """The rows of these parts (events, or links of staged events) in stretches: the new ones and the known ones."""
        if not parts:
            return
        relation = self._connection.sql(_statement("sifted"), params={"staged": [str(path) for path in parts]})
        for batch in relation.to_arrow_reader(BATCH_ROWS):
            rows = pa.Table.from_batches([batch])
            is_new = pc.is_null(rows["same"])
            rows = rows.select(schema.names).cast(schema)
            yield rows.filter(is_new), rows.filter(pc.invert(is_new))

    def write_unmet_rows(self, path: Path) -> tuple[int, int]:
        """Write the rows of the file that brought nothing new because of a conflict, for the rejected file.

        Args:
            path: A Parquet file to write: origin_row, event_id, activity.

        Returns:
            Rows all of whose events are duplicates, and rows with at least one conflict; no event of either is new.
        """
        if not self.staged:
            return 0, 0
        relation = self._connection.sql(_statement("unmet_rows"), params={"staged": self.staged})
        rows = conflicts = 0
        schema = pa.schema([("origin_row", pa.int64()), ("event_id", pa.string()), ("activity", pa.string())])
        with parquet_file(path, schema) as writer:
            for batch in relation.to_arrow_reader(BATCH_ROWS):
                table = pa.Table.from_batches([batch])
                conflicting = table.filter(pc.greater(table["conflicts"], 0))
                writer.write_table(conflicting.select(schema.names).cast(schema))
                rows += table.num_rows
                conflicts += conflicting.num_rows
        return rows - conflicts, conflicts


def _statement(name: str) -> str:
    return Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8").replace(" :", " $").replace("(:", "($")
