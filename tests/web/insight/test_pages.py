"""What pages say: before the first import, with few journeys, with a damaged log, and beside the team's own picture."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from tests.journeys.logs import DAY, MINUTE, Event
from tests.web.insight.conftest import BringIn
from tests.web.insight.small_shop import WAYS, shop
from tillit.events.log import EventLog
from tillit.events.segments import SegmentKind
from tillit.vocabulary import Stage
from tillit_web.calls.models import Call
from tillit_web.insight.models import OwnWay
from tillit_web.warehouse.models import Import

PAGES = (
    "/home/",
    *(f"/journeys/{page}" for page in ("", "stages/", "funnel/", "paths/", "ways/", "our-way/", "behind/")),
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.strip("/").replace("/", " "))
def test_before_the_first_import_the_one_thing_to_do_is_said(page: str, as_ana: Client) -> None:
    answer = as_ana.get(page)
    assert answer.status_code == 200
    assert b'href="/import/"' in answer.content or page == "/journeys/our-way/"


def test_a_specialist_is_not_sent_to_a_page_that_refuses(as_bo: Client) -> None:
    for page in PAGES:
        answer = as_bo.get(page)
        assert answer.status_code == 200
        assert b"/import/" not in answer.content, page


def test_under_thirty_journeys_are_shown_one_by_one_and_never_as_a_rate(as_cy: Client, bring_in: BringIn) -> None:
    bring_in(shop()[: 4 * 5])
    for page in ("/journeys/", "/journeys/ways/", "/journeys/funnel/?step=page_viewed&step=order_completed"):
        text = as_cy.get(page).content.decode()
        assert "too few" in text, page
        assert text.count('class="case"') == 5, page
        assert "of 100" not in text.partition("How we know")[0], page


@pytest.mark.parametrize(
    ("customers", "half", "nine_of_ten"), [(4, "–", "–"), (5, "1 hour", "–"), (10, "1 hour", "1 hour")]
)
def test_a_median_of_few_waits_is_not_told(
    customers: int, half: str, nine_of_ten: str, as_cy: Client, bring_in: BringIn
) -> None:
    steps = [(0, "page_viewed"), (60 * MINUTE, "order_completed")]
    bring_in([Event(f"c{n}", DAY + at, activity, f"{n}-{at}") for n in range(customers) for at, activity in steps])
    rows = re.findall(r"<td class=\"figure\">([^<]*)</td>", as_cy.get("/journeys/").content.decode())
    assert rows[-2:] == [half, nine_of_ten], "the last row of the last table, from the page to the order"
    funnel = as_cy.get("/journeys/funnel/?step=page_viewed&step=order_completed").content.decode()
    assert re.findall(r"<td class=\"figure\">([^<]*)</td>", funnel)[-2:] == [half, nine_of_ten]
    assert ("half came within 1 hour" in funnel) == (half != "–")


def test_with_enough_a_share_has_its_range(as_cy: Client, small_shop: list[Event]) -> None:
    """20 orders among the first journeys of 47 customers; Wilson's interval by scipy 1.17: 0.2951 to 0.5672.

    Three customers came back, within a lapse of the last event: too lately to be counted, though all three bought.
    """
    assert sum(count for _, count in WAYS) == 47
    text = as_cy.get("/journeys/").content.decode()
    assert "20 of 47 journeys reached “Order placed” (30\u00a0to\u00a057\u00a0of\u00a0100)." in text
    assert "3 journeys began too lately to be counted." in text


def test_a_damaged_part_of_the_log_is_named(as_cy: Client, small_shop: list[Event], data_directory: Path) -> None:
    with EventLog.open(data_directory) as log:
        (segment,) = log.segments(SegmentKind.EVENTS)
    raw = bytearray(segment.path.read_bytes())
    raw[len(raw) // 2] ^= 1
    segment.path.write_bytes(raw)
    text = as_cy.get("/journeys/").content.decode()
    assert "damaged and left out" in text
    assert segment.path.name in text


@pytest.mark.parametrize("state", [Import.State.RUNNING, Import.State.UNDOING])
def test_while_events_come_or_go_the_numbers_say_how_old_they_are(
    state: str, as_cy: Client, small_shop: list[Event]
) -> None:
    assert "The numbers below are as of" not in as_cy.get("/journeys/").content.decode()
    Import.objects.create(file_name="orders.csv", file_bytes=1, state=state)
    text = as_cy.get("/journeys/").content.decode()
    assert "Events are being added or taken out. The numbers below are as of" in text


def test_what_the_address_got_wrong_is_said(as_cy: Client, small_shop: list[Event]) -> None:
    text = as_cy.get("/journeys/?from=yesterday").content.decode()
    assert "left it out: from=yesterday" in text


def test_a_funnel_that_contradicts_itself_says_so(as_cy: Client, small_shop: list[Event]) -> None:
    answer = as_cy.get("/journeys/funnel/?step=page_viewed&step=order_completed&without=page_viewed")
    assert answer.status_code == 200
    assert "excluded from it; it can only be one" in answer.content.decode()


def test_the_team_writes_its_picture_and_sees_it_beside_what_happened(
    as_ana: Client, as_bo: Client, bring_in: BringIn
) -> None:
    sent = {f"share-{stage.value}": "5" for stage in Stage} | {"name-decide": "The yes", "question-decide": "Dare I?"}
    as_ana.post("/journeys/our-way/", sent)
    assert OwnWay.objects.get().before_data
    bring_in(shop())
    text = as_bo.get("/journeys/our-way/").content.decode()
    assert "You wrote it before you saw any data." in text
    assert "The yes" in text
    assert "“Dare I?”" in text
    assert "23 of 50" in text, "journeys with an event of deciding"
    assert as_bo.post("/journeys/our-way/", sent).status_code == 200
    assert OwnWay.objects.count() == 1, "a specialist reads and does not write"


def test_home_says_what_one_file_of_orders_gives(as_ana: Client, small_shop: list[Event]) -> None:
    """Three customers ordered twice, 41 days apart; 20 ordered; the first 20 − 0 of them ≥ 90 days before the end."""
    text = as_ana.get("/home/").content.decode()
    assert "Customers with a second order within 90 days" in text
    assert "over 3 pairs of orders" in text
    assert text.count("not in this version yet") == 1, "the counter"
    assert '<span class="state done">' in text


def test_home_tells_cold_calls_to_those_who_answer_for_them(as_ana: Client, as_cy: Client, as_bo: Client) -> None:
    """1 of 4: Wilson's 95 of 100 for it is 4.6 to 69.9 (Brown, Cai & DasGupta 2001, by hand)."""
    assert "calls out" not in as_ana.get("/home/").content.decode()
    at = datetime.now(UTC) - timedelta(days=1)
    calls = [Call(source="pbx", call_id=str(n), direction="out", started_at=at, basis="booking") for n in range(4)]
    Call.objects.bulk_create(calls)
    Call.objects.create(source="pbx", call_id="in", direction="in", started_at=at)
    quiet = as_ana.get("/home/").content.decode()
    assert '<p class="soft">Every one of 4 calls out in the last 30 days had a reason. <a href="/calls/">' in quiet
    Call.objects.filter(call_id="3").update(basis="")
    for client in (as_ana, as_cy):
        text = client.get("/home/").content.decode()
        assert "1 of 4 calls out in the last 30 days was cold (4 to 70 of 100)" in text
        assert 'href="/calls/">See the cold calls' in text
    assert "calls out" not in as_bo.get("/home/").content.decode()


def test_home_begins_with_how_it_goes_and_what_waits(as_ana: Client, small_shop: list[Event]) -> None:
    """20 of 47, and Wilson's range, as on the map; of 23 journeys with an order, the first way's 12 were delivered."""
    heading, lede = first_words(as_ana)
    assert heading == "About 43 of 100 journeys reach “Order placed” (30 to 57; counted on 47)."
    assert lede == "In 11 of 23 journeys, “Order placed” has had no answer yet."


def test_home_with_few_journeys_says_no_rate(as_ana: Client, bring_in: BringIn) -> None:
    bring_in([event for event in shop() if event.at < 60 * DAY])
    said = r"Too few to tell how it goes: \d+ of \d+ counted journeys reached “Order placed”."
    assert re.fullmatch(said, first_words(as_ana)[0])


def first_words(client: Client) -> tuple[str, str]:
    """What Home says first, as text."""
    text = client.get("/home/").content.decode()
    heading = re.search(r'<h1 class="answer">(.*?)</h1>', text)
    lede = re.search(r'<p class="lede"><a [^>]*>(.*?)</a></p>', text)
    assert heading
    return heading[1], lede[1] if lede else ""
