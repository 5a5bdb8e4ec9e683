"""The kernels' runner: one function over many independent parts, one worker per core; elsewhere, one task per part."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

Part = TypeVar("Part")
Answer = TypeVar("Answer")


class MapParts(Protocol):
    """Runs work over independent parts: on this machine's cores (`map_parts`), or on a cluster (`SparkParts`)."""

    def __call__(self, work: Callable[[Part], Answer], parts: Iterable[Part], /) -> list[Answer]:
        """What `work` says of each part, in the order of the parts."""
        ...


def map_parts(work: Callable[[Part], Answer], parts: Iterable[Part], /) -> list[Answer]:
    """What `work` says of each part, in the order of the parts.

    Threads are enough: NumPy and Arrow let go of the interpreter's lock where the time is spent.
    """
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as workers:
        return list(workers.map(work, parts))
