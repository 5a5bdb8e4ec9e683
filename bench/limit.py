"""A real limit of memory for one process: past it, it is killed.

A control group (version 2 or 1), which root may make. It counts the memory of the process, of what it starts, and the
pages of files that it is the first to read; those the kernel may drop again. The limit of a process's data, which
anyone may set, says something else: it counts what allocators and threads set aside too, used or not.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

GROUPS = Path("/sys/fs/cgroup")


@contextmanager
def memory_limit(limit_bytes: int) -> Iterator[Callable[[], None] | None]:
    """What a process calls to come under the limit, once and for good; None where this machine lets us set none.

    Such processes end before this does.
    """
    group = _group(limit_bytes)
    if group is None:
        yield None
        return
    try:
        yield lambda: _join(group)
    finally:
        group.rmdir()


def _group(limit_bytes: int) -> Path | None:
    """A new control group with this limit and without swap; None where this machine lets us make none."""
    for parent, settings in (
        (GROUPS, {"memory.max": limit_bytes, "memory.swap.max": 0}),
        (GROUPS / "memory", {"memory.limit_in_bytes": limit_bytes, "memory.swappiness": 0}),
    ):
        group = parent / f"tillit-bench-{os.getpid()}"
        try:
            group.mkdir()
        except OSError:
            continue
        try:
            for name, value in settings.items():
                _write(group / name, value)
        except OSError:
            group.rmdir()
        else:
            return group
    return None


def _join(group: Path) -> None:
    _write(group / "cgroup.procs", os.getpid())


def _write(file: Path, value: int) -> None:
    """Into a file that the kernel has made: where it has made none, this is no control group."""
    with file.open("r+", encoding="ascii") as setting:
        setting.write(str(value))


def forget(folder: Path) -> None:
    """Have the kernel drop a folder's files, so that whoever reads them next is charged for their pages."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
