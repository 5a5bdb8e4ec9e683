"""The ladder of what may be shown."""

from __future__ import annotations

import pytest

from tillit.reports.size import Size, size_of


@pytest.mark.parametrize(
    ("finished", "size"),
    [
        (0, Size.CASES),
        (29, Size.CASES),
        (30, Size.COUNTS),
        (299, Size.COUNTS),
        (300, Size.COMPARISON),
        (2_999, Size.COMPARISON),
        (3_000, Size.FULL),
    ],
)
def test_each_step_begins_where_the_design_says(finished: int, size: Size) -> None:
    assert size_of(finished) is size
