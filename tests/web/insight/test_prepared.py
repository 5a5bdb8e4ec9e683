"""What the rail, Home and a page's own tabs open is answered ahead; what a reader chooses is counted, and said so."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from tests.web.insight.conftest import BringIn
from tests.web.insight.test_friction_page import customers
from tests.web.warehouse.test_preparing import leave_memory
from tillit.credit.cells import Headcount, Headcounts
from tillit_web.answers import queries as answers
from tillit_web.insight import prepared
from tillit_web.insight.actions import say_headcounts
from tillit_web.warehouse.builds import rebuild
from tillit_web.warehouse.preparing import Asked, prepare_current

COUNTS = b'id="counting"'
OPENED = (
    *("/home/", "/journeys/", "/journeys/?detail=100", "/journeys/stages/", "/journeys/stages/?by=month"),
    *("/journeys/ways/", "/journeys/ways/?show=50", "/journeys/funnel/", "/journeys/paths/", "/journeys/our-way/?look"),
    *("/journeys/where-it-hurts/", "/journeys/where-it-hurts/?by=channel", "/journeys/where-it-hurts/table.csv"),
    *("/credit/", "/credit/?by=function", "/credit/?by=campaign", "/credit/?by=content", "/credit/without/"),
    *("/credit/without/?without=web", "/credit/statement/", "/credit/statement.csv", "/answers/unanswered/"),
)


@pytest.fixture
def shop(bring_in: BringIn) -> None:
    """A shop of 700 customers, its store locked as an import leaves it."""
    say_headcounts(Headcounts((Headcount(60), Headcount(9, "sales"))))
    bring_in(customers(700))
    rebuild()


@pytest.mark.usefixtures("shop")
def test_whatever_is_opened_without_a_choice_has_its_answers(as_ana: Client, settings: Settings) -> None:
    settings.PATIENCE_SECONDS = 0.0  # a page that must count says so at once
    said = {address: as_ana.get(address).content for address in OPENED}
    assert sum(COUNTS in content for content in said.values()) > len(OPENED) // 2, "this shop's pages have to count"
    ahead = [prepared.ahead, lambda: [("searches", answers.searches)]]
    prepare_current(asked=Asked(ahead, [prepared.afterwards], least_customers=1))
    leave_memory()
    assert [address for address in OPENED if COUNTS in as_ana.get(address).content] == []
    assert COUNTS in as_ana.get("/journeys/?customers=new").content


@pytest.mark.usefixtures("shop")
def test_a_page_that_counts_says_so_and_gives_way(as_ana: Client, settings: Settings) -> None:
    address = "/journeys/where-it-hurts/?customers=new"
    settings.PATIENCE_SECONDS = 0.0
    page = as_ana.get(address)
    assert page.status_code == 200
    assert "These numbers are being counted." in page.content.decode()
    assert 'hx-get="/journeys/where-it-hurts/?customers=new"' in page.content.decode()
    fragment = as_ana.get(address, headers={"X-Counting": "1"}).content
    assert COUNTS in fragment
    assert b"<html" not in fragment
    settings.PATIENCE_SECONDS = 60.0
    assert as_ana.get(address, headers={"X-Counting": "1"}).headers["HX-Refresh"] == "true"
    assert COUNTS not in as_ana.get(address).content
