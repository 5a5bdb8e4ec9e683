"""Geometry of the pictures: nothing overlaps, everything sums, and numbers are SVG's in every language."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from django.test import Client

from tests.journeys.logs import Event
from tillit.journeys.results import STOP, PathEdge, PathNode, Paths, StageMove
from tillit.reports.interval import share_range
from tillit.vocabulary import Stage
from tillit_web.insight.pictures.bars import columns, share_bar
from tillit_web.insight.pictures.flows import TALLEST, flow_picture
from tillit_web.insight.pictures.moves import moves_picture
from tillit_web.insight.words import in_lines
from tillit_web.people.models import User

PATHS = Paths(
    anchor="a",
    forward=True,
    unit="journey",
    units=10,
    nodes=(PathNode(0, "a", 10), PathNode(1, "b", 6), PathNode(1, "c", 3), PathNode(1, STOP, 1)),
    edges=(PathEdge(0, "a", "b", 6), PathEdge(0, "a", "c", 3), PathEdge(0, "a", STOP, 1)),
)


def test_bars_of_a_column_do_not_touch_and_are_as_tall_as_their_units() -> None:
    bars = [bar for bar in flow_picture(PATHS).bars if bar.node.depth == 1]
    assert [bar.height for bar in bars] == [TALLEST * units / 10 for units in (6, 3, 1)]
    assert [bar.node.activity for bar in bars] == ["b", "c", STOP], "what stopped stands at the bottom"
    assert all(above.y + above.height < below.y for above, below in pairwise(bars))


def test_looking_back_the_anchor_stands_at_the_right() -> None:
    back = Paths("a", False, "journey", 10, PATHS.nodes, PATHS.edges)
    anchor = next(bar for bar in flow_picture(back).bars if bar.node.depth == 0)
    assert anchor.x == max(bar.x for bar in flow_picture(back).bars)


def test_paths_of_nobody_have_no_picture() -> None:
    assert flow_picture(Paths("a", True, "journey", 0, (), ())).bars == ()


def test_moves_forward_run_over_the_line_and_moves_back_under_it() -> None:
    moves = (
        StageMove(Stage.EXPLORE, Stage.COMPARE, 9, 8, 1.0),
        StageMove(Stage.COMPARE, Stage.EXPLORE, 3, 2, 1.0),
        StageMove(None, Stage.EXPLORE, 9, 9, None),
    )
    picture = moves_picture(moves)
    assert {(arc.move.journeys, arc.back) for arc in picture.arcs} == {(8, False), (2, True)}
    for arc in picture.arcs:
        assert (arc.label_y > picture.line_y) == arc.back
        assert 0 < arc.label_y < picture.height


def test_columns_start_at_zero_and_a_single_person_is_seen() -> None:
    shapes = columns([0, 1, 1000], most=1000)
    assert [shape.height > 0 for shape in shapes] == [False, True, True]
    assert shapes[2].height == 100
    assert all(shape.y + shape.height == 100 for shape in shapes)


def test_a_bar_never_leaves_its_row() -> None:
    bar = share_bar(share_range(9, 10), full=0.5)
    assert (bar.width, bar.high) == (100, 100)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Produkt visad", ("Produkt visad",)),
        ("Lagd i varukorgen", ("Lagd i", "varukorgen")),
        ("Kampanjdeltagandebekräftelse", ("Kampanjdelta…",)),
        ("ett två tre fyra fem sex sju åtta", ("ett två tre", "fyra fem sex…")),
        ("W VALIDEREN AANVRAAG", ("W VALIDEREN", "AANVRAAG")),
        ("A_PARTLYSUBMITTED", ("A_PARTLYSU…",)),
    ],
)
def test_labels_break_between_words(text: str, lines: tuple[str, ...]) -> None:
    assert in_lines(text, width=14) == lines


@pytest.mark.parametrize(
    "address", ["/journeys/", "/journeys/stages/", "/journeys/paths/?anchor=product_viewed", "/journeys/ways/"]
)
def test_a_decimal_comma_never_reaches_the_pictures(
    address: str, as_cy: Client, cy: User, small_shop: list[Event]
) -> None:
    cy.language = "sv"
    cy.save()
    pictures = re.findall(r"<svg.*?</svg>", as_cy.get(address).content.decode(), flags=re.DOTALL)
    geometry = re.findall(r'\b(?:x|y|x1|x2|y1|y2|dy|width|height|viewBox|d|stroke-width)="([^"]*)"', " ".join(pictures))
    assert len(geometry) > 20
    assert not [value for value in geometry if "," in value or "\u202f" in value]
