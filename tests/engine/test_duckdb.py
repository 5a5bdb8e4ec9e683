"""DuckDB answers and writes, and has no way out of the directories it was given."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tillit.engine.duckdb_engine import duckdb_engine
from tillit.engine.parts import map_parts
from tillit.engine.statement import Statement
from tillit.errors import EngineError


def statement(text: str, *parameters: str) -> Statement:
    return Statement("made_up", "one row", ("numbers",), parameters, text)


def test_parameters_are_bound_and_never_pasted(tmp_path: Path) -> None:
    with duckdb_engine([tmp_path], spill=tmp_path / "spill") as engine:
        engine.offer("numbers", pa.table({"name": ["Ana", "x' or true --"], "n": [1, 2]}))
        found = engine.fetch(statement("select n from numbers where name = :name", "name"), {"name": "x' or true --"})
    assert found.to_pylist() == [{"n": 2}]


def test_rows_are_written_by_partition_and_read_back(tmp_path: Path) -> None:
    """The folder's name has a quotation mark in it."""
    folder = tmp_path / "Ana's files"
    folder.mkdir()
    pq.write_table(pa.table({"n": [1, 2, 3, 4]}), folder / "numbers.parquet")
    with duckdb_engine([folder], spill=tmp_path / "spill") as engine:
        engine.offer("numbers", [folder / "numbers.parquet"])
        halves = statement("select n, n % :by as rest from numbers", "by")
        engine.write(halves, {"by": 2}, to=folder / "halves", partition_by="rest")
        engine.offer("odd", sorted((folder / "halves" / "rest=1").glob("*.parquet")))
        assert engine.fetch(statement("select sum(n) as total from odd"), {}).to_pylist() == [{"total": 4}]


@pytest.mark.parametrize(
    "way_out",
    [
        "select * from read_csv('{outside}')",
        "select * from '{outside}'",
        "select * from read_text('/etc/hostname')",
        "select * from read_parquet('https://example.com/x.parquet')",
        "copy (select 1) to '{outside}.copy'",
        "attach '{outside}.db'",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "set allowed_directories = ['/']",
        "select * from python_variable",
    ],
)
def test_there_is_no_way_out(tmp_path: Path, way_out: str) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside.csv"
    inside.mkdir()
    outside.write_text("n\n1\n", encoding="utf-8")
    python_variable = pa.table({"n": [1]})
    with duckdb_engine([inside], spill=inside / "spill") as engine, pytest.raises(EngineError, match=r"made_up\.sql"):
        engine.fetch(statement(way_out.format(outside=outside)), {})
    assert python_variable.num_rows == 1
    assert not Path(f"{outside}.copy").exists()


def test_files_outside_are_not_offered(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    pq.write_table(pa.table({"n": [1]}), tmp_path / "outside.parquet")
    with duckdb_engine([tmp_path / "inside"], spill=tmp_path / "inside" / "spill") as engine:
        with pytest.raises(EngineError, match="numbers"):
            engine.offer("numbers", [tmp_path / "outside.parquet"])
        with pytest.raises(EngineError, match="no file was named"):
            engine.offer("numbers", [])


def test_parts_are_answered_in_their_order() -> None:
    assert map_parts(lambda number: number * number, range(20)) == [number * number for number in range(20)]
    with pytest.raises(ZeroDivisionError):
        map_parts(lambda number: 1 // number, [2, 1, 0])
