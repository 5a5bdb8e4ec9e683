"""Where it hurts: what stands there at 20, 200 and 2,000 customers, and what the team may say about it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import numpy as np
import pytest
from django.test import Client

from tests.journeys.logs import DAY, MINUTE, Event
from tests.web.insight.test_totals_agree import Links, number_in, total_at
from tillit_web.insight import friction_queries
from tillit_web.insight.views.friction import as_text

PAGE = "/journeys/where-it-hurts/"
PROMISES = f"{PAGE}promises/"
BringIn = Callable[[list[Event]], None]
STEPS = ("product_added", "cart_viewed", "checkout_started", "payment_info_entered")
BAD, LOSS, USUAL = "checkout_started", 0.30, 0.05


def customers(count: int, *, later_steps: tuple[str, ...] = STEPS) -> list[Event]:
    """One journey each over four steps; the third loses 25 points more. Half ask first, half of these wait a day.

    The second half of the customers goes over `later_steps`.
    """
    rng = np.random.default_rng(5)
    events: list[Event] = []
    for person in range(count):
        at = person * 60 * MINUTE
        steps = [("question_asked", 0), ("question_answered", 30 if person % 4 else 1_500)] if person % 2 == 0 else []
        steps += [(step, 10) for step in (*(STEPS if person < count / 2 else later_steps), "order_completed")]
        for activity, minutes in steps:
            at += minutes * MINUTE
            amount = 10_000 if activity == "order_completed" else None
            events.append(Event(f"who{person}", at, activity, f"e{len(events):06}", amount_minor=amount))
            if activity in STEPS and rng.random() < (LOSS if activity == BAD else USUAL):
                break
    # The newest event, a lapse later: all others are over.
    events.append(Event("late", events[-1].at + 31 * DAY, "page_viewed", "last"))
    return events


def text_of(client: Client, address: str = PAGE) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def headline(text: str) -> str:
    found = re.search(r'<h1 class="answer">(.*?)</h1>', text, re.DOTALL)
    assert found
    return " ".join(found[1].split())


def test_before_the_first_import_it_says_what_will_be_here(as_cy: Client) -> None:
    assert headline(text_of(as_cy)).startswith("Here you will see where customers are lost")


def test_twenty_journeys_are_shown_one_by_one(as_cy: Client, bring_in: BringIn) -> None:
    bring_in(customers(20))
    text = text_of(as_cy)
    assert headline(text).startswith("20 finished journeys: too few to call any place friction. 300 are needed")
    assert '<ol class="cases">' in text
    assert "hurts-table" not in text
    assert "Friction: confirmed" not in text


def test_two_hundred_are_counted_with_ranges_and_not_compared(as_cy: Client, bring_in: BringIn) -> None:
    bring_in(customers(200))
    text = text_of(as_cy)
    assert "Where journeys ended, counted" in text
    assert re.search(r"\d+\sto\s\d+\sof\s100", text)
    assert "Beyond usual" not in text
    assert "Friction: confirmed" not in text
    assert "not enough data" in text  # of what broken promises cost


def test_two_thousand_name_the_bad_step_with_its_money_and_mark_it_on_the_map(as_cy: Client, bring_in: BringIn) -> None:
    bring_in(customers(2_000))
    text = text_of(as_cy)
    assert re.match(
        r"It hurts most at “Checkout started”: \d+ more journeys than usual ended there \(\d+ to \d+\), worth about",
        headline(text),
    )
    assert text.count("Friction: confirmed in a second period") == 1
    assert '<a class="map-hurts" href="#exit-1">' in text
    assert '<li id="exit-1">' in text
    links = Links()
    links.feed(text)
    counts = {(address, number_in(words)) for address, words in links.found if "of=" in address}
    of_page = {(address, n) for address, n in counts if re.search(r"of=(step|pattern|broken)", address) and n}
    assert {re.findall(r"of=(\w+)", address)[0] for address, _ in of_page} == {"step", "pattern", "broken"}
    for address, count in sorted(of_page):
        assert total_at(as_cy, address.replace("&amp;", "&")) == count, address


def test_a_suspicion_that_nothing_is_left_to_compare_with_is_shown_without_a_size(
    as_cy: Client, bring_in: BringIn
) -> None:
    """The shop was rebuilt half-way: of its steps only the bad one is left."""
    bring_in(customers(2_000, later_steps=(BAD,)))
    text = text_of(as_cy)
    assert "Suspected once, not confirmed" in text
    assert "Too few comparable steps in the second period" in text


def test_told_apart_by_channel_the_lists_behind_agree_too(as_cy: Client, bring_in: BringIn) -> None:
    bring_in(customers(700))
    text = text_of(as_cy, f"{PAGE}?by=channel")
    assert "Checkout started · Web" in text
    links = Links()
    links.feed(text)
    steps = [(address, number_in(words)) for address, words in links.found if "of=step" in address]
    assert len(steps) > 8
    for address, count in steps:
        assert total_at(as_cy, address) == count, address


def test_a_natural_end_is_no_friction_and_can_be_taken_back(as_cy: Client, as_bo: Client, bring_in: BringIn) -> None:
    bring_in(customers(2_000))
    assert as_bo.post(f"{PAGE}natural-end/", {"activity": BAD}).status_code == 403
    as_cy.post(f"{PAGE}natural-end/", {"activity": BAD})
    text = text_of(as_cy)
    assert headline(text).startswith("No step loses more customers than comparable ones")
    assert "Compare “Checkout started” again" in text
    as_cy.post(f"{PAGE}natural-end/", {"activity": BAD, "do": "undo"})
    assert headline(text_of(as_cy)).startswith("It hurts most at “Checkout started”")


def test_after_a_visit_it_says_who_comes_and_every_number_opens_its_journeys(as_cy: Client, bring_in: BringIn) -> None:
    """A fifth buys the day after, a fifth after 9 silent days, others never; 12 have had a quote too."""
    events = [Event("late", 90 * DAY, "page_viewed", "z")]
    for person in range(100):
        at = person * DAY // 4
        events.append(Event(f"who{person}", at, "store_visited", f"v{person}", channel="store"))
        if person < 12:
            events.append(Event(f"who{person}", at + MINUTE, "quote_sent", f"q{person}", actor="person"))
        if person % 5 < 2:
            when = at + (DAY if person % 5 else 9 * DAY)
            events.append(Event(f"who{person}", when, "order_completed", f"o{person}"))
    bring_in(events)
    text = text_of(as_cy)
    assert re.search(r"40 of 100 reach the goal within 30\sdays \(31\sto\s50\sof\s100, of 100 customers\)", text)
    silent = r"Of those silent for 14\sdays, 0 of 100 reach it in the week after \(0\sto\s6\sof\s100, of 60\)"
    assert re.search(silent, text)
    assert "12 customers: too few for a share. 6 reached the goal." in text
    assert text.count('<svg class="curve"') == 1
    links = Links()
    links.feed(text)
    opened = {(address, number_in(words)) for address, words in links.found if re.search("of=(met|silent)", address)}
    counted = {(address, count) for address, count in opened if count}
    assert len(counted) > 12
    for address, count in sorted(counted):
        assert total_at(as_cy, address.replace("&amp;", "&")) == count, address


def test_without_a_goal_in_the_data_it_says_so(as_cy: Client, bring_in: BringIn) -> None:
    bring_in([Event("Ana", 0, "question_asked", "a"), Event("Bo", 40 * DAY, "page_viewed", "b")])
    text = text_of(as_cy)
    assert headline(text).startswith("We cannot tell yet where it hurts: nothing in your data is “Order placed”")
    assert "“Question asked” answered within 4 opening hours" in text


def test_promises_are_added_removed_and_put_back(as_ana: Client, as_bo: Client) -> None:
    assert "You promise an answer to 4 things" in text_of(as_bo, PROMISES)
    form = {"do": "add", "ask": "order_completed", "answers": "order_shipped", "within": "3", "unit": "days"}
    assert as_bo.post(PROMISES, form).status_code == 200
    assert as_ana.post(PROMISES, form).status_code == 302
    assert "“Order placed” → “Order shipped” within 3 days" in text_of(as_ana, PROMISES)
    as_ana.post(PROMISES, {"do": "remove", "promise": "question_asked|question_answered|4 opening hours"})
    text = text_of(as_ana, PROMISES)
    assert "You promise an answer to 4 things" in text
    row = re.search(r'name="promise" value="(\d+)"', text)
    assert row
    as_ana.post(PROMISES, {"do": "put-back", "promise": row[1]})
    assert "You promise an answer to 5 things" in text_of(as_ana, PROMISES)
    assert len(friction_queries.promises().rules) == 5


def test_opening_hours_are_kept_and_nonsense_is_refused(as_ana: Client) -> None:
    week = {"do": "hours", "mon": "09:00-12:00, 13:00-17:00", "sat": "10:00-15:00", "holidays": "SE"}
    assert as_ana.post(PROMISES, week).status_code == 302
    hours = friction_queries.promises().hours
    assert (hours.text(), hours.holidays) == ("mon 09:00-12:00, mon 13:00-17:00, sat 10:00-15:00", "SE")
    refused = as_ana.post(PROMISES, {"do": "hours", "mon": "nine to five"})
    assert refused.status_code == 422
    assert "cannot be read" in refused.content.decode()
    assert as_ana.post(PROMISES, {"do": "add", "ask": "a", "answers": "b", "within": "soon"}).status_code == 422


def test_the_table_can_be_taken_away(as_cy: Client, as_bo: Client, bring_in: BringIn) -> None:
    bring_in(customers(700))
    assert as_bo.get(f"{PAGE}table.csv").status_code == 403
    answer = as_cy.get(f"{PAGE}table.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    bad = next(row for row in rows if row["step"] == BAD)
    assert bad["evidence"] == "confirmed"
    assert float(bad["low"]) < float(bad["beyond_usual"]) < float(bad["high"])
    assert float(bad["value"]) == pytest.approx(float(bad["beyond_usual"]) * 100 * 0.95, rel=0.05)


def test_a_cell_that_a_spreadsheet_would_run_is_text() -> None:
    assert [as_text(cell) for cell in ("=1+1", "+46", "-1", "@x", "ok")] == ["'=1+1", "'+46", "'-1", "'@x", "ok"]
