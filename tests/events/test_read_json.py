"""JSON Lines become chunks of text cells; a line that is no object is a broken row with its reason."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tillit.errors import FileError
from tillit.events.chunks import BrokenRow
from tillit.events.read_json import JsonLinesReader


def read(path: Path) -> tuple[list[dict[str, str | None]], list[BrokenRow]]:
    """All rows and all broken rows of a file, with a check that their numbers are what the protocol promises."""
    rows: list[dict[str, str | None]] = []
    broken: list[BrokenRow] = []
    seen: list[int] = []
    for chunk in JsonLinesReader(path):
        rows += chunk.table.to_pylist()
        broken += chunk.broken
        seen += [*chunk.row_numbers().tolist(), *(row.row for row in chunk.broken)]
    assert sorted(seen) == list(range(1, len(seen) + 1))
    return rows, broken


def written(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "events.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_numbers_keep_their_digits_and_objects_open_one_level(tmp_path: Path) -> None:
    line = '{"kund": "Ana", "belopp": 10.10, "antal": 3, "ny": true, "tom": null, '
    line += '"var": {"butik": "Malmö", "x": {"y": 1.50}}}'
    rows, broken = read(written(tmp_path, line))
    assert not broken
    assert rows == [
        {
            "kund": "Ana",
            "belopp": "10.10",
            "antal": "3",
            "ny": "true",
            "var.butik": "Malmö",
            "var.x": '{"y": 1.50}',
        }
    ]


def test_blank_lines_are_no_rows_and_a_missing_key_is_an_empty_cell(tmp_path: Path) -> None:
    rows, _ = read(written(tmp_path, '{"a": "1"}', "", "   ", '{"b": "2"}'))
    assert rows == [{"a": "1", "b": None}, {"a": None, "b": "2"}]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"a": 1', "it is no JSON"),
        ("null", "it is null, not an object"),
        ("[1, 2]", "it is an array, not an object"),
        ("17", "it is a number, not an object"),
        ('"text"', "it is a text, not an object"),
        ('{"a": NaN}', "NaN is no JSON number"),
        ('{"a": -Infinity}', "-Infinity is no JSON number"),
        ('{"a": 1, "a": 2}', "the key 'a' stands in it twice"),
        ('{"a": {"b": 1, "b": 2}}', "the key 'b' stands in it twice"),
        ('{"a": "\\ud800"}', "half a surrogate pair"),
        ('{"a": "x\\u0000y"}', "a NUL character"),
        ('{"a": "tab\there"}', "it is no JSON"),
        ('{"a": ' + "[" * 60 + "]" * 60 + "}", "nested deeper than 50"),
        ('{"a": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested deeper than 50"),
    ],
)
def test_a_line_that_is_no_object_is_broken_and_its_number_is_told(tmp_path: Path, line: str, said: str) -> None:
    rows, broken = read(written(tmp_path, '{"a": "good"}', "", line, '{"a": "good too"}'))
    assert [row["a"] for row in rows] == ["good", "good too"]
    assert [row.row for row in broken] == [2]
    assert broken[0].reason.startswith("Line 3: ")
    assert said in broken[0].reason


def test_a_number_of_5000_digits_is_text_like_any_other(tmp_path: Path) -> None:
    rows, broken = read(written(tmp_path, '{"a": ' + "9" * 5_000 + "}"))
    assert not broken
    assert rows == [{"a": "9" * 5_000}]


def test_bytes_that_are_no_utf8_break_their_line_only(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes('{"a": "Åsa"}\n'.encode() + '{"a": "Åsa"}\n'.encode("cp1252") + b'{"a": "Bo"}\n')
    rows, broken = read(path)
    assert [row["a"] for row in rows] == ["Åsa", "Bo"]
    assert "not UTF-8" in broken[0].reason


def test_a_key_that_appears_late_is_kept_under_other(tmp_path: Path) -> None:
    lines = ['{"a": "1"}'] * 65_537 + ['{"a": "2", "late": "x", "other": "y"}']
    rows, _ = read(written(tmp_path, *lines))
    assert len(rows) == 65_538
    assert rows[0] == {"a": "1", "other": None}
    assert rows[-1]["a"] == "2"
    assert json.loads(rows[-1]["other"] or "") == {"late": "x", "other": "y"}


def test_iterating_twice_starts_again_and_progress_ends_at_the_size(tmp_path: Path) -> None:
    reader = JsonLinesReader(written(tmp_path, *(f'{{"a": "{n}"}}' for n in range(10))))
    first = [chunk.table.num_rows for chunk in reader]
    assert first == [chunk.table.num_rows for chunk in reader] == [10]
    assert reader.position() == reader.total_bytes > 0


def test_gzip_is_read_as_it_is_and_its_damage_is_told(tmp_path: Path) -> None:
    packed = gzip.compress(b"".join(b'{"a": "%d"}\n' % n for n in range(50_000)))
    path = tmp_path / "events.jsonl.gz"
    path.write_bytes(packed)
    assert len(read(path)[0]) == 50_000
    path.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(FileError, match="cut off or damaged"):
        read(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'[{"a": 1}, {"a": 2}]', "one JSON array"),
        (b'{\n  "a": 1\n}\n', "no JSON object that stands on one line"),
        (b"\n \n", "empty"),
        ('{"a": 1}\n'.encode("utf-16"), "UTF-16"),
    ],
)
def test_what_is_no_json_lines_is_refused_with_what_to_do(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(content)
    with pytest.raises(FileError, match=said):
        read(path)
