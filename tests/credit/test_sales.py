"""What a share counts, the journeys it opens, and the statement, against a plain loop over customers' events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.credit.shops import FUNCTION_OF, GOAL, shop_events, view_with_functions
from tests.journeys.logs import DAY, Event, histories
from tillit.credit.cells import ANY_PLACE, TOGETHER, Headcount, Headcounts, Team
from tillit.credit.part_of import part_of
from tillit.credit.paths import paths_from
from tillit.credit.sales import SoldAfter, part_of_sales, spec_for
from tillit.credit.statement import InStatement, statement
from tillit.journeys.behind import journeys_behind
from tillit.journeys.touchpoints import touchpoint_paths
from tillit.journeys.view import View

EVENTS = shop_events(7)
LOOKBACK = 90 * DAY
START, END = 20 * DAY, 51 * DAY
# Malmö's six and Lund's five of sales stand alone; Visby's one joins its function, which has six more elsewhere.
PEOPLE = Headcounts(
    (
        Headcount(18, function="sales"),
        Headcount(6, "sales", "Malmö"),
        Headcount(6, place="Malmö"),
        Headcount(5, "sales", "Lund"),
        Headcount(5, place="Lund"),
        Headcount(1, place="Visby"),
    )
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> View:
    return view_with_functions(tmp_path_factory.mktemp("shop"), EVENTS)


def sales_with_touches() -> Iterator[tuple[Event, list[Event]]]:
    """Each sale and the events that came before it, after the customer's last sale and within the lookback."""
    for history in histories(EVENTS):
        before: list[Event] = []
        for event in history:
            if event.activity == GOAL:
                yield event, [touch for touch in before if touch.at >= event.at - LOOKBACK]
                before = []
            else:
                before.append(event)


def of(event: Event, by: str) -> str | None:
    return {"channel": event.channel, "function": FUNCTION_OF[event.activity], "place": event.place}[by]


@pytest.mark.parametrize("by", ["channel", "function", "place"])
@pytest.mark.parametrize("web_only", [False, True])
def test_every_share_opens_as_many_journeys_as_it_counted(shop: View, by: str, web_only: bool) -> None:
    sold = [(sale, touches) for sale, touches in sales_with_touches() if sale.channel != "store" or not web_only]
    names = {of(event, by) for event in EVENTS} - {None}
    shown = {name: TOGETHER if by == "place" and name != "Malmö" else name for name in names}
    people = Headcounts((Headcount(9, place="Malmö"), Headcount(3, place="Lund"), Headcount(3, place="Visby")))
    for as_what in set(shown.values()):
        assert as_what is not None
        expected = sum(any(shown.get(of(touch, by)) == as_what for touch in touches) for _, touches in sold)
        after = SoldAfter(GOAL, by, (as_what,), web_only, people)
        assert part_of_sales(shop, after) == (expected, len(sold)), as_what
        assert journeys_behind(shop, after).total == expected, as_what
    together = Counter(
        tuple(sorted({str(shown[name]) for touch in touches if (name := of(touch, by))})) for _, touches in sold
    )
    for met, times in together.items():
        if met:
            only = SoldAfter(GOAL, by, met, web_only, people, exactly=True)
            assert journeys_behind(shop, only).total == times, met
    nowhere = SoldAfter(GOAL, by, (TOGETHER, "fax"), web_only, people, exactly=True)
    assert journeys_behind(shop, nowhere).total == 0
    alone = SoldAfter(GOAL, by, (), web_only, people)
    expected = sum(not any(of(touch, by) for touch in touches) for _, touches in sold)
    assert part_of_sales(shop, alone) == (expected, len(sold))


def test_the_paths_of_small_places_stand_together(shop: View) -> None:
    people = Headcounts((Headcount(9, place="Malmö"), Headcount(3, place="Lund"), Headcount(3, place="Visby")))
    paths = paths_from(touchpoint_paths(shop, spec_for(GOAL, "place", shop.names, people)))
    assert paths.names == (TOGETHER, "Malmö")
    for one in part_of(paths):
        assert (one.conversions, one.of) == part_of_sales(shop, SoldAfter(GOAL, "place", (one.name,), False, people))


def test_the_statement_is_what_a_plain_loop_adds_up(shop: View) -> None:
    def team(event: Event) -> Team:
        function, place = FUNCTION_OF[event.activity], event.place or ANY_PLACE
        return (
            (function, place) if (function, place) in (("sales", "Malmö"), ("sales", "Lund")) else (function, ANY_PLACE)
        )

    till: Counter[Team] = Counter()
    till_worth: Counter[Team] = Counter()
    web: Counter[Team] = Counter()
    web_worth: Counter[Team] = Counter()
    web_orders = alone = 0
    for sale, touches in sales_with_touches():
        if not START <= sale.at < END:
            continue
        if sale.channel == "store":
            till[team(sale)] += 1
            till_worth[team(sale)] += sale.amount_minor or 0
            continue
        web_orders += 1
        teams = {team(touch) for touch in touches}
        alone += not teams
        for one in teams:
            web[one] += 1
            web_worth[one] += sale.amount_minor or 0
    found = statement(shop, GOAL, PEOPLE, start_at=START, end_at=END)
    assert {row.team: (row.till.sales, row.till.value_minor.get("SEK", 0)) for row in found.rows} == {
        one: (till[one], till_worth[one]) for one in {*till, *web}
    }
    assert {row.team: (row.web.sales, row.web.value_minor.get("SEK", 0)) for row in found.rows} == {
        one: (web[one], web_worth[one]) for one in {*till, *web}
    }
    assert found.till.sales == sum(till.values())
    for one in {*till, *web}:
        for is_web, counted in ((False, till), (True, web)):
            behind = journeys_behind(shop, InStatement(GOAL, one, is_web, START, END, PEOPLE))
            assert behind.total == counted[one], (one, is_web)
    assert journeys_behind(shop, InStatement(GOAL, None, True, START, END, PEOPLE)).total == web_orders
    assert journeys_behind(shop, InStatement(GOAL, ("sales", "Visby"), False, START, END, PEOPLE)).total == 0
    assert (found.web.sales, found.web_alone) == (web_orders, alone)
    assert found.till.value_minor == {"SEK": sum(till_worth.values())}


def test_without_numbers_the_statement_knows_functions_and_no_shop(shop: View) -> None:
    found = statement(shop, GOAL, Headcounts(), start_at=START, end_at=END)
    assert {row.team for row in found.rows} == {(function, ANY_PLACE) for function in ("sales", "service", "marketing")}
    four = statement(shop, GOAL, Headcounts((Headcount(4),)), start_at=START, end_at=END)
    assert [row.team for row in four.rows] == [(TOGETHER, ANY_PLACE)]
    assert four.till == found.till
