from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillit.reports.ranges_chart import INSET, WIDTH, Ranged, ranges_chart

VALUES = st.floats(-1e6, 1e6)
ROWS = st.lists(st.lists(VALUES, min_size=3, max_size=3).map(sorted), min_size=1, max_size=20).map(
    lambda rows: [Ranged("a", "said", (("a", middle),), low, high) for low, middle, high in rows]
)


@given(ROWS)
def test_every_line_has_the_same_scale_with_zero_on_it(rows: list[Ranged]) -> None:
    chart = ranges_chart(rows)
    least, most = min(0.0, *(row.low for row in rows)), max(0.0, *(row.high for row in rows))

    def wanted(value: float) -> float:
        return INSET + (value - least) / (most - least) * (WIDTH - 2 * INSET) if most > least else INSET

    assert chart.zero_x == pytest.approx(wanted(0.0), abs=0.006)
    for row, drawn in zip(rows, chart.rows, strict=True):
        assert drawn.low_x == pytest.approx(wanted(row.low), abs=0.006)
        assert drawn.high_x == pytest.approx(wanted(row.high), abs=0.006)
        ((name, x),) = drawn.points
        assert name == "a"
        assert x == pytest.approx(wanted(row.points[0][1]), abs=0.006)
        assert 0 <= drawn.low_x <= drawn.high_x <= WIDTH
        assert drawn.text_y < drawn.line_y < chart.height
    assert len({drawn.line_y for drawn in chart.rows}) == len(rows)


def test_a_share_of_a_whole_is_drawn_on_the_whole() -> None:
    (row,) = ranges_chart([Ranged("web", "half", (("web", 0.5),), 0.4, 0.6)], reaches=1.0).rows
    assert row.points == (("web", WIDTH / 2),)
