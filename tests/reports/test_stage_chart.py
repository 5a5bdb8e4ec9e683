from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tillit.journeys.results import StageCount
from tillit.reports.stage_chart import ROW_HEIGHT, stage_chart
from tillit.vocabulary import Stage

COUNTS = st.lists(st.lists(st.integers(0, 500), min_size=7, max_size=7), max_size=60).map(
    lambda periods: [
        StageCount(start * 1000, stage, persons, persons)
        for start, row in enumerate(periods)
        for stage, persons in zip(Stage, row, strict=True)
    ]
)


@given(COUNTS)
def test_bars_stand_on_zero_in_proportion_and_apart(counts: list[StageCount]) -> None:
    chart = stage_chart(counts)
    highest = max((count.persons for count in counts), default=0)
    drawn = {(bar.period_start, row.stage): bar for row in chart.rows for bar in row.bars}
    assert {where: bar.persons for where, bar in drawn.items()} == {
        (count.period_start, count.stage): count.persons for count in counts if count.persons
    }
    for row in chart.rows:
        for bar in row.bars:
            assert bar.y + bar.height == row.baseline
            assert abs(bar.height - ROW_HEIGHT * bar.persons / highest) <= 1
        for left, right in zip(row.bars, row.bars[1:], strict=False):
            assert left.x + left.width <= right.x
    assert len(chart.dates) <= 6
