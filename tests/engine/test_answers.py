"""Answers that a task leaves in a file: all or nothing, and mapped instead of read."""

from __future__ import annotations

import mmap
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tillit.engine.answers import read_answer, whole_file, write_answer


@dataclass(frozen=True, slots=True)
class Counted:
    name: str
    waits: NDArray[np.int64]
    flags: NDArray[np.bool_]


def test_an_answer_comes_back_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "0.answer"
    given = (
        [Counted("a", np.arange(1000), np.array([True, False])), Counted("b", np.zeros(0, np.int64), np.ones(3, bool))],
        7,
    )
    write_answer(given, file)
    found = read_answer(file)
    assert isinstance(found, tuple)
    assert (found[0][0].name, found[1]) == ("a", 7)
    for one, other in zip(found[0], given[0], strict=True):
        np.testing.assert_array_equal(one.waits, other.waits, strict=True)
        np.testing.assert_array_equal(one.flags, other.flags, strict=True)
    assert not list(tmp_path.iterdir())


def test_arrays_stay_mapped_and_may_be_changed(tmp_path: Path) -> None:
    """However long the answers, they cost the reader the memory of what it looks at."""
    write_answer(np.arange(100_000), tmp_path / "0.answer")
    found = read_answer(tmp_path / "0.answer")
    assert isinstance(found, np.ndarray)
    base: object = found
    while isinstance(base, np.ndarray):
        base = base.base
    assert isinstance(base, memoryview)
    assert isinstance(base.obj, mmap.mmap)
    found[0] = 5
    assert found[:2].tolist() == [5, 1]


def test_a_file_that_was_not_finished_is_not_there(tmp_path: Path) -> None:
    target = tmp_path / "bucket.parquet"
    target.write_text("as it was")

    def write_half() -> None:
        with whole_file(target) as path:
            path.write_text("half")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_half()
    assert target.read_text() == "as it was"
    assert list(tmp_path.iterdir()) == [target]


def test_two_writers_of_one_file_never_mix(tmp_path: Path) -> None:
    """A task that was given up may still write while the one in its place does; here one stands inside the other."""
    target = tmp_path / "bucket.parquet"
    with whole_file(target) as path:
        path.write_text("the same")
    inode = target.stat().st_ino
    with whole_file(target) as path:
        path.write_text("the ")
        assert target.read_text() == "the same"
        path.write_text("the same")
    assert target.stat().st_ino != inode
    assert target.read_text() == "the same"
