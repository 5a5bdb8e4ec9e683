"""What Spark is asked to do beyond statements and kernels, and what is said where it cannot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tillit.engine.on_spark import SparkEngine, SparkParts
from tillit.engine.statement import Statement
from tillit.errors import EngineError

pytestmark = pytest.mark.spark


def statement(text: str, *parameters: str) -> Statement:
    return Statement("made_up", "one row", ("numbers",), parameters, text)


def test_rows_are_written_by_partition_and_read_back(session: Any, tmp_path: Path) -> None:
    """As the test of the same name for DuckDB; the second file has a column that the first one lacks."""
    engine = SparkEngine(session)
    pq.write_table(pa.table({"n": [1, 2]}), tmp_path / "one.parquet")
    pq.write_table(pa.table({"n": [3, 4], "who": pa.array([b"x" * 16, None], pa.binary(16))}), tmp_path / "two.parquet")
    engine.offer("numbers", [tmp_path / "one.parquet", tmp_path / "two.parquet"])
    halves = statement("select n, who, n % :by as rest from numbers", "by")
    engine.write(halves, {"by": 2}, to=tmp_path / "halves", partition_by="rest")
    engine.offer("odd", sorted((tmp_path / "halves" / "rest=1").glob("*.parquet")))
    found = engine.fetch(statement("select n, who from odd order by n"), {})
    assert found.to_pylist() == [{"n": 1, "who": None}, {"n": 3, "who": b"x" * 16}]


def test_parameters_are_bound_and_never_pasted(session: Any) -> None:
    engine = SparkEngine(session)
    engine.offer("numbers", pa.table({"name": ["Ana", "x' or true --"], "n": [1, 2]}))
    found = engine.fetch(statement("select n from numbers where name = :name", "name"), {"name": "x' or true --"})
    assert found.to_pylist() == [{"n": 2}]


def test_a_refused_statement_is_named(session: Any) -> None:
    with pytest.raises(EngineError, match=r"made_up\.sql.*nowhere"):
        SparkEngine(session).fetch(statement("select * from nowhere"), {})
    with pytest.raises(EngineError, match="no file was named for the table 'numbers'"):
        SparkEngine(session).offer("numbers", [])


def test_parts_are_answered_in_their_order(parts: SparkParts) -> None:
    """Answers come back with their arrays, in one part inside the other too, which runs where the outer one does."""
    found = parts(lambda n: (n, np.arange(n), parts(lambda m: m + n, [1, 2])), range(5))
    assert [(number, array.tolist(), inner) for number, array, inner in found] == [
        (n, list(range(n)), [n + 1, n + 2]) for n in range(5)
    ]
    assert parts(lambda n: n, []) == []


def test_a_task_that_fails_says_why(parts: SparkParts) -> None:
    with pytest.raises(EngineError, match="ZeroDivisionError"):
        parts(lambda n: 1 // n, [1, 0])
