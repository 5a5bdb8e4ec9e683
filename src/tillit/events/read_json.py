"""JSON Lines: one object a line, plain or as Segment writes its calls.

Numbers keep the digits they were written with: a price never becomes a float. Nested objects become columns named
`outer.inner`, one level deep; what lies deeper stays JSON text.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

from tillit.errors import FileError
from tillit.events.chunks import BrokenRow, RawChunk
from tillit.events.json_lines import flatten, numbered_lines, parse_line, unwritable
from tillit.events.loose_rows import OTHER, LooseRow, LooseTable
from tillit.events.packed import InputFile
from tillit.events.segment import ALWAYS, is_segment_call, segment_cells

_SHOWN_CHARACTERS = 2_000
_SNIFFED_ROWS = 20


class JsonLinesReader:
    """Reads a file of JSON Lines as chunks of text cells.

    Raises:
        FileError: The file is no JSON Lines; the message says what it is and how to convert it.
    """

    def __init__(self, path: Path) -> None:
        self._file = InputFile(path)
        self._name = path.name
        self._segment = self._is_segment()
        self._table = LooseTable(self._rows, always=ALWAYS if self._segment else ())
        if not self._table.has_rows:
            raise FileError(f"{self._name} is empty: there is not one JSON object in it. Export it again.")

    @property
    def format(self) -> str:
        return "segment" if self._segment else "jsonl"

    @property
    def columns(self) -> tuple[str, ...]:
        return self._table.columns

    @property
    def notes(self) -> tuple[str, ...]:
        found = "Segment calls, one a line" if self._segment else "JSON Lines, one object a line"
        late = f"The file is long: keys that only appear far into it are kept together in the column {OTHER}."
        return (f"{found}, UTF-8.", *([late] if OTHER in self.columns else []))

    @property
    def total_bytes(self) -> int:
        return self._file.total_bytes

    def position(self) -> int:
        return self._file.position()

    def __iter__(self) -> Iterator[RawChunk]:
        return iter(self._table)

    def _is_segment(self) -> bool:
        """Whether the first readable objects are Segment calls; refuses what is no JSON Lines at all."""
        read = refused = 0
        with self._file.open_bytes() as stream:
            for number, line in numbered_lines(stream):
                if number == 1 and line.lstrip().startswith(b"["):
                    raise FileError(
                        f"{self._name} is one JSON array, not one object a line. "
                        f"Convert it with: jq -c '.[]' {self._name} > {Path(self._name).stem}.jsonl"
                    )
                parsed = parse_line(line)
                if isinstance(parsed, dict):
                    return is_segment_call(parsed)
                read, refused = read + 1, refused + 1
                if refused == 1:
                    first = parsed
                if read == _SNIFFED_ROWS:
                    raise FileError(
                        f"{self._name} begins with a brace but none of its first {read} lines is a JSON object "
                        f"(line 1: {first}). Write one object a line, without line breaks inside it."
                    )
        if refused:
            raise FileError(
                f"{self._name} holds no JSON object that stands on one line (line 1: {first}). "
                f"Convert it with: jq -c . {self._name} > {Path(self._name).stem}.jsonl"
            )
        return False

    def _rows(self) -> Generator[LooseRow, None, None]:
        cells_of = segment_cells if self._segment else flatten
        row = 0
        with self._file.open_bytes() as stream:
            for number, line in numbered_lines(stream):
                row += 1
                parsed = parse_line(line)
                problem = parsed if isinstance(parsed, str) else None
                if isinstance(parsed, dict):
                    cells = cells_of(parsed)
                    problem = unwritable(cells) if b"\\u" in line else None
                    if problem is None:
                        yield cells
                        continue
                text = line[:_SHOWN_CHARACTERS].decode("utf-8", "replace").strip()
                yield BrokenRow(row, "json", f"Line {number}: {problem}.", (text,))
