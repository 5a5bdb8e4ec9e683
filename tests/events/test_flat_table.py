"""A table with typed columns is read alike however a spreadsheet saved it."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tillit.errors import FileError
from tillit.events.flat_table import read_flat_table

ROWS = {"kund": ["Åsa", "Bo", None], "andel": [0.5, 1.25, None], "antal": [1, 2, 3]}
PLAIN = "kund,andel,antal\nÅsa,0.5,1\nBo,1.25,2\n,,3\n"
SWEDISH = PLAIN.replace(",", ";").replace(".", ",")


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        gzip.compress(PLAIN.encode()),
        PLAIN.encode("cp1252"),
        PLAIN.replace(",", "\t").encode("utf-16"),
        SWEDISH.encode(),
        SWEDISH.encode("utf-16"),
    ],
)
def test_the_same_table_comes_out_of_each(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / ("table.csv.gz" if content.startswith(b"\x1f\x8b") else "table.csv")
    path.write_bytes(content)
    assert read_flat_table(path, texts_can_be_null=True).to_pydict() == ROWS


def test_parquet_is_read_as_it_is(tmp_path: Path) -> None:
    pq.write_table(pa.table(ROWS), tmp_path / "table.parquet")
    assert read_flat_table(tmp_path / "table.parquet").to_pydict() == ROWS


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a;b\n1;2\n3\n", "row 2: The row has 1 cells"),
        (b"a,b\n1,2\n3\n", "cannot be read as CSV"),
        (b"", "is empty"),
        (b"PK\x03\x04book", "spreadsheet"),
        (b'{"a": 1}\n', "is no CSV"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "table.csv").write_bytes(content)
    with pytest.raises(FileError, match=said):
        read_flat_table(tmp_path / "table.csv")
