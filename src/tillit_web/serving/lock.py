"""One `serve` per data directory, kept by a file lock that the system lets go when the process ends in whatever way."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tillit.errors import TillitError
from tillit.events.lock import held

LOCK_FILE = "serve.lock"


class AlreadyServing(TillitError):
    """Another process serves this data directory."""


@contextmanager
def serving_alone(directory: Path) -> Iterator[None]:
    """Hold the directory's lock.

    Raises:
        AlreadyServing: Another process holds it; the message names its process id.
    """
    path = directory / LOCK_FILE
    with held(path) as alone:
        if not alone:
            raise AlreadyServing(
                f"{directory} is already served by process {path.read_text(encoding='ascii').strip() or 'unknown'}. "
                "Stop that one first, or choose another directory with --data."
            )
        path.write_text(str(os.getpid()), encoding="ascii")
        yield


def holder(directory: Path) -> str | None:
    """The id of the process that serves the directory, or None while nobody does."""
    path = directory / LOCK_FILE
    if not path.is_file():
        return None
    with held(path, shared=True) as free:
        return None if free else path.read_text(encoding="ascii").strip() or "unknown"
