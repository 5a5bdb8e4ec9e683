"""Parquet keeps its types and is read group by group."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tillit.errors import FileError
from tillit.events.read_parquet import ParquetReader
from tillit.events.reading import open_reader


def written(tmp_path: Path, table: pa.Table, *, group: int = 1_000) -> Path:
    path = tmp_path / "events.parquet"
    pq.write_table(table, path, row_group_size=group)
    return path


def test_types_stay_and_row_numbers_run_through_the_groups(tmp_path: Path) -> None:
    times = [datetime(2025, 3, 1, 10, tzinfo=UTC)] * 2_500
    table = pa.table({"n": list(range(2_500)), "at": pa.array(times, pa.timestamp("us", "UTC")), "v": [1.5] * 2_500})
    reader = open_reader(written(tmp_path, table))
    chunks = list(reader)
    assert reader.format == "parquet"
    assert reader.columns == ("n", "at", "v")
    assert pa.concat_tables([chunk.table for chunk in chunks]).equals(table)
    assert [number for chunk in chunks for number in chunk.row_numbers().tolist()] == list(range(1, 2_501))
    assert 0 < reader.position() <= reader.total_bytes
    assert sum(chunk.rows for chunk in reader) == 2_500  # a second time from the start


def test_structs_open_one_level_and_what_stays_nested_is_json(tmp_path: Path) -> None:
    table = pa.table({"who": [{"id": "ana", "tags": ["x", "y"]}, None], "list": [[1, 2], None]})
    (chunk,) = ParquetReader(written(tmp_path, table))
    assert chunk.table.to_pylist() == [
        {"who.id": "ana", "who.tags": '["x", "y"]', "list": "[1, 2]"},
        {"who.id": None, "who.tags": None, "list": None},
    ]


def test_a_damaged_file_is_told_before_or_while_reading(tmp_path: Path) -> None:
    path = written(tmp_path, pa.table({"text": [f"value {n}" for n in range(5_000)]}))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FileError, match="cut off, damaged or encrypted"):
        ParquetReader(path)
    path.write_bytes(whole[:4_000] + b"\xff" * 9_000 + whole[13_000:])
    with pytest.raises(FileError, match="cut off, damaged or encrypted"):
        list(ParquetReader(path))


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (pa.table({"a": pa.array([], pa.string())}), "no rows"),
        (pa.table([[1], [2]], names=["a", "a"]), "more than once"),
        (pa.table({"a": [{"b": 1}], "a.b": [2]}), "more than once"),
    ],
)
def test_what_cannot_be_used_is_refused(tmp_path: Path, table: pa.Table, said: str) -> None:
    with pytest.raises(FileError, match=said):
        ParquetReader(written(tmp_path, table))
