"""What the rooms above ask of an engine: three verbs for sets. Order inside one person is for kernels, not for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from tillit.engine.statement import Statement

Value = int | float | str | bytes | None


class Engine(Protocol):
    """Runs statements over named tables."""

    def offer(self, name: str, rows: pa.Table | Sequence[Path]) -> None:
        """Give a table (or Parquet files that together are one) the name by which statements read it.

        Raises:
            EngineError: No file was named, or one cannot be read.
        """
        ...

    def fetch(self, statement: Statement, parameters: Mapping[str, Value]) -> pa.Table:
        """Run a statement and bring its rows here.

        Raises:
            EngineError: The engine refused it; the message names the statement.
        """
        ...

    def write(self, statement: Statement, parameters: Mapping[str, Value], *, to: Path, partition_by: str) -> None:
        """Run a statement into Parquet files under `to/COLUMN=VALUE/`, in bounded memory.

        Raises:
            EngineError: As for `fetch`; or `to` lies outside the directories the engine may touch.
        """
        ...
