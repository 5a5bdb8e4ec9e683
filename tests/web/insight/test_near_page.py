"""The page that says whether it may be said who is near; and that nobody is listed by it."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.journeys.logs import Event
from tests.web.readiness.judged import keep, of_a_town
from tillit.readiness.recipe import Want
from tillit_web.people.models import User
from tillit_web.readiness import actions, queries

PAGE = "/meetings/near/"


def text(client: Client, address: str = PAGE) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_before_any_data_and_before_it_was_judged(as_ana: Client, bring_in: object) -> None:
    assert "whether your own data can tell who is near a purchase" in text(as_ana)


def test_before_it_was_judged_it_can_be_asked_for(as_ana: Client, small_shop: list[Event]) -> None:
    assert "has not been judged yet" in text(as_ana)
    assert as_ana.post(f"{PAGE}again/", {"want": "buys", "within": "7"})["Location"] == f"{PAGE}?want=buys&within=7"


def test_too_few_are_told_as_journeys(as_bo: Client, small_shop: list[Event]) -> None:
    actions.judge_all()
    page = text(as_bo)
    assert "Not enough data" in page
    assert "these are the journeys themselves" in page
    assert 10 < page.count('class="case"') <= 30
    assert "Switch it on" not in page


def test_what_was_found_is_said_with_its_range_and_its_numbers(as_bo: Client, small_shop: list[Event]) -> None:
    keep()
    page, found = text(as_bo), of_a_town()
    assert found.tested is not None
    best = found.tested.bins[-1]
    low, high = round(best.low * 100), round(best.high * 100)
    assert re.search(rf"Of those said to be nearest, {low}.to.{high}.of.100 bought within 30 days", page)
    assert page.count('class="said"') == len(found.tested.bins)
    for one in found.tested.bins:
        assert f'<td class="figure">{one.came}</td>' in page
    assert found.challenge is not None
    assert ("boosted stumps speak" in page) is found.challenge.is_won
    assert "the more, the nearer" in page
    assert not re.search(r"/journeys/customer/", page), "nobody is listed"


@pytest.mark.parametrize("address", [f"{PAGE}?want=nobody&within=-1", f"{PAGE}?within=9999999999", f"{PAGE}?want=buys"])
def test_what_an_address_does_not_know_is_as_usual(address: str, as_ana: Client, small_shop: list[Event]) -> None:
    keep()
    assert "bought within 30 days" in text(as_ana, address)


def test_a_person_switches_it_on_and_off_with_one_click(as_cy: Client, small_shop: list[Event]) -> None:
    keep()
    assert "It is switched off" in text(as_cy)
    sent = {"want": "buys", "within": "30"}
    assert as_cy.post(f"{PAGE}switch/", {**sent, "do": "on"}).status_code == 302
    assert "It is switched on." in text(as_cy)
    assert queries.speaking(Want.BUYS) is not None
    assert as_cy.post(f"{PAGE}switch/", {**sent, "do": "off"}).status_code == 302
    assert queries.speaking(Want.BUYS) is None
    assert "switched on within 30 days · cy@example.org" in text(as_cy)


def test_what_may_not_speak_is_refused_with_a_reason(as_ana: Client, small_shop: list[Event]) -> None:
    keep(refused=True)
    answer = as_ana.post(f"{PAGE}switch/", {"want": "buys", "within": "30", "do": "on"})
    assert answer.status_code == 422
    assert "cannot be switched on" in answer.content.decode()
    assert "too far from what came" in text(as_ana)


def test_a_specialist_sees_it_and_does_not_switch(as_bo: Client, bo: User, small_shop: list[Event]) -> None:
    keep()
    assert "Switch it on" not in text(as_bo)
    assert as_bo.post(f"{PAGE}switch/", {"want": "buys", "within": "30", "do": "on"}).status_code == 403
    assert as_bo.post(f"{PAGE}again/").status_code == 403


def test_it_stands_under_meetings_in_the_readers_language(as_ana: Client, ana: User, small_shop: list[Event]) -> None:
    keep()
    assert re.search(r'href="/meetings/"[^>]*aria-current', text(as_ana))
    ana.language = "sv"
    ana.save()
    assert "Av dem som sades vara närmast" in text(as_ana)
