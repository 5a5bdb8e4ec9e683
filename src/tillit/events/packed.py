"""The bytes of a file, plain or gzip, and how far on disk they have been read.

A gzip file can promise a terabyte in a megabyte: what unpacks far beyond what real data do is refused.
"""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path
from typing import BinaryIO, cast

from tillit.errors import FileError
from tillit.sentences import sentence

# Event logs pack 5 to 60 times and DEFLATE ends at 1,032. The first megabytes may repeat as much as they like.
LARGEST_RATIO = 300
FREE_BYTES = 64 << 20

_BUFFER = 1 << 20


class InputFile:
    """A file that can be read from its first byte again and again; progress follows the reading opened last."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.total_bytes = path.stat().st_size
        self._raw: BinaryIO | None = None

    def open_bytes(self) -> BinaryIO:
        """Open at the first (unpacked) byte.

        Reading raises `FileError` where a gzip file is cut off, damaged, or unpacks to an unbelievable size.
        """
        self._raw = self.path.open("rb")
        packed = self._raw.read(2) == b"\x1f\x8b"
        self._raw.seek(0)
        if not packed:
            return self._raw
        return cast(BinaryIO, io.BufferedReader(_Unpacked(self._raw, self.path.name), _BUFFER))

    def position(self) -> int:
        """Bytes on disk read so far."""
        if self._raw is None:
            return 0
        return self.total_bytes if self._raw.closed else min(self._raw.tell(), self.total_bytes)


class _Unpacked(io.RawIOBase):
    """A gzip file's content, with its damage told as what the user can do about it."""

    def __init__(self, raw: BinaryIO, name: str) -> None:
        self._raw = raw
        self._name = name
        self._gzip = gzip.GzipFile(fileobj=raw)
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data = self._gzip.read(len(buffer))
        except (EOFError, gzip.BadGzipFile, zlib.error) as damage:
            raise FileError(
                sentence(
                    "{file} is cut off or damaged: unpacking failed after {bytes:,} bytes ({found}). "
                    "Download or pack it again; nothing after that place can be read.",
                    file=self._name,
                    bytes=self._given,
                    found=str(damage),
                )
            ) from damage
        self._given += len(data)
        if self._given > FREE_BYTES and self._given > LARGEST_RATIO * self._raw.tell():
            raise FileError(
                sentence(
                    "{file} unpacks to more than {ratio} times its size, as no file of events does. "
                    "If it is one, unpack it yourself and import the plain file.",
                    file=self._name,
                    ratio=LARGEST_RATIO,
                )
            )
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._gzip.close()
        self._raw.close()
        super().close()
