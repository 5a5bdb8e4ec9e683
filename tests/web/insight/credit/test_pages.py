"""What the pages of credit say at each size, and that every number opens as many journeys as it counts."""

from __future__ import annotations

import csv
import html
import io
import re
from pathlib import Path

import pytest
from django.test import Client

from tests.journeys.logs import DAY, Event
from tests.web.insight.conftest import BringIn
from tests.web.insight.credit.companies import company as simulated
from tests.web.insight.credit.companies import fill_company
from tests.web.insight.small_shop import shop
from tillit.credit.cells import Headcount, Headcounts, write_headcounts
from tillit_web.insight.credit.statement import as_text
from tillit_web.people.models import Company

PAGES = ("/credit/", "/credit/without/", "/credit/statement/")


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return html.unescape(answer.content.decode())


def heading(text: str) -> str:
    found = re.search(r'<h1 class="answer">(.*?)</h1>', text, re.DOTALL)
    assert found
    return found[1].replace("\u00a0", " ")


def shopping(visitors: int, others: int) -> list[Event]:
    """Web orders, each after a search; those of the visitors after a visit to Malmö too."""
    events = []
    for customer in range(visitors + others):
        at = customer * DAY // 2
        steps: list[tuple[str, str, str | None]] = [("page_viewed", "organic_search", None)]
        steps += [("store_visited", "store", "Malmö")] if customer < visitors else []
        steps += [("order_completed", "web", None)]
        for place, (activity, channel, where) in enumerate(steps):
            amount = 10_000 if activity == "order_completed" else None
            events.append(
                Event(
                    f"c{customer}", at + place * 3_600_000_000, activity, f"{customer}-{place}", channel, where, amount
                )
            )
    return events


@pytest.mark.parametrize("page", PAGES)
def test_before_the_first_import_the_one_thing_to_do_is_said(page: str, as_ana: Client, as_bo: Client) -> None:
    assert 'href="/import/"' in text_of(as_ana, page)
    assert "/import/" not in text_of(as_bo, page)


def test_the_sentence_of_the_shop(as_cy: Client, bring_in: BringIn) -> None:
    """34 of 170; Wilson's interval by scipy 1.17: 0.1469 to 0.2663."""
    bring_in(shopping(34, 136))
    text = text_of(as_cy, "/credit/")
    assert heading(text) == (
        "A visit to the shop was part of 1 in 5 web orders (34 of 170; 15 to 27 of 100; shares, not causes)."
    )
    assert "What would be lost without it: not known." in text
    assert "“Shop” was part of 34 sales; were every second of its touches not noted, it would be of 17." in text
    home = text_of(as_cy, "/home/")
    assert "A visit to the shop was part of 34 of 170 web orders; shares, not causes." in home
    assert ">20%</a>" in home
    assert "15 to 27 of 100" in home.replace("\N{NO-BREAK SPACE}", " ")
    alone = r'No known touch before</th><td class="figure">(.*?)</td>'
    assert re.findall(alone, text) == ["0 of 170"], "everybody searched first"
    [by_place] = re.findall(alone, text_of(as_cy, "/credit/?by=place"))
    assert by_place.endswith(">136 of 170</a>"), "and 136 of them were at no place"
    together = text_of(as_cy, "/credit/without/?without=store&without=organic_search")
    assert "two weeks with and two without both of them, alternating" in together
    assert "A way to find out: two weeks with and two without the booking sign, alternating." in text
    assert "First touch" not in text.partition("How we know")[0], "170 sales are too few for rules"


def test_under_thirty_sales_they_are_shown_one_by_one(as_cy: Client, small_shop: list[Event]) -> None:
    """The small shop has 23 orders."""
    text = text_of(as_cy, "/credit/")
    assert heading(text).startswith("23 sales so far: too few")
    assert text.count('class="case"') == 23
    assert "of 100" not in text.partition("How we know")[0]
    without = text_of(as_cy, "/credit/without/?without=store")
    assert "too few sales to tell. It was part of 5 of 23" in heading(without)
    assert without.count('class="case"') == 5


def test_from_three_hundred_on_rules_stand_side_by_side_and_no_chain(as_cy: Client, bring_in: BringIn) -> None:
    bring_in(shopping(100, 250))
    text = text_of(as_cy, "/credit/")
    table = text.partition('id="models-title"')[2].partition("The same in money")[0]
    assert re.findall(r'<th scope="col" class="figure">([^<]*)</th>', table) == [
        "First touch", "Last touch", "Equal parts", "Ends first", "Recent first", "Spread",
    ]  # fmt: skip
    shares = [[float(value) for value in re.findall(r'figure">([\d.]+)%<br>', row)] for row in table.split("<tr>")]
    columns = list(zip(*[row for row in shares if row], strict=True))
    assert len(columns) == 5
    for column in columns:
        assert sum(round(value * 10) for value in column) == 1_000, "each column adds up to 100 %"
    last_touch = columns[1]
    assert sorted(last_touch) == [28.6, 71.4], "100 of 350 were last touched by the shop"
    sets = text.partition('id="together"')[2].partition("</details>")[0]
    assert re.findall(r'<th scope="row">([^<]*)</th>', sets) == ["Search", "Search and Shop"]
    for link, count in re.findall(r'<a href="([^"]*)">(\d+)</a>', sets):
        assert heading(text_of(as_cy, link)).startswith(f"{count} journeys"), link
    assert re.findall(r">(\d+)</a>", sets) == ["250", "100"]
    assert "by coalitions" not in text.partition('id="noted"')[2]
    assert "Each gets" not in sets, "that is the coalitions' column, which needs 3,000 sales"
    money = text.partition("The same in money")[2]
    assert "SEK\u00a035,000" in money, "350 orders of 100 kronor"


def test_every_number_of_the_page_opens_as_many_journeys(as_cy: Client, bring_in: BringIn) -> None:
    bring_in(shopping(34, 136))
    opened = 0
    for address in ("/credit/", "/credit/?by=function", "/credit/?by=place", "/credit/?channel=store"):
        for link, count in re.findall(
            r'<td class="figure"><a href="([^"]*)">(\d+) of \d+</a>', text_of(as_cy, address)
        ):
            assert heading(text_of(as_cy, link)).startswith(f"{count} journey"), link
            opened += 1
    statement = text_of(as_cy, "/credit/statement/?month=1970-02")
    for link, count in re.findall(r'<td class="figure"><a href="([^"]*)">(\d+)</a>', statement):
        assert heading(text_of(as_cy, link)).startswith(f"{count} journey"), link
        opened += 1
    assert opened >= 8


def test_without_two_names_says_at_most_and_at_least(as_cy: Client, bring_in: BringIn) -> None:
    bring_in(shopping(34, 136))
    text = text_of(as_cy, "/credit/without/?without=store&without=organic_search")
    assert heading(text) == "Without “Shop and Search”: at least 0 and at most 170 of 170 sales fewer."
    assert "Where between, these data do not say." in text
    assert heading(text_of(as_cy, "/credit/without/?without=store")).startswith(
        "Without “Shop”: at least 0 and at most 34"
    )
    assert "nothing to take away" in text_of(as_cy, "/credit/without/?without=fax")


def test_where_no_visit_is_known_the_showroom_is_unknown(as_cy: Client, bring_in: BringIn) -> None:
    bring_in(shopping(0, 60))
    text = text_of(as_cy, "/credit/")
    assert "Unknown: no visit, appointment, receipt or scanned code of a shop is in your data." in text
    assert heading(text).startswith("Search was part of all sales (60 of 60")


def test_places_stand_together_until_somebody_says_how_many_work_there(
    as_cy: Client, bring_in: BringIn, data_directory: Path
) -> None:
    bring_in(shopping(34, 136))
    together = text_of(as_cy, "/credit/?by=place")
    assert "Places together" in together
    assert "Malmö" not in together.partition("<main")[2]
    write_headcounts(data_directory, Headcounts((Headcount(6, place="Malmö"),)))
    assert "Malmö" in text_of(as_cy, "/credit/?by=place")
    write_headcounts(data_directory, Headcounts((Headcount(4), Headcount(6, place="Malmö"))))
    four = text_of(as_cy, "/credit/?by=place")
    assert "Fewer than five people work here, so sales are told apart by channel alone." in four
    assert "Malmö" not in four.partition("<main")[2]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/credit/?from=1970-02-10&to=1970-02-10", "The period is widened to whole months"),
        ("/credit/?by=function&channel=store", "Channel and place are left out here"),
        ("/credit/?place=Malmö", "This place is left out"),
    ],
)
def test_no_filter_narrows_a_sale_to_few_people(address: str, said: str, as_ana: Client, bring_in: BringIn) -> None:
    bring_in(shopping(34, 136))
    text = text_of(as_ana, address)
    assert said in text
    assert "journeys/behind" in text
    for link in re.findall(r'href="(/journeys/behind/[^"]*)"', text):
        assert "place=Malm" not in link
        assert "1970-02-10" not in link


def test_the_owner_says_how_many_work_where_and_the_statement_follows(
    as_ana: Client, as_cy: Client, bring_in: BringIn, data_directory: Path
) -> None:
    bring_in(shopping(34, 136))
    assert "Malmö" not in text_of(as_cy, "/credit/statement/?month=1970-01").partition("<main")[2]
    assert as_cy.get("/settings/employees/").status_code == 403
    page = text_of(as_ana, "/settings/employees/")
    assert "Malmö · Sales" in page
    sent = {"n|sales|": "1 4", "n|sales|Malmö": "6", "n||Malmö": "6", "n|x|": "five"}
    for typed in ("<b>many</b>", "-1", "2.5", "1234567"):
        refused = as_ana.post("/settings/employees/", sent | {"n||": typed})
        page = refused.content.decode()
        assert (refused.status_code, page.count('aria-invalid="true"')) == (422, 1)
        assert page.count(f'value="{html.escape(typed)}"') == 1, "what was typed is kept"
        assert 'value="1 4"' in page
        assert "Nothing is saved yet: look at 1 field below." in page
    assert "Malmö" not in text_of(as_cy, "/credit/statement/?month=1970-01").partition("<main")[2]
    assert as_ana.post("/settings/employees/", sent | {"n||": ""}).status_code == 302
    text = text_of(as_cy, "/credit/statement/?month=1970-01")
    assert "Malmö · Sales" in text
    assert "No shop stands by itself yet" not in text
    assert "stands alone" in text_of(as_ana, "/settings/employees/")


def test_the_file_has_the_numbers_of_the_page_and_no_formula(
    as_cy: Client, bring_in: BringIn, company: Company
) -> None:
    bring_in(shopping(34, 136))
    answer = as_cy.get("/credit/statement.csv?month=1970-01")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="statement-1970-01.csv"' in answer["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    # A customer every half day: in the 31 days and an hour less of Stockholm's January 62 orders are placed.
    (whole,) = (row for row in rows if row["Shop and function"] == "All sales")
    page = text_of(as_cy, "/credit/statement/?month=1970-01")
    assert (
        heading(page) == f"In January 1970 we sold together: 0 at the tills, {whole['Part of web orders']} on the web."
    )
    assert whole["Part of web orders"] == "62"
    assert whole["Part of web orders SEK"] == "6200.00"


@pytest.mark.parametrize("cell", ["=1+1", "+4", "-2", "@sum", "\t=1", "\r=1"])
def test_a_cell_that_a_spreadsheet_would_compute_is_text(cell: str) -> None:
    assert as_text(cell) == f"'{cell}"
    assert as_text(f"Malmö {cell}") == f"Malmö {cell}"


def test_without_a_goal_in_the_data_the_pages_say_so(as_ana: Client, bring_in: BringIn) -> None:
    bring_in([event for event in shop() if event.activity != "order_completed"])
    for page in PAGES:
        assert "so there is no sale to share" in text_of(as_ana, page) or "Choose one or two" in text_of(as_ana, page)


@pytest.mark.parametrize(("customers", "models"), [(20, False), (200, False), (2_000, True)])
def test_at_each_size_the_page_says_what_it_may(
    customers: int, models: bool, as_cy: Client, data_directory: Path, company: Company
) -> None:
    found = simulated(customers)
    fill_company(data_directory, found)
    sales = sum(happening.activity == "order_completed" for happening in found.happenings)
    text = text_of(as_cy, "/credit/")
    assert ("Shares by different rules" in text) == models
    assert "Coalitions:" not in text
    if sales < 30:
        assert heading(text).startswith(f"{sales} sales so far")
    else:
        assert f" of {sales}</a>" in text
