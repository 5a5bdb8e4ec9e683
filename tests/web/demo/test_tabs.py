"""The bar that joins the demo's installations, and its absence everywhere else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.test import Client, RequestFactory
from pytest_django import Settings

from tillit_web.demo.frame import demo
from tillit_web.demo.installation import Installation
from tillit_web.demo.tabs import Kind, Tab, Tabs
from tillit_web.people.models import User

TABS = Tabs(
    Kind.EXAMPLE,
    (
        Tab(Kind.EXAMPLE, "http://127.0.0.1:8300/demo/enter/a"),
        Tab(Kind.RECEIPTS, "http://127.0.0.1:8301/demo/enter/b"),
    ),
)


def test_tabs_survive_the_environment() -> None:
    assert Tabs.load(TABS.dump()) == TABS
    assert json.loads(TABS.dump())["here"] == "example"


def test_a_real_installation_has_none(settings: Settings) -> None:
    settings.DEMO_TABS = ""
    assert demo(RequestFactory().get("/")) == {}


def test_ones_own_file_is_brought_in_first() -> None:
    entrances = [Installation(kind, Path("x"), 8300, "token").entrance for kind in Kind]
    assert [link.partition("/demo/enter/")[2] for link in entrances] == ["token", "token", "token?next=/import/"]


@pytest.mark.parametrize(
    ("onward", "opened"), [("/import/", "/import/"), ("", "/"), ("https://evil.example/", "/"), ("//evil.example", "/")]
)
def test_the_entrance_leads_on_inside_the_demo_only(
    onward: str, opened: str, client: Client, ana: User, settings: Settings
) -> None:
    settings.DEMO_TOKEN = "token"
    answer = client.get("/demo/enter/token", {"next": onward} if onward else {})
    assert answer["Location"] == opened


def test_while_receipts_are_read_the_page_looks_again(as_ana: Client, settings: Settings) -> None:
    settings.DEMO_TABS = Tabs(Kind.RECEIPTS, TABS.tabs).dump()
    page = as_ana.get("/journeys/stages/").content.decode()
    assert 'hx-get="/journeys/stages/" hx-trigger="every 5s"' in page
    settings.DEMO_TABS = TABS.dump()
    assert "every 5s" not in as_ana.get("/journeys/stages/").content.decode()


@pytest.mark.django_db
def test_the_tab_of_this_process_is_the_current_one(settings: Settings) -> None:
    settings.DEMO_TABS = TABS.dump()
    found = demo(RequestFactory().get("/"))
    assert isinstance(found["demo_tabs"], list)
    assert [tab["here"] for tab in found["demo_tabs"]] == [True, False]
    assert not found["demo_is_reading"]
