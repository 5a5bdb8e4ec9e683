"""Open a file of events as what it is: the content decides, never the extension."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable
from pathlib import Path

from tillit.errors import FileError
from tillit.events.chunks import BrokenRow, RawChunk, Reader
from tillit.events.read_csv import CsvReader
from tillit.events.read_json import JsonLinesReader
from tillit.events.read_parquet import ParquetReader
from tillit.events.read_weblog import WeblogReader, is_weblog
from tillit.events.read_xes import XesReader
from tillit.sentences import Sentence, sentence

__all__ = ["BrokenRow", "RawChunk", "Reader", "open_reader", "sniff_format"]

HEAD_BYTES = 65_536
_GZIP = b"\x1f\x8b"

# How a file of each format is opened. A new format is one line here and one reader.
OPENERS: dict[str, Callable[[Path], Reader]] = {
    "csv": CsvReader,
    "jsonl": JsonLinesReader,
    "parquet": ParquetReader,
    "xes": XesReader,
    "weblog": WeblogReader,
}

# What people drop by mistake: how it begins, what it is, what to do instead.
FOREIGN: tuple[tuple[bytes, Sentence, Sentence], ...] = (
    (b"%PDF", sentence("a PDF document"), sentence("Export the table as CSV from the program that made the document.")),
    (
        b"PK\x03\x04",
        sentence("a ZIP archive or a spreadsheet (.xlsx, .ods)"),
        sentence("Save the sheet as CSV, or unpack the archive."),
    ),
    (b"PK\x05\x06", sentence("an empty ZIP archive"), sentence("Unpack or export it again.")),
    (
        b"\xd0\xcf\x11\xe0",
        sentence("an old Excel or Word file (.xls, .doc)"),
        sentence("Open it and save the sheet as CSV."),
    ),
    (b"\x89PNG", sentence("a PNG image"), sentence("Export the numbers behind the picture as CSV.")),
    (b"\xff\xd8\xff", sentence("a JPEG image"), sentence("Export the numbers behind the picture as CSV.")),
    (b"GIF8", sentence("a GIF image"), sentence("Export the numbers behind the picture as CSV.")),
    (b"SQLite format 3", sentence("an SQLite database"), sentence("Export the table of events as CSV.")),
    (b"ARROW1", sentence("an Arrow file"), sentence("Write it as Parquet.")),
    (b"ORC", sentence("an ORC file"), sentence("Write it as Parquet.")),
    (b"BZh", sentence("a bzip2 archive"), sentence("Unpack it first (gzip is read as it is).")),
    (b"\xfd7zXZ", sentence("an xz archive"), sentence("Unpack it first (gzip is read as it is).")),
    (b"\x28\xb5\x2f\xfd", sentence("a zstd archive"), sentence("Unpack it first (gzip is read as it is).")),
    (b"7z\xbc\xaf", sentence("a 7-Zip archive"), sentence("Unpack it first (gzip is read as it is).")),
    (b"{\\rtf", sentence("a formatted text document (RTF)"), sentence("Save the table as CSV.")),
)


def open_reader(path: Path) -> Reader:
    """Open `path` with the reader its first bytes ask for.

    Raises:
        FileError: The file is missing, empty, damaged, or no table of events; the message says what it is.
    """
    head = _head(path)
    found = sniff_format(head, name=path.name)
    opener = OPENERS.get(found)
    if opener is None:
        raise FileError(
            sentence(
                "{file} is {format}, which this version does not read. Export it as CSV.", file=path.name, format=found
            )
        )
    return opener(path)


def sniff_format(head: bytes, *, name: str) -> str:
    """The format that `head`, a file's first (unpacked) bytes, begins: "csv", "jsonl", "parquet", "xes" or "weblog".

    Raises:
        FileError: It is empty or something else; the message says what, and what to do.
    """
    for magic, what, remedy in FOREIGN:
        if head.startswith(magic):
            raise FileError(
                sentence("{file} is {what}, not a table of events. {remedy}", file=name, what=what, remedy=remedy)
            )
    if head.startswith(b"PAR1"):
        return "parquet"
    # UTF-16 puts a NUL beside every ASCII character; without them the same words can be looked for.
    start = head.removeprefix(b"\xef\xbb\xbf").replace(b"\x00", b"").lstrip(b"\xff\xfe \t\r\n")
    if not start:
        raise FileError(_empty(name))
    lowered = start[:4096].lower()
    if lowered.startswith((b"<!doctype html", b"<html")):
        raise FileError(
            sentence(
                "{file} is a web page, often a sign-in page saved in place of the export. Download it again.", file=name
            )
        )
    if lowered.startswith(b"<"):
        if re.search(rb"<([\w.-]+:)?log[\s>]", lowered):
            return "xes"
        raise FileError(
            sentence("{file} is XML but no XES event log (there is no <log>). Export it as CSV.", file=name)
        )
    if start.startswith((b"{", b"[{")):
        return "jsonl"
    return "weblog" if is_weblog(start) else "csv"


def check_is_file(path: Path) -> None:
    """Look whether a path names a file, before anything is begun.

    Raises:
        FileError: Nothing is there, or a folder, or what can be read only once.
    """
    if path.is_dir():
        raise FileError(sentence("{file} is a folder. Name the files in it, one by one.", file=str(path)))
    if not path.exists():
        raise FileError(
            sentence("There is no file {file}. Check the spelling, or the folder you are in.", file=str(path))
        )
    if not path.is_file():
        raise FileError(
            sentence(
                "{file} is a pipe or a device, and a file is read more than once. Write it to a file first.",
                file=str(path),
            )
        )


def _head(path: Path) -> bytes:
    check_is_file(path)
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
        if head.startswith(_GZIP):
            with gzip.open(path) as unpacked:
                head = unpacked.read(HEAD_BYTES)
            if head.startswith(_GZIP):
                raise FileError(sentence("{file} is gzip inside gzip. Unpack it once.", file=path.name))
    except (EOFError, gzip.BadGzipFile, zlib.error) as damaged:
        raise FileError(
            sentence(
                "{file} is a damaged gzip file ({found}). Download or pack it again.",
                file=path.name,
                found=str(damaged),
            )
        ) from damaged
    except OSError as refused:
        raise FileError(
            sentence(
                "{file} cannot be read: {found}. Check its permissions.", file=str(path), found=str(refused.strerror)
            )
        ) from refused
    if not head:
        raise FileError(_empty(path.name))
    return head


def _empty(name: str) -> Sentence:
    return sentence("{file} is empty: nothing stands in it. Export it again.", file=name)
