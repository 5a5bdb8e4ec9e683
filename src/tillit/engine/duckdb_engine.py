"""DuckDB as the engine: in memory, over Parquet, within a limit, and with no door out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from tillit.engine.dialect import for_duckdb
from tillit.engine.protocol import Value
from tillit.engine.statement import Statement
from tillit.errors import EngineError

MEMORY_LIMIT = "1GB"  # beyond it DuckDB spills to its directory; builds of 50M events stay within 2 GB in all


class DuckDBEngine:
    """An `Engine` on one in-memory DuckDB connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def offer(self, name: str, rows: pa.Table | Sequence[Path]) -> None:
        self._connection.unregister(name)
        if isinstance(rows, pa.Table):
            self._connection.register(name, rows)
            return
        if not rows:
            raise EngineError(f"no file was named for the table '{name}'")
        try:
            # The list is bound when the relation is made; a view over it could not keep a parameter.
            relation = self._connection.read_parquet([str(path) for path in rows], union_by_name=True)
            relation.create_view(name, replace=True)
        except duckdb.Error as refused:
            raise EngineError(f"cannot read the files of '{name}': {refused}") from refused

    def fetch(self, statement: Statement, parameters: Mapping[str, Value]) -> pa.Table:
        try:
            relation = self._connection.sql(for_duckdb(statement.text), params=dict(parameters))
            return relation.to_arrow_table()
        except duckdb.Error as refused:
            raise EngineError(f"{statement.name}.sql was refused: {refused}") from refused

    def stream(
        self, statement: Statement, parameters: Mapping[str, Value], *, batch_rows: int
    ) -> Iterator[pa.RecordBatch]:
        """Run a statement and bring its rows here a stretch at a time, in bounded memory.

        Raises:
            EngineError: As for `fetch`.
        """
        try:
            relation = self._connection.sql(for_duckdb(statement.text), params=dict(parameters))
            yield from relation.to_arrow_reader(batch_rows)
        except duckdb.Error as refused:
            raise EngineError(f"{statement.name}.sql was refused: {refused}") from refused

    def write(self, statement: Statement, parameters: Mapping[str, Value], *, to: Path, partition_by: str) -> None:
        text = for_duckdb(statement.text)
        # Path and column are ours, not a user's; `copy` cannot bind them.
        target = str(to).replace("'", "''")
        options = f"format parquet, compression lz4, partition_by ({partition_by})"
        try:
            self._connection.execute(f"copy (\n{text}\n) to '{target}' ({options})", dict(parameters))
        except duckdb.Error as refused:
            raise EngineError(f"{statement.name}.sql was refused: {refused}") from refused


@contextmanager
def duckdb_engine(
    directories: Sequence[Path], *, spill: Path, memory_limit: str = MEMORY_LIMIT
) -> Iterator[DuckDBEngine]:
    """An engine that may touch these directories and nothing else on this machine or outside it.

    Args:
        directories: Where its files are read and written.
        spill: Where it may put what does not fit in memory.
        memory_limit: As DuckDB writes it, "1GB".
    """
    connection = duckdb.connect(":memory:")
    try:
        connection.execute("set autoinstall_known_extensions = false")
        connection.execute("set python_enable_replacements = false")
        connection.execute("set preserve_insertion_order = false")
        connection.execute("set enable_progress_bar = false")  # it would write into a terminal that is not its own
        connection.execute(f"set memory_limit = '{memory_limit}'")
        connection.execute(f"set temp_directory = '{_quoted(spill)}'")
        allowed = ", ".join(f"'{_quoted(directory)}/'" for directory in (*directories, spill))
        connection.execute(f"set allowed_directories = [{allowed}]")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        yield DuckDBEngine(connection)
    finally:
        connection.close()


def _quoted(path: Path) -> str:
    return str(path.resolve()).replace("'", "''")
