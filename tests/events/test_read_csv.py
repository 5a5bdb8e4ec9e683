"""CSV as it really comes: encodings, delimiters, and rows that are no rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tillit.errors import FileError
from tillit.events.chunks import BrokenRow, Reader
from tillit.events.reading import open_reader


def read(tmp_path: Path, content: bytes) -> tuple[Reader, list[dict[str, str]], list[BrokenRow]]:
    path = tmp_path / "events.csv"
    path.write_bytes(content)
    reader = open_reader(path)
    chunks = list(reader)
    return reader, [row for c in chunks for row in c.table.to_pylist()], [b for c in chunks for b in c.broken]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_delimiter_in_every_encoding(tmp_path: Path, delimiter: str, codec: str) -> None:
    lines = [["kund", "händelse"], ["Ana", "köp på nätet"], ["Bo", "x,y;z|w"]]
    text = "\r\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in lines)
    reader, rows, broken = read(tmp_path, text.encode(codec))
    assert reader.columns == ("kund", "händelse")
    assert rows == [{"kund": "Ana", "händelse": "köp på nätet"}, {"kund": "Bo", "händelse": "x,y;z|w"}]
    assert broken == []


def test_the_first_foreign_letter_may_come_after_a_megabyte(tmp_path: Path) -> None:
    body = b"a,b\n" + b"x,y\n" * 400_000 + "z,blåbär\n".encode("cp1252")
    reader, rows, broken = read(tmp_path, body)
    assert rows[-1] == {"a": "z", "b": "blåbär"}
    assert len(rows) == 400_001
    assert broken == []
    assert "Windows-1252" in reader.notes[0]


def test_a_quote_never_closed_costs_one_row(tmp_path: Path) -> None:
    _, rows, broken = read(tmp_path, b'a,b\n1,x\n2,"open\n3,y\n4,z\n')
    assert [row["a"] for row in rows] == ["1", "3", "4"]
    assert [(b.row, b.code, b.cells) for b in broken] == [(2, "quote", ('2,"open',))]


def test_a_quote_closed_by_the_next_rows_quote_costs_one_row(tmp_path: Path) -> None:
    _, rows, broken = read(tmp_path, b'a,b\n1,x\n2,"open\n3,"y"\n4,z\n')
    assert [row["a"] for row in rows] == ["1", "3", "4"]
    assert [(b.row, b.code) for b in broken] == [(2, "quote")]


def test_row_numbers_skip_the_broken_rows(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"a,b\n1,x\n2\n3,y\n\n4,z,,\n5,z,w\n6,u\n")
    (chunk,) = open_reader(path)
    assert chunk.row_numbers().tolist() == [1, 3, 4, 6]
    assert [(b.row, b.code) for b in chunk.broken] == [(2, "ragged"), (5, "ragged")]
    assert "1 cells, the header has 2" in chunk.broken[0].reason


def test_line_breaks_inside_quotes_stay(tmp_path: Path) -> None:
    _, rows, _ = read(tmp_path, b'a,b\n1,"x\ny"\n2,z\n')
    assert rows == [{"a": "1", "b": "x\ny"}, {"a": "2", "b": "z"}]


def test_damaged_rows_of_an_utf8_file_are_named(tmp_path: Path) -> None:
    good = "år,ö\n" * 30
    _, rows, broken = read(tmp_path, "å,b\n".encode() + good.encode() + b"\xe5r,x\nz,\x00\n")
    assert len(rows) == 30
    assert [(b.row, b.code) for b in broken] == [(31, "encoding"), (32, "nul")]


def test_names_missing_or_repeated_are_made_and_said(tmp_path: Path) -> None:
    reader, rows, _ = read(tmp_path, b"a,,a,a (2)\n1,2,3,4\n")
    assert reader.columns == ("a", "column 2", "a (3)", "a (2)")
    assert rows[0]["a (3)"] == "3"
    assert len(reader.notes) == 3


def test_the_line_excel_writes_to_itself(tmp_path: Path) -> None:
    reader, rows, _ = read(tmp_path, b"sep=;\r\na;b\r\n1,5;2\r\n")
    assert reader.columns == ("a", "b")
    assert rows == [{"a": "1,5", "b": "2"}]


def test_a_header_alone_gives_no_chunk(tmp_path: Path) -> None:
    reader, rows, broken = read(tmp_path, b"a,b\n")
    assert (reader.columns, rows, broken) == (("a", "b"), [], [])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b" \r\n\r\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04....", "spreadsheet"),
        (b"\x89PNG\r\n", "PNG"),
        (b"<!DOCTYPE html><p>Sign in", "sign-in"),
        (b"<?xml version='1.0'?><rss/>", "XES"),
        (b"\x1f\x8b\x08broken", "damaged gzip"),
        (b"\x00\x01\x02\x00\x00\x05" * 40, "not text"),
        (b",,\n1,2,3\n", "no row of column names"),
    ],
)
def test_what_is_no_table_is_named_with_a_remedy(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(FileError, match=said):
        read(tmp_path, content)


def test_missing_files_and_folders(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no file"):
        open_reader(tmp_path / "gone.csv")
    with pytest.raises(FileError, match="folder"):
        open_reader(tmp_path)
