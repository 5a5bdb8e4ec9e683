"""XES logs become one row an event, without the employees and without trusting the XML."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tillit.errors import FileError
from tillit.events.read_xes import XesReader
from tillit.events.reading import open_reader

LOG = """<?xml version="1.0" encoding="UTF-8" ?>
<log xes.version="1.0" xmlns="http://www.xes-standard.org/">
  <global scope="event"><string key="concept:name" value="UNKNOWN"/></global>
  <string key="concept:name" value="the log's own name"/>
  <trace>
    <string key="concept:name" value="Ana"/>
    <int key="amount" value="20000"/>
    <event>
      <string key="org:resource" value="112"/>
      <string key="concept:name" value="A_SUBMITTED"/>
      <date key="time:timestamp" value="2011-10-01T00:38:44.546+02:00"/>
      <string key="lifecycle:transition" value="COMPLETE"/>
    </event>
    <event>
      <string key="concept:name" value="Köp &amp; betala"><string key="concept:name" value="nested"/></string>
      <date key="time:timestamp" value="2011-10-01T00:39:37+02:00"/>
    </event>
  </trace>
  <trace>
    <event><string key="concept:name" value="B"/></event>
    <string key="concept:name" value="Bo, named after the event"/>
  </trace>
</log>
"""


def rows(path: Path) -> list[dict[str, str | None]]:
    return [row for chunk in open_reader(path) for row in chunk.table.to_pylist()]


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "log.xes"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_event_has_its_own_attributes_and_those_of_its_trace(tmp_path: Path) -> None:
    keys = ("case:concept:name", "case:amount", "concept:name", "time:timestamp", "lifecycle:transition")
    expected = [
        ("Ana", "20000", "A_SUBMITTED", "2011-10-01T00:38:44.546+02:00", "COMPLETE"),
        ("Ana", "20000", "Köp & betala", "2011-10-01T00:39:37+02:00", None),
        ("Bo, named after the event", None, "B", None, None),
    ]
    assert rows(written(tmp_path, LOG)) == [dict(zip(keys, row, strict=True)) for row in expected]


def test_employees_are_left_out_and_the_notes_say_so(tmp_path: Path) -> None:
    reader = XesReader(written(tmp_path, LOG))
    assert not [name for name in reader.columns if "resource" in name]
    assert any("org:resource names employees" in note for note in reader.notes)


def test_gzip_gives_the_same_rows(tmp_path: Path) -> None:
    path = tmp_path / "log.xes.gz"
    path.write_bytes(gzip.compress(LOG.encode()))
    assert rows(path) == rows(written(tmp_path, LOG))


def test_a_prefix_on_the_elements_changes_nothing(tmp_path: Path) -> None:
    prefixed = LOG.replace("<log ", '<x:log xmlns:x="http://www.xes-standard.org/" ').replace("</log>", "</x:log>")
    prefixed = prefixed.replace("<trace>", "<x:trace>").replace("</trace>", "</x:trace>")
    assert rows(written(tmp_path, prefixed)) == rows(written(tmp_path, LOG))


def test_a_trace_longer_than_a_chunk_is_read_to_its_end(tmp_path: Path) -> None:
    events = "".join(f'<event><int key="n" value="{n}"/></event>' for n in range(70_000))
    log = f'<log><trace><string key="concept:name" value="Cy"/>{events}</trace></log>'
    found = rows(written(tmp_path, log))
    assert [row["n"] for row in found] == [str(n) for n in range(70_000)]
    assert {row["case:concept:name"] for row in found} == {"Cy"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('<!DOCTYPE log [<!ENTITY x SYSTEM "file:///etc/passwd">]><log><trace>&x;</trace></log>', "document type"),
        ('<!DOCTYPE log SYSTEM "http://example.org/log.dtd"><log></log>', "document type"),
        ("<data><log></log></data>", "begins with <data>"),
        ("<log></log>", "without one event"),
        (LOG[: LOG.index("</event>")], "not well-formed XML at line"),
        (LOG.replace("Ana", "&ana;"), "not well-formed XML at line 6"),
        (LOG.replace("</trace>", "</track>", 1), "mismatched tag"),
        ("<log>" + "<list>" * 200 + "</list>" * 200 + "</log>", "over 100 deep"),
    ],
)
def test_what_is_no_honest_xes_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(FileError, match=said):
        rows(written(tmp_path, text))


def test_a_value_of_over_a_megabyte_breaks_its_event_only(tmp_path: Path) -> None:
    path = written(tmp_path, LOG.replace("COMPLETE", "x" * 1_100_000))
    (chunk,) = XesReader(path)
    assert [(row.row, row.reason.split(":")[0]) for row in chunk.broken] == [(1, "Line 12")]
    assert chunk.row_numbers().tolist() == [2, 3]
