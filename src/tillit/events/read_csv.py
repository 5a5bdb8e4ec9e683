"""Read delimited text, row by row and in bounded memory; what is not a row is named and kept, never dropped.

The standard csv module in strict mode does the parsing, but for blocks so plain that pyarrow certainly reads the same
(`csv_blocks`). A quote that is never closed costs the one line it opened in: the lines it swallowed are read again.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa

from tillit.errors import FileError
from tillit.events.chunks import ROWS_PER_CHUNK, BrokenRow, RawChunk
from tillit.events.csv_blocks import clean_table
from tillit.events.encoding import TextFile
from tillit.events.headers import unique_names
from tillit.sentences import Sentence, sentence

DELIMITERS = {
    ",": sentence("comma"),
    ";": sentence("semicolon"),
    "\t": sentence("tab"),
    "|": sentence("vertical bar"),
}
SAMPLE_CHARACTERS = 65_536
SAMPLE_ROWS = 200
BLOCK_CHARACTERS = 4 << 20
LONGEST_FIELD = 131_072  # characters; a longer one is a quote that was never closed
# Each quote never closed re-reads what it swallowed; a file of nothing else would take for ever.
MOST_OPEN_QUOTES = 1_000
MOST_NULS_IN_HEAD = 8


_Record: TypeAlias = tuple[list[str], tuple[str, Sentence] | None]  # its cells, or its first line and why it is none


class CsvReader:
    """A delimited text file. The delimiter and the encoding are found out and said in `notes`.

    Raises:
        FileError: There is no header, or it is no text; said on opening, with what to do.
    """

    format = "csv"

    def __init__(self, path: Path, *, block_characters: int = BLOCK_CHARACTERS) -> None:
        """`block_characters` is what is held of the file at a time; tests make it small."""
        self._text = TextFile(path)
        self._block_characters = block_characters
        self._name = path.name
        with self._text.open_text() as file:
            sample = file.read(SAMPLE_CHARACTERS)
        if sample.count("\x00") > MOST_NULS_IN_HEAD:
            raise FileError(
                sentence("{file} is not text: it holds NUL characters. Export it as CSV in UTF-8.", file=path.name)
            )
        self.delimiter, self._lines_before_header = _dialect(sample)
        header = next((found[0] for found in self._stretches() if isinstance(found, tuple) and found[0]), None)
        if header is None or not any(cell.strip() for cell in header):
            raise FileError(
                sentence("{file} has no row of column names. Export it with its header row.", file=path.name)
            )
        if _fault(header, len(header)) is not None:
            raise FileError(
                sentence(
                    "{file} has column names that are no text: {names}. Export it as UTF-8.",
                    file=path.name,
                    names=ascii(header)[:100],
                )
            )
        self.columns, renamed = unique_names(header)
        self._notes = [
            sentence(
                "Read as CSV: {encoding}, columns separated by {delimiter}.",
                encoding=self._text.encoding.label,
                delimiter=DELIMITERS[self.delimiter],
            ),
            *renamed,
        ]

    @property
    def is_plain(self) -> bool:
        """Whether it is UTF-8 with commas, each column of another name, so that any program reads it alike."""
        is_utf8 = self._text.encoding.codec in ("utf-8", "utf-8-sig")
        return is_utf8 and self.delimiter == "," and not self._lines_before_header and len(self._notes) == 1

    @property
    def notes(self) -> tuple[Sentence, ...]:
        return tuple(self._notes)

    @property
    def total_bytes(self) -> int:
        return self._text.total_bytes

    def position(self) -> int:
        return self._text.position()

    def __iter__(self) -> Iterator[RawChunk]:
        rows: list[list[str]] = []
        broken: list[BrokenRow] = []
        first, number, width = 1, 0, len(self.columns)
        stretches = self._stretches()
        for found in stretches:  # up to and with the header
            if isinstance(found, tuple) and found[0]:
                break
        for found in stretches:
            if isinstance(found, pa.Table):
                if rows or broken:
                    yield self._chunk(rows, first, broken)
                    rows, broken = [], []
                for start in range(0, found.num_rows, ROWS_PER_CHUNK):
                    yield RawChunk(found.slice(start, ROWS_PER_CHUNK), number + start + 1)
                number += found.num_rows
                first = number + 1
                continue
            cells, fault = found
            if not cells and fault is None:
                continue  # a blank line is no row
            number += 1
            if fault is None:
                if len(cells) > width and not any(cells[width:]):
                    cells = cells[:width]  # a delimiter too many at the end of the line
                fault = _fault(cells, width)
            if fault is None:
                rows.append(cells)
            else:
                code, reason = fault
                broken.append(BrokenRow(number, code, reason, tuple(cells)))
            if number - first + 1 == ROWS_PER_CHUNK:
                yield self._chunk(rows, first, broken)
                rows, broken, first = [], [], number + 1
        if rows or broken:
            yield self._chunk(rows, first, broken)

    def _chunk(self, rows: list[list[str]], first: int, broken: list[BrokenRow]) -> RawChunk:
        columns = zip(*rows, strict=True) if rows else ((),) * len(self.columns)
        arrays = [pa.array(column, pa.string()) for column in columns]
        return RawChunk(pa.Table.from_arrays(arrays, names=list(self.columns)), first, tuple(broken))

    def _stretches(self) -> Iterator[pa.Table | _Record]:
        """Blocks of the file as tables where they are plain, else every record."""
        with self._text.open_text() as file:
            for _ in range(self._lines_before_header):
                file.readline()
            # A short block first: the header needs the careful way, and what is read with it.
            lines = _Lines(file, SAMPLE_CHARACTERS, self._block_characters)
            csv.field_size_limit(LONGEST_FIELD)
            open_quotes, header_given = 0, False
            while True:
                if header_given and (block := lines.block()):
                    table = clean_table(block, self.columns, delimiter=self.delimiter)
                    if table is not None:
                        lines.skip_block()
                        yield table
                        continue
                # After an error the parser starts afresh with the lines that were put back.
                records = csv.reader(lines, delimiter=self.delimiter, strict=True)
                try:
                    for cells in records:
                        lines.taken.clear()
                        yield cells, None
                        header_given = header_given or bool(cells)
                        if lines.at_block_end:
                            break
                    else:
                        return
                except csv.Error as error:
                    opened = lines.taken[0]
                    open_quotes += 1
                    if open_quotes > MOST_OPEN_QUOTES:
                        raise FileError(
                            sentence(
                                "{file} has over {most:,} rows with a quotation mark that is not closed or not "
                                "doubled. Export it again with quotation marks doubled inside quoted cells.",
                                file=self._name,
                                most=MOST_OPEN_QUOTES,
                            )
                        ) from error
                    lines.put_back()
                    yield [opened.rstrip("\r\n")], ("quote", _quote_reason(error))


class _Lines:
    """Lines of a file, block by block, that remember what the current record took, so that they can be given again."""

    def __init__(self, file: io.TextIOWrapper, first_characters: int, characters: int) -> None:
        self._file = file
        self._next_characters = min(first_characters, characters)
        self._characters = characters
        self._block = ""
        self._lines = io.StringIO()
        self._again: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._lines.readline()
        if not line:
            self._read_block()
            line = self._lines.readline()
            if not line:
                raise StopIteration
        self.taken.append(line)
        return line

    @property
    def at_block_end(self) -> bool:
        """Whether every line that was read from the file was given."""
        return not self._again and self._lines.tell() == len(self._block)

    def block(self) -> str:
        """The next lines of the file together, of which none was given yet; nothing where that cannot be."""
        if self.at_block_end:
            self._read_block()
        return self._block if not self._again and self._lines.tell() == 0 else ""

    def skip_block(self) -> None:
        """Go on behind the block."""
        self._block = ""
        self._lines = io.StringIO()

    def _read_block(self) -> None:
        self._block = self._file.read(self._next_characters) + self._file.readline()
        self._lines = io.StringIO(self._block, newline="")
        self._next_characters = self._characters

    def put_back(self) -> None:
        """Give all lines of the current record again but its first."""
        self._again.extendleft(reversed(self.taken[1:]))
        self.taken.clear()


def _quote_reason(error: csv.Error) -> Sentence:
    if "expected after" in str(error):
        return sentence(
            "A quotation mark stands inside a quoted cell without being doubled, or the one before was never closed. "
            'Write it as "" inside quotes.'
        )
    return sentence(
        "A quotation mark opens a cell and is never closed. Close it, or double it where it belongs to the text."
    )


def _fault(cells: list[str], width: int) -> tuple[str, Sentence] | None:
    """Why these cells are no row of this file; None when they are."""
    if len(cells) != width:
        return (
            "ragged",
            sentence(
                "The row has {cells} cells, the header has {columns}. "
                "Quote cells that contain the delimiter or a line break.",
                cells=len(cells),
                columns=width,
            ),
        )
    joined = "".join(cells)
    if joined.isascii() and "\x00" not in joined:
        return None
    if "\x00" in joined:
        return "nul", sentence("The row holds a NUL character, which no text has. Export the file again.")
    if any("\udc80" <= character <= "\udcff" for character in joined):
        return "encoding", sentence(
            "The row holds bytes that are no text in the file's encoding. Export the file as UTF-8."
        )
    return None


def _dialect(sample: str) -> tuple[str, int]:
    """The delimiter that cuts the sample into the most columns of one width, and the lines before the header."""
    first = sample.partition("\n")[0]
    mark = first.strip().strip('"')
    if (mark.lower().startswith("sep=") and mark[4:5] in DELIMITERS) or first.rstrip("\r\n") == "sep=\t":
        return mark[4:5] or "\t", 1  # what Excel writes to itself
    if len(sample) == SAMPLE_CHARACTERS and "\n" in sample:
        sample = sample[: sample.rindex("\n")]
    scores = {delimiter: _score(sample, delimiter) for delimiter in DELIMITERS}
    return max(DELIMITERS, key=lambda delimiter: scores[delimiter]), 0


def _score(sample: str, delimiter: str) -> tuple[float, int]:
    """Share of rows as wide as the header, and that width; a delimiter that is not there scores nothing."""
    widths: list[int] = []
    try:
        for record in csv.reader(sample.splitlines(keepends=True), delimiter=delimiter):
            if record:
                widths.append(len(record))
            if len(widths) == SAMPLE_ROWS:
                break
    except csv.Error:
        pass  # judged by the rows before the fault, which `_records` will name
    if not widths or widths[0] == 1:
        return 0.0, 0
    return round(widths.count(widths[0]) / len(widths), 1), widths[0]
