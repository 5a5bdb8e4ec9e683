"""Holdouts on the pages: what was measured, what is too few, and how one could be made."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from django.test import Client

from tests.web.insight.conftest import BringIn
from tests.web.insight.credit.holdouts import fill_with_holdout
from tests.web.insight.credit.test_pages import heading, shopping, text_of
from tillit.credit.plan import Plan, Reach, plans
from tillit.credit.turns import turns_plans
from tillit.credit.weekly import WeeklySales
from tillit_web.insight.credit.holdout_plan import holdout_plan
from tillit_web.insight.credit.turns_words import turns_words
from tillit_web.people.models import Company


def test_what_a_holdout_measured_comes_first(as_cy: Client, company: Company, data_directory: Path) -> None:
    """1,800 of 2,000 with e-mail bought and 1,400 of 2,000 without it: 400 less, give or take
    1.96 · 2,000 · √(0.9 · 0.1 / 1,999 + 0.7 · 0.3 / 1,999) = 48."""
    fill_with_holdout(data_directory)
    text = text_of(as_cy, "/credit/")
    assert heading(text) == (
        "E-mail earned 400 of the 1,800 sales where it was not left out (352 to 448; measured: 2,000 of "
        "4,000 customers were left without it by lot)."
    )
    section = text.partition('id="measured-title"')[2].partition("</section>")[0]
    assert ">2000 of 4000<" in section.replace(",", "").replace("\u00a0", " ")
    assert ">400 (352 to 448)<" in section.replace("\u00a0", " ")
    assert "SEK 40,000" in section.replace("\u00a0", " ")
    grades = dict(re.findall(r'<th scope="row"><a [^>]*>([^<]*)</a></th>.*<td>([^<]*)</td></tr>', text))
    assert (grades["E-mail"], grades["Paid search"]) == ("measured by lot", "none")
    assert ">Chain<" in text, "3,200 sales are enough for every rule"
    assert ">Coalitions<" in text


def test_without_says_the_measured_loss(as_cy: Client, company: Company, data_directory: Path) -> None:
    fill_with_holdout(data_directory)
    text = text_of(as_cy, "/credit/without/?without=email")
    assert heading(text) == "Without “E-mail”: 400 sales lost (352 to 448), as measured by lot."
    assert "It was on the way of 1,800 of 3,200 sales" in text
    both = text_of(as_cy, "/credit/without/?without=email&without=paid_search")
    assert heading(both).startswith("Without “E-mail and Paid search”: at least 0 and at most 3,200")
    filtered = text_of(as_cy, "/credit/without/?without=email&channel=email")
    assert "lost" not in filtered.partition("<main")[2], "whoever was drawn is all customers"


def test_too_small_a_holdout_is_named_and_no_number(as_cy: Client, company: Company, data_directory: Path) -> None:
    fill_with_holdout(data_directory, customers=1_000)
    text = text_of(as_cy, "/credit/")
    assert "too few customers were drawn to tell" in text
    assert "earned" not in text.partition("<main")[2]
    assert "too few so far to tell" in text_of(as_cy, "/credit/without/?without=email")


def test_contents_are_told_apart_over_all_journeys(as_cy: Client, company: Company, data_directory: Path) -> None:
    """Customers go round three buttons and ten fates; every third of 1,000, those who bought among them."""
    fill_with_holdout(data_directory, customers=1_000)
    bought = [n for n in range(1_000) if n // 2 % 10 < (7 if n % 2 == 0 else 9)]
    expected = {f"button {b}": sum(n % 3 == b for n in bought) for b in range(3)}
    text = text_of(as_cy, "/credit/?by=content")
    shown = re.findall(r'(button \d)</th><td class="figure"><a href="([^"]+)">(\d+) of 800</a></td>', text)
    assert {name: int(count) for name, _, count in shown} == expected
    for name, link, count in shown:
        behind = text_of(as_cy, link)
        assert heading(behind) == f"{count} journeys. Each ended with a sale, and “{name}” came before it."
        assert "only where all journeys are looked at" in text_of(as_cy, f"{link}&channel=email")
    assert "only where all journeys are looked at" in text_of(as_cy, "/credit/?by=content&channel=email")
    assert "at most" in heading(text_of(as_cy, "/credit/without/?by=content&without=button+1"))


def test_few_sales_after_a_content_are_shown_one_by_one(as_cy: Client, company: Company, data_directory: Path) -> None:
    """Of the first 30 customers 24 bought: of those who met button 1, nobody else."""
    fill_with_holdout(data_directory, customers=30)
    bought = [n for n in range(30) if n // 2 % 10 < (7 if n % 2 == 0 else 9)]
    page = text_of(as_cy, "/credit/without/?by=content&without=button+1")
    assert f"It was part of {sum(n % 3 == 1 for n in bought)} of {len(bought)}; here they are" in heading(page)
    assert page.count('class="case"') == sum(n % 3 == 1 for n in bought)


def test_where_there_is_no_holdout_the_page_plans_one(as_cy: Client, bring_in: BringIn) -> None:
    """170 customers in 85 days are 14 a week; a holdout takes 3,000 drawn."""
    bring_in(shopping(34, 136))
    text = text_of(as_cy, "/credit/")
    assert "By lot it cannot be known at your size: in 26 weeks 73 customers come to it, and it takes at least" in text
    without = text_of(as_cy, "/credit/without/?without=store")
    assert "cannot be known at your size" in without
    assert "How to learn it by lot" in without
    assert "holdout_assigned" in without
    assert "How to learn it by turns" in without, "17 weeks are not enough for a holdout, and a sign takes turns"


@pytest.mark.parametrize(
    ("customers_a_week", "said"),
    [
        (5_000.0, "to learn whether it brings a tenth of these sales"),
        (500.0, "Whether it brings less cannot be known at your size"),
        (20.0, "By lot it cannot be known at your size"),
    ],
)
def test_a_plan_is_said_in_words(customers_a_week: float, said: str) -> None:
    reach = Reach(customers_a_week, 0.05)
    found = holdout_plan(reach)
    assert said in found.answer
    cells = [cell for _, row in found.rows for cell in row]
    known: list[Plan] = [one for one in plans(reach) if one.findable is not None]
    assert sum(cell != "too few" for cell in cells) == len(known)


@pytest.mark.parametrize(
    ("sales_a_week", "said"),
    [
        (300, "By turns: 20 weeks, two with and two without, show whether it brings a tenth"),
        (50, "By turns, half a year shows if it brings 21 of 100 of the sales on its ways or more"),
        (1, "By turns it cannot be known at your size"),
        (None, "not known before 13 whole weeks"),
    ],
)
def test_a_trial_by_turns_is_said_in_words(sales_a_week: int | None, said: str) -> None:
    if sales_a_week is None:
        assert said in turns_words((), "store").answer
        return
    even = np.full(60, sales_a_week)
    found = turns_words(turns_plans(WeeklySales(even, even, even[:0].reshape(0, 60))), "store")
    assert said in found.answer
    assert found.is_first, "a sign is left out by turns, not by lot"
    assert [row.label.partition(":")[0] for row in found.rows] == ["Sales on its ways", "All sales"]
