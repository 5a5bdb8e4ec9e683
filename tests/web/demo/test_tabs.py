"""The bar that joins the demo's installations, and its absence everywhere else."""

from __future__ import annotations

import json

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from tillit_web.demo.frame import demo
from tillit_web.demo.tabs import Kind, Tab, Tabs

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


@pytest.mark.django_db
def test_the_tab_of_this_process_is_the_current_one(settings: Settings) -> None:
    settings.DEMO_TABS = TABS.dump()
    found = demo(RequestFactory().get("/"))
    assert isinstance(found["demo_tabs"], list)
    assert [tab["here"] for tab in found["demo_tabs"]] == [True, False]
    assert not found["demo_is_reading"]
