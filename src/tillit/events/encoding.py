"""How the text of a file is encoded: read from all of its bytes, never guessed from the first few."""

from __future__ import annotations

import codecs
import io
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from tillit.events.packed import InputFile
from tillit.sentences import Sentence, sentence

BLOCK = 1 << 20

_BOMS: tuple[tuple[bytes, str, Sentence], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig", sentence("UTF-8 with a byte order mark")),
    (codecs.BOM_UTF16_LE, "utf-16", sentence("UTF-16")),
    (codecs.BOM_UTF16_BE, "utf-16", sentence("UTF-16")),
)


@dataclass(frozen=True, slots=True)
class Encoding:
    """`codec` is Python's name; `label` is for people."""

    codec: str
    label: Sentence


class TextFile:
    """A file, plain or gzip, that can be opened as text again and again and tells how far it has been read."""

    def __init__(self, path: Path) -> None:
        self._file = InputFile(path)
        self.total_bytes = self._file.total_bytes
        self.encoding = detect(self)

    def open_bytes(self) -> BinaryIO:
        """Open at the first (unpacked) byte; progress follows the file opened last."""
        return self._file.open_bytes()

    def open_text(self) -> io.TextIOWrapper:
        """Open as text. Bytes that the encoding does not know come as lone surrogates, for the row to be refused."""
        return io.TextIOWrapper(self.open_bytes(), encoding=self.encoding.codec, errors=_MARK, newline="")

    def position(self) -> int:
        """Bytes on disk read so far."""
        return self._file.position()


def _mark(error: UnicodeError) -> tuple[str, int]:
    """Stands for any bytes; "surrogateescape" cannot stand for half a UTF-16 unit at the end of a file."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "\udcff", error.end


_MARK = "tillit-mark"
codecs.register_error(_MARK, _mark)


def detect(file: TextFile) -> Encoding:
    """Tell UTF-8, UTF-16 and Windows-1252 apart by reading the whole file once (about a second a gigabyte).

    A file in which well-formed UTF-8 outnumbers bad bytes ten to one is UTF-8 with damaged rows; otherwise bytes that
    are no UTF-8 mean Windows-1252, what spreadsheets write in the Nordic countries.
    """
    with file.open_bytes() as stream:
        block = stream.read(BLOCK)
        for bom, codec, label in _BOMS:
            if block.startswith(bom):
                return Encoding(codec, label)
        if (unmarked := _utf16_without_mark(block[:4096])) is not None:
            return unmarked
        decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        wide, bad = 0, 0
        while block:
            if not block.isascii():
                points = np.frombuffer(decoder.decode(block).encode("utf-32-le", "surrogatepass"), dtype="<u4")
                escaped = int(((points >= 0xDC80) & (points <= 0xDCFF)).sum())
                wide += int((points > 0x7F).sum()) - escaped
                bad += escaped
            block = stream.read(BLOCK)
    if bad * 10 > wide:
        return Encoding("cp1252", sentence("Windows-1252 (western European)"))
    return Encoding("utf-8", sentence("UTF-8"))


def _utf16_without_mark(head: bytes) -> Encoding | None:
    """UTF-16 from programs that leave out the mark: every second byte of western text is NUL."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > len(head) // 4 and even == 0:
        return Encoding("utf-16-le", sentence("UTF-16 without a byte order mark"))
    if even > len(head) // 4 and odd == 0:
        return Encoding("utf-16-be", sentence("UTF-16 without a byte order mark"))
    return None
