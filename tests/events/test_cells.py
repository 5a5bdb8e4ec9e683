"""Cells of several columns as one text."""

from __future__ import annotations

import pyarrow as pa

from tillit.events import cells


def test_joining_keeps_every_row_and_skips_what_is_empty() -> None:
    first = pa.array(["Ana", None, None, "Bo", "Cy"], pa.string())
    last = pa.array(["A", "B", None, None, "C"], pa.string())
    extra = pa.array([None, None, None, "x", "y"], pa.string())
    assert cells.joined([first, last, extra], " ").to_pylist() == ["Ana A", "B", None, "Bo x", "Cy C y"]
