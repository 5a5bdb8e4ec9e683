"""What the page says of friction and of credit, at each size of a shop, held against plain counts of its events."""

from __future__ import annotations

import random
import re
from html import unescape
from pathlib import Path

import pytest

from tests.journeys.logs import DAY, MINUTE, Event, store_of
from tests.reports.test_page import Elements, cells
from tillit.friction.promise_files import parse_promises
from tillit.journeys.stage_rules import default_stage_rules
from tillit.journeys.view import CaseRule, View
from tillit.reports.page import render
from tillit.reports.report import report
from tillit.vocabulary import Purpose

HOUR = 60 * MINUTE
GOAL = "order_completed"
STEPS = ("product_added", "cart_viewed", "checkout_started", "payment_info_entered", GOAL)
BAD = "checkout_started"
CUSTOMERS = 1_400
CLAIMS = re.compile(r"\b(earn(s|ed)?|lost|because)\b", re.IGNORECASE)
CLOSES_LATE = """
opening_hours = "mon-sun 00:00-24:00"
[[promise]]
ask = "question_asked"
answers = ["question_answered"]
within = "4 opening hours"
"""


def shop(customers: int, *, seed: int = 3) -> list[Event]:
    """Each asks by mail or sees an advertisement, then goes along the steps; at the bad one six times as many leave."""
    dice, events = random.Random(seed), list[Event]()
    for customer in range(customers):
        who, at = f"customer {customer}", 10 * DAY + customer * 3 * HOUR

        if dice.random() < 0.4:
            happened = [("question_asked", "mail", at)]
            at += dice.choice([HOUR, 9 * HOUR])
            happened.append(("question_answered", "mail", at))
        else:
            happened = [("ad_clicked", "paid_search", at)]
        for step in STEPS:
            at += 10 * MINUTE
            happened.append((step, "web", at))
            if step != GOAL and dice.random() < (0.30 if step == BAD else 0.05):
                break
        for activity, channel, moment in happened:
            paid = 50_000 if activity == GOAL else None
            events.append(Event(who, moment, activity, f"e{len(events):05d}", channel, amount_minor=paid))
    return events


def page_of(folder: Path, events: list[Event], *, goal: str | None = GOAL) -> str:
    promises = parse_promises(CLOSES_LATE, name="ours.toml")
    store = store_of(folder, events, events_a_bucket=2_000)
    view = View(store, CaseRule(goal), purpose=Purpose.MEASUREMENT)
    return render(report(view, default_stage_rules(), timezone="UTC", promises=promises))


def section(page: str, heading: str) -> str:
    """What stands under a heading, in words."""
    marked = page[page.index(f"<h2>{heading}</h2>") :].split("</section>")[0]
    return " ".join(unescape(re.sub("<[^>]+>", " ", marked)).split())


def sold_after(events: list[Event]) -> tuple[dict[str, int], int]:
    """By channel the sales that had an event in it before, and all sales, by a loop; nobody here buys twice."""
    met: dict[str, set[str]] = {}
    parts: dict[str, int] = {}
    sales = 0
    for event in events:
        if event.activity == GOAL:
            sales += 1
            for channel in met[event.who]:
                parts[channel] = parts.get(channel, 0) + 1
        met.setdefault(event.who, set()).add(event.channel)
    return parts, sales


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[Event]]:
    events = shop(CUSTOMERS)
    return page_of(tmp_path_factory.mktemp("large"), events), events


def test_the_bad_step_comes_first_with_money_range_and_evidence(large: tuple[str, list[Event]]) -> None:
    page, events = large
    worst, *others = cells(page, "Where it hurts")
    assert worst[0] == BAD
    assert re.fullmatch(r"\d+ \(\d+ to \d+\)", worst[3])
    assert re.fullmatch(r"[\d,]+ SEK \([\d,]+ to [\d,]+\)", worst[4])
    assert worst[7].startswith("friction (exits)")
    assert not any("friction (exits)" in row[7] for row in others)
    # Numbers are of the second period: who came there, by a loop over the later half of the customers.
    second = [event for event in events if int(event.who.split()[1]) >= CUSTOMERS // 2]
    assert worst[1] == str(len({event.who for event in second if event.activity == BAD}))
    assert "<svg" in page.split("<h2>Where it hurts</h2>")[1].split("</section>")[0]


def test_a_broken_promise_is_counted_as_by_hand(large: tuple[str, list[Event]]) -> None:
    page, events = large
    asked = {event.who: event.at for event in events if event.activity == "question_asked"}
    waited = [event.at - asked[event.who] for event in events if event.activity == "question_answered"]
    late = sum(wait > 4 * HOUR for wait in waited)
    said = section(page, "Where it hurts")
    assert f"question_asked within 4 opening hours {late} of {len(waited)} (" in said


def test_channels_are_part_of_as_many_sales_as_a_loop_counts(large: tuple[str, list[Event]]) -> None:
    page, events = large
    parts, sales = sold_after(events)
    rows = cells(page, "Who contributed")
    assert {row[0]: row[1].split(" (")[0] for row in rows} == {
        name: f"{count} of {sales}" for name, count in parts.items()
    }
    said = section(page, "Who contributed")
    assert "first last linear position decay Evidence" in said
    assert "markov" not in said
    assert "Would have come anyway" in said
    assert "shares, not causes" in said


def test_no_claim_of_cause_without_a_holdout(large: tuple[str, list[Event]]) -> None:
    assert not CLAIMS.search(Elements(large[0]).text)


def test_of_two_hundred_there_are_counts_with_ranges_and_no_comparison(tmp_path: Path) -> None:
    events = shop(200)
    page = page_of(tmp_path, events)
    hurts, who = section(page, "Where it hurts"), section(page, "Who contributed")
    assert "Not enough data to call anything friction" in hurts
    assert "Beyond usual" not in hurts
    assert "suspected" not in hurts
    _, sales = sold_after(events)
    assert f"{sales} sales are too few to share out by models" in who
    assert "linear" not in who
    assert re.search(r"mail \d+ of \d+ \(\d+ to \d+ of 100\)", who)


def test_of_twenty_there_are_the_ways_themselves(tmp_path: Path) -> None:
    events = shop(20)
    page = page_of(tmp_path, events)
    hurts, who = section(page, "Where it hurts"), section(page, "Who contributed")
    assert "20 finished journeys are too few to compare steps." in hurts
    assert not re.search(r"\d of 100", hurts + who)
    parts, sales = sold_after(events)
    ways = {row[0]: int(row[1]) for row in cells(page, "Who contributed")}
    assert sum(ways.values()) == sales
    assert ways["paid_search → web"] == parts["paid_search"]
    assert ways["mail → web"] == parts["mail"]


def test_without_a_goal_promises_and_patterns_alone(tmp_path: Path) -> None:
    page = page_of(tmp_path, shop(60), goal=None)
    hurts = section(page, "Where it hurts")
    assert "add --goal ACTIVITY" in hurts
    assert "question_asked within 4 opening hours" in hurts
    assert "Who contributed" not in page


def test_the_same_events_in_another_order_give_the_same_page(tmp_path: Path, large: tuple[str, list[Event]]) -> None:
    page, events = large
    assert page_of(tmp_path, random.Random(1).sample(events, len(events))) == page
