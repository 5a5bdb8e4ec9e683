"""Whole blocks of delimited text as tables, where it is certain that the careful reader would say the same.

Pyarrow's parser is six times faster than the csv module but forgives what ours must name: open quotes, stray quotes,
ragged rows, lone carriage returns. So each block is first looked over as bytes; any doubt, and it is not parsed here.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as arrow_csv

LONGEST_LINE = 131_072  # bytes; a longer line may hold a cell that the careful reader refuses

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]


def clean_table(text: str, columns: Sequence[str], *, delimiter: str) -> pa.Table | None:
    """The rows of a block of whole lines, or None where they need the careful reader.

    Args:
        text: Lines as they stand in the file, with their ends; the last may have none.
        columns: Names of the columns; every row must have as many cells.
        delimiter: One ASCII character.

    Returns:
        A table of strings, cell by cell what `csv.reader(…, strict=True)` gives; blank lines are no rows.
    """
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError:
        return None  # bytes that were no text in the file's encoding
    if data.startswith(codecs.BOM_UTF8):
        return None  # pyarrow would take it for the mark of a file
    if not data.endswith(b"\n"):
        data += b"\n"
    rows = _certain_rows(np.frombuffer(data, dtype=np.uint8), len(columns), ord(delimiter))
    if not rows:
        return None
    try:
        table = arrow_csv.read_csv(
            io.BytesIO(data),
            read_options=arrow_csv.ReadOptions(
                column_names=list(columns), use_threads=False, block_size=len(data) + 1, encoding="utf8"
            ),
            parse_options=arrow_csv.ParseOptions(delimiter=delimiter),
            convert_options=arrow_csv.ConvertOptions(
                column_types={name: pa.string() for name in columns}, null_values=[], strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    return table.combine_chunks() if table.num_rows == rows else None


def _certain_rows(data: Bytes, width: int, delimiter: int) -> int:
    """How many rows lines of plain or plainly quoted cells have; 0 where there is anything else, or no row."""
    ends = np.flatnonzero(data == ord("\n"))
    starts = np.concatenate(([0], ends[:-1] + 1))
    returns = np.flatnonzero(data == ord("\r"))
    if (data == 0).any() or (data[returns + 1] != ord("\n")).any() or int((ends - starts).max()) >= LONGEST_LINE:
        return 0
    delimiters = np.flatnonzero(data == delimiter)
    quotes = np.flatnonzero(data == ord('"'))
    if quotes.size:
        if not _are_plain(data, quotes, ends, delimiter):
            return 0
        delimiters = delimiters[np.searchsorted(quotes, delimiters) % 2 == 0]  # the others stand inside quotes
    blank = (ends == starts) | ((ends == starts + 1) & (data[starts] == ord("\r")))
    cells = np.diff(np.searchsorted(delimiters, ends), prepend=0) + 1
    return 0 if (cells[~blank] != width).any() else int((~blank).sum())


def _are_plain(data: Bytes, quotes: Places, ends: Places, delimiter: int) -> bool:
    """Whether quotes stand in pairs around whole cells, with neither a quote nor the end of a line between them."""
    if quotes.size % 2:
        return False
    opening, closing = quotes[0::2], quotes[1::2]
    before, after = data[opening - 1], data[closing + 1]  # the byte before the first is the last: an end of line
    opens = (before == delimiter) | (before == ord("\n"))
    closes = (after == delimiter) | (after == ord("\n")) | (after == ord("\r"))
    within_lines = np.searchsorted(ends, opening) == np.searchsorted(ends, closing)
    return bool(opens.all() and closes.all() and within_lines.all())
