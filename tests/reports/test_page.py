from __future__ import annotations

import base64
import hashlib
import random
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.journeys.logs import DAY, Event, view_of
from tillit.journeys.funnel import FunnelSpec
from tillit.journeys.stage_rules import default_stage_rules
from tillit.journeys.view import CaseRule
from tillit.reports.page import render
from tillit.reports.report import Report, report
from tillit.vocabulary import Period

WAY = ("page_viewed", "product_viewed", "checkout_started", "order_completed", "order_delivered")


def market(customers: int, *, seed: int = 5) -> list[Event]:
    """Customers who go along `WAY`, each a day's steps, and stop somewhere."""
    dice, events = random.Random(seed), list[Event]()
    for customer in range(customers):
        for step in range(dice.randint(1, len(WAY))):
            at = (customer % 40 + step) * DAY
            events.append(Event(f"customer {customer}", at, WAY[step], f"e{len(events):04d}"))
    return events


def made(folder: Path, events: list[Event], *, goal: str | None = None, funnel: FunnelSpec | None = None) -> Report:
    view = view_of(folder, events, rule=CaseRule(goal=goal))
    return report(view, default_stage_rules(), timezone="Europe/Oslo", funnel_spec=funnel)


class Elements(HTMLParser):
    """Every element with its attributes, and whether they close in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(page)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag != "meta":
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def cells(page: str, heading: str) -> list[list[str]]:
    """The rows of the first table after a heading."""
    body = page[page.index(f"<h2>{heading}</h2>") :].split("<tbody>")[1].split("</tbody>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]


def test_the_page_allows_its_own_style_and_nothing_else(tmp_path: Path) -> None:
    page = render(made(tmp_path, market(60), goal="order_completed"))
    style = page.split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    elements = Elements(page).found
    policies = [attributes["content"] for tag, attributes in elements if "http-equiv" in attributes]
    assert policies == [f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"]
    for tag, attributes in elements:
        assert tag not in {"script", "link", "img", "iframe", "object", "form"}
        assert not [name for name in attributes if name == "style" or name.startswith("on") or name in {"src", "href"}]
    assert "url(http" not in page
    assert "@import" not in style


def test_every_name_is_escaped(tmp_path: Path) -> None:
    bad = '"><script>alert(1)</script>&'
    events = [Event("Ana", 0, bad, "e1"), Event("Ana", DAY, "page_viewed", "e2"), Event("Ana", 2 * DAY, bad, "e3")]
    page = render(made(tmp_path, events, funnel=FunnelSpec((bad, "page_viewed"))))
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert bad in Elements(page).text


def test_tables_hold_the_numbers_of_the_report(tmp_path: Path) -> None:
    found = made(tmp_path, market(60), goal="order_completed", funnel=FunnelSpec(WAY[:3], 3 * 86_400.0))
    page = render(found)
    assert {row[0]: row[2:5] for row in cells(page, "What happened")} == {
        a.name: [str(a.events), str(a.persons), str(a.journeys)] for a in found.overview.activities
    }
    assert [row[:4] for row in cells(page, "What followed what")] == [
        [f.source, f.target, str(f.count), str(f.persons)] for f in found.overview.follows
    ]
    assert found.funnel is not None
    assert [row[1] for row in cells(page, "Along the steps")] == [str(step.reached) for step in found.funnel.steps]
    assert f"{found.overview.goals} of {found.overview.journeys} journeys (" in page.split("</h1>")[0]


def test_under_thirty_journeys_the_page_shows_each_and_no_rate(tmp_path: Path) -> None:
    found = made(tmp_path, market(29), funnel=FunnelSpec(WAY[:2]))
    page = render(found)
    assert found.overview.journeys == 29
    rows = cells(page, "The journeys, one by one")
    assert sorted(row[4] for row in rows) == sorted(" → ".join(WAY[: int(row[3])]) for row in rows)
    assert len(rows) == 29
    assert not re.search(r"\d to \d+ of 100", page)
    assert "longest wait" not in page
    assert "The journeys, one by one" not in render(made(tmp_path / "more", market(30)))


def test_the_same_events_in_another_order_give_the_same_bytes(tmp_path: Path) -> None:
    events = market(20)
    shuffled = random.Random(1).sample(events, len(events))
    assert render(made(tmp_path / "one", events)) == render(made(tmp_path / "other", shuffled))


def test_no_events_make_a_page_that_says_so(tmp_path: Path) -> None:
    page = render(made(tmp_path, []))
    assert "There are no events" in Elements(page).text
    assert "<table" not in page


@pytest.mark.parametrize(
    ("days", "period"), [(0, Period.DAY), (21, Period.DAY), (22, Period.WEEK), (185, Period.WEEK), (186, Period.MONTH)]
)
def test_the_longer_the_time_the_longer_the_periods(tmp_path: Path, days: int, period: Period) -> None:
    events = [Event("Ana", 0, "page_viewed", "e1"), Event("Ana", days * DAY, "page_viewed", "e2")]
    assert made(tmp_path, events).period is period
