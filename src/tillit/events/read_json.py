"""JSON Lines: one object a line, plain or as Segment writes its calls.

Numbers keep the digits they were written with: a price never becomes a float. Nested objects become columns named
`outer.inner`, one level deep; what lies deeper stays JSON text.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

from tillit.errors import FileError
from tillit.events.chunks import BrokenRow
from tillit.events.json_lines import flatten, numbered_lines, parse_line, unwritable
from tillit.events.loose_rows import OTHER, LooseReader, LooseRow, LooseTable
from tillit.events.packed import InputFile
from tillit.events.segment import ALWAYS, is_segment_call, segment_cells
from tillit.sentences import Sentence, sentence

_SHOWN_CHARACTERS = 2_000
_SNIFFED_ROWS = 20


class JsonLinesReader(LooseReader):
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
            raise FileError(
                sentence("{file} is empty: there is not one JSON object in it. Export it again.", file=self._name)
            )

    @property
    def format(self) -> str:
        return "segment" if self._segment else "jsonl"

    @property
    def notes(self) -> tuple[Sentence, ...]:
        segment = sentence("Segment calls, one a line, UTF-8.")
        plain = sentence("JSON Lines, one object a line, UTF-8.")
        late = sentence(
            "The file is long: keys that only appear far into it are kept together in the column {column}.",
            column=OTHER,
        )
        return (segment if self._segment else plain, *([late] if OTHER in self.columns else []))

    def _is_segment(self) -> bool:
        """Whether the first readable objects are Segment calls; refuses what is no JSON Lines at all."""
        read = refused = 0
        with self._file.open_bytes() as stream:
            for number, line in numbered_lines(stream):
                if number == 1 and line.lstrip().startswith(b"["):
                    raise FileError(
                        sentence(
                            "{file} is one JSON array, not one object a line. "
                            "Convert it with: jq -c '.[]' {file} > {stem}.jsonl",
                            file=self._name,
                            stem=Path(self._name).stem,
                        )
                    )
                parsed = parse_line(line)
                if isinstance(parsed, dict):
                    return is_segment_call(parsed)
                read, refused = read + 1, refused + 1
                if refused == 1:
                    first = parsed
                if read == _SNIFFED_ROWS:
                    raise FileError(
                        sentence(
                            "{file} begins with a brace but none of its first {lines} lines is a JSON object "
                            "(line 1: {found}). Write one object a line, without line breaks inside it.",
                            file=self._name,
                            lines=read,
                            found=first,
                        )
                    )
        if refused:
            raise FileError(
                sentence(
                    "{file} holds no JSON object that stands on one line (line 1: {found}). "
                    "Convert it with: jq -c . {file} > {stem}.jsonl",
                    file=self._name,
                    found=first,
                    stem=Path(self._name).stem,
                )
            )
        return False

    def _rows(self) -> Generator[LooseRow, None, None]:
        cells_of = segment_cells if self._segment else flatten
        row = 0
        with self._file.open_bytes() as stream:
            for number, line in numbered_lines(stream):
                row += 1
                parsed = parse_line(line)
                if isinstance(parsed, Sentence):
                    problem = parsed
                else:
                    cells = cells_of(parsed)
                    unfit = unwritable(cells) if b"\\u" in line else None
                    if unfit is None:
                        yield cells
                        continue
                    problem = unfit
                text = line[:_SHOWN_CHARACTERS].decode("utf-8", "replace").strip()
                reason = sentence("Line {line}: {problem}.", line=number, problem=problem)
                yield BrokenRow(row, "json", reason, (text,))
