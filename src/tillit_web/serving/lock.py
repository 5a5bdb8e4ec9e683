"""One `serve` per data directory, kept by a file lock that the system lets go when the process ends in whatever way."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tillit.errors import TillitError

LOCK_FILE = "serve.lock"


class AlreadyServing(TillitError):
    """Another process serves this data directory."""


@contextmanager
def held(directory: Path) -> Iterator[None]:
    """Hold the directory's lock.

    Raises:
        AlreadyServing: Another process holds it; the message names its process id.
    """
    with (directory / LOCK_FILE).open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyServing(
                f"{directory} is already served by process {holder(directory) or 'unknown'}. "
                "Stop that one first, or choose another directory with --data."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
        file.truncate(0)


def holder(directory: Path) -> int | None:
    """The process that serves the directory, or None while nobody does."""
    path = directory / LOCK_FILE
    if not path.is_file():
        return None
    with path.open("r", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            text = file.read().strip()
            return int(text) if text.isdigit() else 0
    return None
