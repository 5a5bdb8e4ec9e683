"""What a customer may have missed: each rule with what makes it speak, and what keeps it silent."""

from __future__ import annotations

from datetime import date

import pytest

from tests.desk.making import promise, question, row
from tillit.answers.library import Point
from tillit.desk.challenge import deadline_in, worth_challenging
from tillit.desk.facts import Facts, Weighed

SEEN = date(2026, 5, 1)
RIVAL = Weighed(
    "us-and-nordtak", "Nordtak", (Point("Price", "us", "s", SEEN), Point("Ten years longer", "them", "s", SEEN))
)


@pytest.mark.parametrize(
    ("facts", "said", "sources"),
    [
        (
            Facts(questions=(question(1, "Can I have it before May 20?"),), promises=(promise(2, "It", "2026-05-22"),)),
            "Needs it by 2026-05-20; what we promised is for 2026-05-22.",
            ["1", "2"],
        ),
        (
            Facts(questions=(question(1, "Can I have it before May 20?"),), promises=(promise(2, "It", "2026-05-20"),)),
            None,
            [],
        ),
        (
            Facts(rows=[row(5, "product_added", "tin", name="Tin roof")], questions=(question(1, "Does it rust?"),)),
            "Chose Tin roof while nobody has answered: “Does it rust?”",
            ["1", "e5"],
        ),
        (Facts(rows=[row(0, "product_added", "tin")], questions=(question(1, "Does it rust?"),)), None, []),
        (
            Facts(rows=[row(5, "product_added", "tin")], questions=(question(1, "Does it rust?", answered=True),)),
            None,
            [],
        ),
        (
            Facts(rows=[row(1, "out_of_stock_seen", "tin"), row(2, "product_added", "tin")]),
            "Chose tin, which was out of stock when they saw it.",
            ["e1", "e2"],
        ),
        (Facts(rows=[row(1, "out_of_stock_seen", "tin"), row(2, "product_added", "tile")]), None, []),
        (
            Facts(
                rows=[
                    row(1, "product_viewed", "tin", price="99,50"),
                    row(2, "product_viewed", "tin"),
                    row(3, "product_viewed", "tin", price="120"),
                ]
            ),
            "Saw tin at 99.50 first, and at 120 last.",
            ["e1", "e3"],
        ),
        (
            Facts(rows=[row(1, "product_viewed", "tin", price="99"), row(2, "price_viewed", "tin", price="99.0")]),
            None,
            [],
        ),
        (
            Facts(rows=[row(1, "product_viewed", "tin", price="1"), row(2, "product_viewed", "tile", price="2")]),
            None,
            [],
        ),
        (
            Facts(
                rows=[
                    row(1, "product_viewed", "tin"),
                    row(2, "products_compared", "tin"),
                    row(3, "products_compared", "tile"),
                ]
            ),
            "Compared tin with tile, and has looked only into tin.",
            ["e2", "e3", "e1"],
        ),
        (
            Facts(
                rows=[
                    row(1, "product_viewed", "tin"),
                    row(2, "products_compared", "tin"),
                    row(3, "products_compared", "tile"),
                    row(4, "reviews_read", "tile"),
                ]
            ),
            None,
            [],
        ),
        (Facts(rows=[row(2, "products_compared", "tin"), row(3, "products_compared", "tile")]), None, []),
        (
            Facts(rows=[row(1, "order_returned", "tin"), row(2, "product_viewed", "tin", journey=2)]),
            "Sent tin back before, and looks at it again.",
            ["e1", "e2"],
        ),
        (Facts(rows=[row(1, "product_viewed", "tin"), row(2, "order_returned", "tin")]), None, []),
        (
            Facts(questions=(question(1, "Why you and not nordtak?", answered=True),), comparisons=(RIVAL,)),
            "Asked about Nordtak, who are better here: Ten years longer",
            ["1", "us-and-nordtak"],
        ),
        (Facts(questions=(question(1, "Nordtaket?", answered=True),), comparisons=(RIVAL,)), None, []),
    ],
)
def test_rules(facts: Facts, said: str | None, sources: list[str]) -> None:
    line = worth_challenging(facts)
    assert (None if line is None else str(line.text)) == said
    assert ([] if line is None else [source.id for source in line.sources]) == sources


def test_the_next_one_is_said_once_the_first_is_struck() -> None:
    facts = Facts(
        rows=[row(1, "out_of_stock_seen", "tin"), row(5, "product_added", "tin")],
        questions=(question(2, "Does it rust?"),),
    )
    first = worth_challenging(facts)
    assert first is not None
    assert "rust" in first.text
    second = worth_challenging(facts, struck={first.key})
    assert second is not None
    assert "out of stock" in second.text
    assert worth_challenging(facts, struck={first.key, second.key}) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("I need it by 12 June", date(2026, 6, 12)),
        ("before June 12 if you can", date(2026, 6, 12)),
        ("Kan jag få det senast den 3:e juni?", date(2026, 6, 3)),
        ("Trenger det innen 1. juli", date(2026, 7, 1)),
        ("innan 2026-05-30 alltså", date(2026, 5, 30)),
        ("till den 2 januari", None),  # more than half a year ahead: what was, and not what is to come
        ("until 3 October", date(2026, 10, 3)),
        ("I bought it on 12 June", None),
        ("by 31 June", None),
        ("by 2026-13-45", None),
        ("before Christmas", None),
        ("by 12 May", date(2026, 5, 12)),
        ("by 11 May", None),
    ],
)
def test_a_day_by_which_it_is_needed(text: str, day: date | None) -> None:
    assert deadline_in(text, asked_on=date(2026, 5, 12)) == day
