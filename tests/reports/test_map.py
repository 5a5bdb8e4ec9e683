from __future__ import annotations

import re
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reports.markets import any_overview, overview_of, shop
from tillit.errors import QueryError
from tillit.journeys.results import Overview
from tillit.reports.layers import ROW_GAP
from tillit.reports.map import JourneyMap, journey_map
from tillit.reports.routes import LABEL_HEIGHT
from tillit.vocabulary import ACTIVITIES, Stage

STAGE_OF = {activity.name: activity.stage for activity in ACTIVITIES if activity.stage}
GOALS = frozenset({"order_completed"})


def drawn(overview: Overview, *, detail: float = 0.5) -> JourneyMap:
    return journey_map(overview, stage_of=STAGE_OF, goals=GOALS, detail=detail)


@settings(max_examples=60)
@given(any_overview(), st.sampled_from([0.0, 0.3, 0.5, 0.8, 1.0]))
def test_shown_and_hidden_are_the_whole(overview: Overview, detail: float) -> None:
    picture = drawn(overview, detail=detail)
    assert sum(n.events for n in picture.nodes) + picture.hidden.events == overview.events
    assert len(picture.nodes) + picture.hidden.activities == len(overview.activities)
    assert sum(n.ends for n in picture.nodes) + picture.hidden.ends == overview.journeys
    follows = sum(f.count for f in overview.follows)
    shown = sum(e.count for e in picture.edges) + sum(n.repeats for n in picture.nodes)
    assert shown + picture.hidden.follows == follows
    arrows = len(picture.edges) + sum(n.repeats > 0 for n in picture.nodes)
    assert arrows + picture.hidden.arrows == len(overview.follows)
    assert sum(c.left for c in picture.columns) == sum(e.journeys for e in picture.exits)


@settings(max_examples=60)
@given(any_overview(), st.sampled_from([0.0, 0.5, 1.0]))
def test_no_box_touches_another_and_all_stand_inside(overview: Overview, detail: float) -> None:
    picture = drawn(overview, detail=detail)
    for one, other in combinations(picture.nodes, 2):
        apart_across = one.x + one.width < other.x or other.x + other.width < one.x
        apart_down = one.y + one.height < other.y or other.y + other.height < one.y
        assert apart_across or apart_down, (one.activity, other.activity)
    for above, below in pairwise(picture.nodes):  # left to right, top to bottom
        assert below.x != above.x or below.y - (above.y + above.height) >= ROW_GAP // 2
    for node in picture.nodes:
        assert node.x > 0
        assert node.x + node.width < picture.width
        assert node.y > 0
        assert node.y + node.height < picture.exit_y < picture.height


@settings(max_examples=40)
@given(any_overview())
def test_no_count_covers_a_box_or_another_count(overview: Overview) -> None:
    picture = drawn(overview, detail=1)
    half = LABEL_HEIGHT // 2
    areas = [
        (e.label_x - 4 * len(str(e.count)), e.label_y - half, e.label_x + 4 * len(str(e.count)), e.label_y + half)
        for e in picture.edges
        if e.label_x is not None and e.label_y is not None
    ]
    boxes = [(n.x, n.y, n.x + n.width, n.y + n.height) for n in picture.nodes]
    for area, other in [*combinations(areas, 2), *((area, box) for area in areas for box in boxes)]:
        assert area[2] <= other[0] or other[2] <= area[0] or area[3] <= other[1] or other[3] <= area[1]


@settings(max_examples=40)
@given(any_overview())
def test_every_arrow_and_count_stays_on_the_paper(overview: Overview) -> None:
    picture = drawn(overview, detail=1)
    for edge in picture.edges:
        numbers = [int(number) for number in re.findall(r"\d+", edge.path)]
        assert max(numbers[0::2]) < picture.width
        assert max(numbers[1::2]) < picture.height
        if edge.label_x is not None:
            assert edge.label_x + 4 * len(str(edge.count)) < picture.width


def test_the_same_journeys_in_another_order_give_the_same_map() -> None:
    journeys = [["page_viewed", "product_viewed"], ["ad_clicked", "page_viewed"], ["product_viewed", "order_completed"]]
    assert drawn(overview_of(journeys)) == drawn(overview_of(journeys[::-1]))


def test_stages_run_from_left_to_right_and_the_goal_stands_at_the_right_edge() -> None:
    picture = drawn(shop(seed=1))
    stages = [column.stage for column in picture.columns if not column.goal]
    assert stages == [stage for stage in Stage if stage in stages]
    assert [column.goal for column in picture.columns] == [False] * len(stages) + [True]
    x_of = {column.stage: column.x for column in picture.columns if not column.goal}
    for node in picture.nodes:
        assert node.x == (picture.columns[-1].x if node.goal else x_of[node.stage])


def test_twelve_activities_show_at_half_detail_and_four_at_none() -> None:
    overview = shop(seed=2)
    assert len(overview.activities) > 12
    assert len(drawn(overview, detail=0.5).nodes) == 12
    assert len(drawn(overview, detail=0).nodes) == 4
    assert len(drawn(overview, detail=1).nodes) == len(overview.activities)


def test_the_step_before_the_goal_is_shown_however_rare() -> None:
    """Nine of ten leave, so "pay" is the rarest activity; hiding it would leave the order without a way to it."""
    steps = [f"step_{letter}" for letter in "abcdefghijklmn"]
    overview = overview_of([steps] * 90 + [[*steps, "pay", "order_completed"]] * 10)
    shown = {node.activity for node in journey_map(overview, stage_of={}, goals=["order_completed"]).nodes}
    assert {"pay", "order_completed"} <= shown
    assert len(shown) == 12


def test_unstaged_activities_follow_their_arrows() -> None:
    journeys = [["a", "b", "c", "d", "e", "f", "g"]] * 5 + [["c", "b"]]
    picture = journey_map(overview_of(journeys), stage_of={}, detail=1)
    x_of = {node.activity: node.x for node in picture.nodes}
    assert [x_of[name] for name in "abcdefg"] == sorted(x_of.values())
    assert len(set(x_of.values())) == 3
    assert all(column.stage is None for column in picture.columns)


def test_width_is_in_proportion_and_colour_is_the_median_wait() -> None:
    picture = drawn(overview_of([["page_viewed", "product_viewed"]] * 14 + [["product_viewed", "product_added"]] * 7))
    edges = {(e.source, e.target): e for e in picture.edges}
    assert edges["page_viewed", "product_viewed"].width == 14
    assert edges["product_viewed", "product_added"].width == 7
    assert edges["product_viewed", "product_added"].waiting == 1  # 7 hours: under a day, not under an hour


def test_leaving_is_not_ending_at_the_goal_or_after_it() -> None:
    picture = drawn(overview_of([["product_viewed"], ["order_completed"], ["order_delivered"]]))
    assert {n.activity: n.left for n in picture.nodes} == {
        "product_viewed": 1,
        "order_completed": 0,
        "order_delivered": 0,
    }
    assert [exit_.activity for exit_ in picture.exits] == ["product_viewed"]


def test_paths_hold_whole_numbers_only() -> None:
    for edge in drawn(shop(seed=3), detail=1).edges:
        assert re.fullmatch(r"M \d+ \d+( C( \d+){6})+", edge.path)


def test_no_events_give_an_empty_map() -> None:
    picture = drawn(Overview(0, 0, 0, 0, None, None, (), (), (), ()))
    assert picture.nodes == ()
    assert picture.edges == ()


def test_a_detail_outside_its_range_is_refused() -> None:
    with pytest.raises(QueryError, match="from 0"):
        drawn(shop(seed=1), detail=1.5)
