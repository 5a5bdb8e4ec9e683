"""Tables of `path, conversions, value, nulls`, the form that programs for attribution exchange."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from itertools import chain
from pathlib import Path
from typing import TextIO

from tillit.credit.not_touchpoints import left_out
from tillit.credit.paths import Paths, Way, paths_of
from tillit.errors import FileError
from tillit.events.currencies import UNNAMED

SEPARATOR = ">"
DELIMITERS = (",", ";", "\t")  # spreadsheets of countries with a decimal comma write semicolons
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "path": ("path",),
    "conversions": ("conversions", "total_conversions"),
    "value": ("value", "total_conversion_value"),
    "nulls": ("nulls", "total_null"),
}
NEEDED = ("path", "conversions")
MINOR = 100  # a table names no currency; its values are read as whole units with two decimals of minor ones


def read_path_tables(files: Sequence[Path], *, own_domains: Sequence[str] = ()) -> tuple[Paths, frozenset[str]]:
    """The paths of one or several tables, CSV or CSV packed by gzip; equal paths are added up.

    Columns are separated by comma, semicolon or tab; but for commas, a number may have a decimal comma.

    Args:
        files: Each with a header; columns in any order, others are passed over. An empty path is a way without touch.
        own_domains: Hosts of the company, no touchpoints.

    Returns:
        The paths, and the names in the tables that are no touchpoints and were passed over.

    Raises:
        FileError: A file is not there, or a row cannot be read as what its column says; the message names both.
    """
    ways = [way for file in files for way in _ways(file)]
    dropped = left_out({name for way in ways for name in way.touches}, by="channel", own_domains=own_domains)
    kept = (replace(way, touches=tuple(name for name in way.touches if name not in dropped)) for way in ways)
    return paths_of(kept), dropped - {""}


def _ways(file: Path) -> Iterator[Way]:
    if not file.is_file():
        raise FileError(f"There is no file {file}. Check the spelling, or the folder you are in.")
    try:
        with _opened(file) as lines:
            first = lines.readline()
            delimiter = max(DELIMITERS, key=first.count)
            rows = csv.reader(chain([first], lines), delimiter=delimiter)
            column_of = _columns(file, next(rows, []))
            for row in rows:
                if row:
                    yield _way(
                        row, column_of, f"{file}, line {rows.line_num}", decimal="." if delimiter == "," else ","
                    )
    except (UnicodeDecodeError, gzip.BadGzipFile, EOFError, csv.Error) as error:
        raise FileError(f"{file} cannot be read as a CSV file in UTF-8: {error}. Export it again as CSV.") from error


def _opened(file: Path) -> TextIO:
    if file.suffix == ".gz":
        return gzip.open(file, "rt", encoding="utf-8-sig", newline="")
    return file.open(encoding="utf-8-sig", newline="")


def _columns(file: Path, header: Sequence[str]) -> dict[str, int]:
    names = [name.strip().lower() for name in header]
    found = {
        column: names.index(spelling)
        for column, spellings in COLUMNS.items()
        for spelling in spellings
        if spelling in names
    }
    missing = [column for column in NEEDED if column not in found]
    if missing:
        raise FileError(
            f"{file} has no column {' and no column '.join(missing)}; "
            f"its first line is {', '.join(header) or 'empty'}. "
            "A table of paths has path, conversions and, where known, value and nulls."
        )
    return found


def _way(row: Sequence[str], column_of: Mapping[str, int], where: str, *, decimal: str) -> Way:
    if len(row) <= max(column_of.values()):
        raise FileError(f"{where} has {len(row)} cells, fewer than the header. Mend or remove the line.")
    touches = tuple(name.strip() for name in row[column_of["path"]].split(SEPARATOR))
    conversions, nulls = (
        _whole(row[column_of[name]], name, where) if name in column_of else Decimal(0)
        for name in ("conversions", "nulls")
    )
    value = {}
    if "value" in column_of:
        value[UNNAMED] = float(MINOR * _number(row[column_of["value"]], "value", where, decimal=decimal))
    return Way(
        touches,
        int(conversions),
        int(nulls),
        value,
    )


def _whole(cell: str, name: str, where: str) -> Decimal:
    number = _read(cell)
    if not number.is_finite() or number < 0 or number != number.to_integral_value():
        raise _unreadable(cell, name, where, "a whole number from 0")
    return number


def _number(cell: str, name: str, where: str, *, decimal: str) -> Decimal:
    number = _read(cell.replace(decimal, "."))
    if not number.is_finite():
        raise _unreadable(cell, name, where, "a number")
    return number


def _read(cell: str) -> Decimal:
    try:
        return Decimal(cell.strip() or 0)
    except InvalidOperation:
        return Decimal("nan")


def _unreadable(cell: str, name: str, where: str, wanted: str) -> FileError:
    return FileError(
        f"{where}: {cell.strip()!r} stands for {name}; {wanted} was expected. Mend the line and run again."
    )
