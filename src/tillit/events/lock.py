"""Locks on files: one holder at a time, let go by the operating system when the holder dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def held(path: Path, *, shared: bool = False) -> Iterator[bool]:
    """Try to hold a file's lock for the length of the block, without waiting.

    Args:
        path: The lock file; made if it is missing, never removed (removing one lets two hold it).
        shared: Several may hold it shared, but then nobody holds it alone.

    Yields:
        Whether it is held.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Looking needs no right to write: a copy on a disk that can only be read is looked at too.
    only_looks = shared and path.exists()
    descriptor = os.open(path, os.O_RDONLY if only_looks else os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)  # lets go
