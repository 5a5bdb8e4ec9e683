"""A table that is read whole and whose columns have types: decisions, leads, lists. As spreadsheets save it, too."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from tillit.errors import FileError
from tillit.events.read_csv import CsvReader
from tillit.events.reading import open_reader
from tillit.sentences import sentence

_DECIMAL_COMMA = r"^\s*[-+]?\d+,\d+\s*$"


def read_flat_table(path: Path, *, texts_can_be_null: bool = False) -> pa.Table:
    """A table from Parquet, or from CSV in any encoding and with any separator that files of events may have.

    Numbers may have a decimal comma where columns are separated by something else.

    Args:
        path: The file; CSV has a header, and may be packed by gzip.
        texts_can_be_null: Whether an empty cell among texts is null rather than an empty text.

    Raises:
        FileError: It is not there, is something else, or a row is not as long as the header.
    """
    reader = open_reader(path)
    if reader.format == "parquet":
        return pq.read_table(path)
    options = pa.csv.ConvertOptions(strings_can_be_null=texts_can_be_null)
    if isinstance(reader, CsvReader) and reader.is_plain:
        try:
            return pa.csv.read_csv(path, convert_options=options)
        except pa.ArrowInvalid as error:
            raise FileError(
                sentence("{file} cannot be read as CSV: {found}", file=path.name, found=str(error))
            ) from None
    cells = text_table(path)
    options.decimal_point = "," if any(_has_decimal_comma(column) for column in cells.columns) else "."
    written = io.BytesIO()
    pa.csv.write_csv(cells, written)
    written.seek(0)
    return pa.csv.read_csv(written, convert_options=options)


def text_table(path: Path) -> pa.Table:
    """The cells of a CSV as they stand; raises as `read_flat_table`."""
    found = open_reader(path)
    if not isinstance(found, CsvReader):
        raise FileError(sentence("{file} is no CSV with a row of column names. Export it as CSV.", file=path.name))
    chunks = list(found)
    for chunk in chunks:
        for row in chunk.broken:
            raise FileError(sentence("{file}, row {row}: {reason}", file=path.name, row=row.row, reason=row.reason))
    tables = [chunk.table for chunk in chunks]
    empty = pa.table({name: pa.array([], pa.string()) for name in found.columns})
    return pa.concat_tables(tables) if tables else empty


def _has_decimal_comma(column: pa.ChunkedArray) -> bool:
    return bool(pc.any(pc.match_substring_regex(column, _DECIMAL_COMMA)).as_py())
