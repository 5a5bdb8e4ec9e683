"""Answers that a task leaves in a file: written whole or not at all, and mapped instead of read.

What a kernel says of a bucket may be as long as the bucket: the waits of every arrow, the visits of every journey.
Taken from mapped files, such arrays cost the reader the memory of what it looks at, however many buckets there are.
"""

from __future__ import annotations

import mmap
import os
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import get_ident

import numpy as np

_ALIGNED = 64  # what NumPy asks of an array to be quick with it


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """A path to write to; the file stands at `target` once all of it is there. The last of several writers wins.

    A task that was given up may still run beside the one that replaced it; both write the same, never into one file.
    """
    writer = f"{os.uname().nodename}-{os.getpid()}-{get_ident()}"  # another machine may write into the same folder
    beside = target.with_name(f".{target.name}-{writer}")
    try:
        yield beside
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def write_answer(answer: object, to: Path) -> None:
    """Write an answer; its arrays stand in the file as they are."""
    blocks: list[bytes | memoryview] = []
    # Pickled by us and read by us, in the work folder of one run.
    head = pickle.dumps(answer, protocol=5, buffer_callback=lambda buffer: blocks.append(buffer.raw()))
    blocks.insert(0, head)
    sizes = np.array([len(block) for block in blocks], np.int64)
    with whole_file(to) as path, path.open("wb") as file:
        file.write(np.array([len(sizes)], np.int64).tobytes() + sizes.tobytes())
        for block in blocks:
            file.write(b"\0" * (-file.tell() % _ALIGNED))
            file.write(block)


def read_answer(path: Path) -> object:
    """The answer in a file, which is removed; its arrays stay mapped, and writing to them does not reach the disk."""
    with path.open("rb") as file:
        mapped = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY))
    path.unlink()
    count = int(np.frombuffer(mapped[:8], np.int64)[0])
    sizes = np.frombuffer(mapped[8 : 8 * (count + 1)], np.int64)
    blocks, begin = [], 8 * (count + 1)
    for size in sizes.tolist():
        begin += -begin % _ALIGNED
        blocks.append(mapped[begin : begin + size])
        begin += size
    return pickle.loads(blocks[0], buffers=blocks[1:])  # noqa: S301 - see write_answer
