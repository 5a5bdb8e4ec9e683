"""Plain blocks read all at once: the same rows as the csv module gives, or none at all."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tillit.events.chunks import BrokenRow
from tillit.events.csv_blocks import clean_table
from tillit.events.read_csv import CsvReader

pieces = st.sampled_from(
    ["a", "å", "\u2028", "\x0b", "\ufeff", " ", "'", "\\", '"', '"', ",", ",", ";", "\r", "\x00", "\udcff"]
)
ends = st.sampled_from(["\n", "\n", "\r\n", "\n\n"])
lines = st.lists(st.tuples(st.lists(pieces, max_size=6).map("".join), ends).map("".join), max_size=5).map("".join)
quoted = st.sampled_from(['"a",b\n', '"a,b",\n', 'å,"x"\r\n', "1,2\n", ",\n", '"",""\n'])
plain_lines = st.lists(quoted, min_size=1, max_size=5).map("".join)


@given(lines | plain_lines, st.integers(1, 3))
@example('"a\n', 1)
@example('""\n', 1)
@example("\n", 1)
@example(" \na\n", 1)
@example("\ufeffa,b\n", 2)
def test_a_block_is_what_the_csv_module_says_or_left_to_it(text: str, width: int) -> None:
    columns = [f"c{number}" for number in range(width)]
    table = clean_table(text, columns, delimiter=",")
    if table is None:
        return
    wanted = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    assert [list(row.values()) for row in table.to_pylist()] == wanted
    assert all(len(row) == width for row in wanted)


@given(plain_lines)
def test_plain_blocks_are_read_all_at_once(text: str) -> None:
    assert clean_table(text, ["a", "b"], delimiter=",") is not None


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@given(text=st.lists(plain_lines | lines, max_size=8).map("".join), block=st.integers(1, 40))
def test_the_size_of_the_blocks_does_not_matter(end: str, text: str, block: int) -> None:
    whole = f"a,b{end}" + text.replace("\udcff", "").replace("\x00", "x")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        path.write_bytes(whole.encode())
        cut, uncut = (read(CsvReader(path, block_characters=size)) for size in (block, 1 << 20))
    assert cut == uncut


def read(reader: CsvReader) -> tuple[list[tuple[int, tuple[str, ...]]], list[BrokenRow]]:
    """Every row with its number, and the broken ones."""
    rows: list[tuple[int, tuple[str, ...]]] = []
    broken: list[BrokenRow] = []
    for chunk in reader:
        cells = (tuple(row.values()) for row in chunk.table.to_pylist())
        rows += zip(chunk.row_numbers().tolist(), cells, strict=True)
        broken += chunk.broken
    return rows, broken
