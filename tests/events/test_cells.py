"""Cells of several columns as one text."""

from __future__ import annotations

import pyarrow as pa

from tillit.events import cells


def test_joining_keeps_every_row_and_skips_what_is_empty() -> None:
    first = pa.array(["Ana", None, None, "Bo", "Cy"], pa.string())
    last = pa.array(["A", "B", None, None, "C"], pa.string())
    extra = pa.array([None, None, None, "x", "y"], pa.string())
    assert cells.joined([first, last, extra], " ").to_pylist() == ["Ana A", "B", None, "Bo x", "Cy C y"]


def test_a_float_is_written_with_all_its_digits_and_no_exponent() -> None:
    numbers = [8.881784e-16, -2.5e-7, 1e-30, 1e20, 1.5, None, float("nan"), 7.0]
    said = ["0.000000000000000888", "-0.00000025", "0", "100000000000000000000", "1.5", None, None, "7"]
    assert cells.text(pa.array(numbers)).to_pylist() == said
    assert cells.text(pa.array([0.1, 1e-5], pa.float32())).to_pylist() == ["0.1", "0.00001"]
