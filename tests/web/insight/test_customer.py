"""One customer: every event with its origin, contact details only on the record, found by what the customer gave."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.test import Client

from tests.journeys.logs import DAY, MINUTE, Event, log, subject_of, write_events
from tests.web.insight.conftest import BringIn
from tests.web.insight.small_shop import fill_from
from tillit.errors import QueryError
from tillit.events.contract import EVENT_SCHEMA
from tillit.events.key import read_or_create_key
from tillit.events.subject import subject_of as hashed
from tillit.journeys.behind import Everything, journeys_behind
from tillit.journeys.store import public_pseudonym
from tillit.journeys.timeline import timeline
from tillit.vocabulary import IdentifierKind, Purpose
from tillit_web.people import actions as people
from tillit_web.people.consents import How
from tillit_web.people.models import AccessRecord, Contact, User
from tillit_web.warehouse.queries import current_view

DI = public_pseudonym(subject_of("Di"))
TWO_JOURNEYS = [
    replace(event, at=event.at + offset)
    for event, offset in zip(
        log(("Di", 0, "page_viewed"), ("Di", 1, "order_completed"), ("Di", 2, "page_viewed")),
        (0, 3 * DAY, 60 * DAY),
        strict=True,
    )
]


def test_gaps_and_journeys_are_told(as_bo: Client, bring_in: BringIn) -> None:
    bring_in(TWO_JOURNEYS)
    text = as_bo.get(f"/journeys/customer/{DI}/").content.decode()
    assert "3 events in 2 journeys," in text
    assert re.findall(r"(\d+ days) later", text) == ["3 days", "57 days"]
    assert text.count("reached the goal") == 1


def test_every_row_opens_its_event(as_bo: Client, bring_in: BringIn) -> None:
    bring_in(TWO_JOURNEYS)
    text = as_bo.get(f"/journeys/customer/{DI}/").content.decode()
    assert text.count("<details><summary>") == 3
    for expected in ("file, row 2", "<dt>n</dt><dd>e0001</dd>", "order_completed"):
        assert expected in text


def test_the_same_again_in_one_visit_is_one_line_that_opens_to_its_events(as_bo: Client, bring_in: BringIn) -> None:
    """Four product views, a pause of half an hour, two more, a page; each stands once, four of them under one line."""
    minutes = [0, 1, 2, 9, 39, 40, 41]
    bring_in(
        [
            Event("Di", DAY + minute * MINUTE, "page_viewed" if minute == 41 else "product_viewed", f"e{minute}")
            for minute in minutes
        ]
    )
    text = as_bo.get(f"/journeys/customer/{DI}/").content.decode()
    assert re.findall(r"×(\d+)", text) == ["4"]
    assert re.search(r'event-when">2 Jan 01:00–01:09<', text)
    assert re.findall(r'id="event-(\d+)"', text) == [str(place) for place in range(1, 8)]
    assert re.findall(r"<dt>Event id</dt><dd>(e\d+)</dd>", text) == [f"e{minute}" for minute in minutes]


def test_what_moved_money_is_told_on_its_own(as_bo: Client, bring_in: BringIn) -> None:
    bring_in([Event("Di", DAY + n * MINUTE, "order_refunded", f"e{n}", amount_minor=-100) for n in range(3)])
    assert "×" not in as_bo.get(f"/journeys/customer/{DI}/").content.decode()


def test_contact_details_show_only_when_asked_for_and_on_the_record(as_bo: Client, bo: User, bring_in: BringIn) -> None:
    bring_in(TWO_JOURNEYS)
    Contact.objects.create(subject=subject_of("Di"), kind="email", value="di@example.org")
    page = f"/journeys/customer/{DI}/"
    assert b"di@example.org" not in as_bo.get(page).content
    assert not AccessRecord.objects.filter(what="contacts").exists()
    assert b"di@example.org" not in as_bo.post(f"{page}contacts/").content, "nothing without a reason"
    answer = as_bo.post(f"{page}contacts/", {"basis": "booking", "reason": "the call of Friday"})
    assert b"di@example.org" in answer.content
    opening = AccessRecord.objects.get(what="contacts")
    assert (opening.member, bytes(opening.subject or b"")) == (bo, subject_of("Di"))
    assert (opening.purpose, opening.basis, opening.reason) == ("service", "booking", "the call of Friday")


def test_whoever_knows_who_it_is_sees_no_reading_without_a_yes(as_bo: Client, bring_in: BringIn) -> None:
    bring_in(TWO_JOURNEYS)
    page = f"/journeys/customer/{DI}/"
    text = as_bo.post(f"{page}contacts/", {"basis": "request"}).content.decode()
    assert "1 event in 1 journey" in text
    assert "2 events are withheld" in text
    people.record_consent([subject_of("Di")], Purpose.STAFF_READING, granted=True, how=How.STAFF, where="in the shop")
    text = as_bo.post(f"{page}contacts/", {"basis": "request"}).content.decode()
    assert "3 events in 2 journeys" in text
    assert "What this customer allows, and what not" in text
    assert "in the shop" in text


def test_who_said_no_to_being_counted_is_met_under_service_with_the_answer_cited(
    as_bo: Client, bring_in: BringIn
) -> None:
    bring_in(TWO_JOURNEYS)
    page = f"/journeys/customer/{DI}/"
    assert "in no number and no list" not in as_bo.get(page).content.decode()
    number = people.record_consent(
        [subject_of("Di")], Purpose.MEASUREMENT, granted=False, how=How.SITE, where="/about", wording="7"
    )
    assert as_bo.post("/journeys/find/", {"identifier": DI})["Location"] == page
    text = as_bo.get(page).content.decode()
    assert "in no number and no list" in text
    assert f"Answer {number} on record" in text
    assert "on our site · /about · version 7 of the words" in text
    # A no is for what it was asked about: lots are a question of their own, with a no of their own.
    assert (text.count(">not allowed<"), text.count(">allowed<")) == (6, 1)
    lots = text[text.index("A lot may decide how we meet them") : text.index(">allowed<")]
    assert "Nobody asked; it is allowed until they say no." in lots
    assert ">not allowed<" not in lots
    assert "1 event in 1 journey" in text, "what was ordered, and nothing that was read"
    assert text.count("Page viewed") == 0
    openings = AccessRecord.objects.filter(what__in=["page", "search"]).order_by("id")
    assert [row.purpose for row in openings] == ["measurement", "service", "service"]
    view = current_view(purpose=Purpose.MEASUREMENT)
    assert view is not None
    with pytest.raises(QueryError, match="withheld"):
        timeline(view, DI)
    assert journeys_behind(view, Everything()).total == 0


def test_of_somebody_who_only_read_and_said_no_the_answers_alone_are_shown(as_bo: Client, bring_in: BringIn) -> None:
    bring_in([Event("Di", DAY, "page_viewed", "e1")])
    people.record_consent([subject_of("Di")], Purpose.MEASUREMENT, granted=False, how=How.SIGNAL, where="/")
    text = as_bo.get(f"/journeys/customer/{DI}/").content.decode()
    assert "nothing may be shown here." in text
    assert "1 event is withheld" in text
    assert "sent by the browser" in text


def test_every_opening_of_a_page_and_every_search_is_on_record(as_bo: Client, bo: User, bring_in: BringIn) -> None:
    bring_in(TWO_JOURNEYS)
    as_bo.get(f"/journeys/customer/{DI}/")
    as_bo.post("/journeys/find/", {"identifier": DI})
    as_bo.post("/journeys/find/", {"identifier": "cy@example.org"})
    rows = [(row.member, row.what, bytes(row.subject or b"")) for row in AccessRecord.objects.order_by("id")]
    assert rows == [(bo, "page", subject_of("Di")), (bo, "search", subject_of("Di")), (bo, "search", b"")]
    assert not any("cy@" in row.reason for row in AccessRecord.objects.all())


def test_an_analyst_is_not_offered_contact_details(as_cy: Client, bring_in: BringIn) -> None:
    bring_in(TWO_JOURNEYS)
    page = f"/journeys/customer/{DI}/"
    assert b"Show contact details" not in as_cy.get(page).content
    assert as_cy.post(f"{page}contacts/").status_code == 403


@pytest.mark.parametrize("typed", ["di@example.org", " DI@Example.org "])
def test_a_customer_is_found_by_the_address_they_gave(typed: str, as_bo: Client, data_directory: Path) -> None:
    subject = hashed(IdentifierKind.EMAIL, "di@example.org", key=read_or_create_key(data_directory))
    path = write_events(data_directory / "one.parquet", [Event("Di", DAY, "page_viewed", "e1")])
    rows = [{**row, "subject": subject} for row in pq.read_table(path).to_pylist()]
    pq.write_table(pa.Table.from_pylist(rows, schema=EVENT_SCHEMA), path)
    fill_from(data_directory, path)
    answer = as_bo.post("/journeys/find/", {"identifier": typed})
    assert answer.status_code == 302
    assert answer["Location"] == f"/journeys/customer/{public_pseudonym(subject)}/"


@pytest.mark.parametrize("typed", [DI, f" {DI.upper()} "])
def test_a_customer_is_found_by_pseudonym(typed: str, as_bo: Client, bring_in: BringIn) -> None:
    bring_in(TWO_JOURNEYS)
    answer = as_bo.post("/journeys/find/", {"identifier": typed})
    assert answer["Location"] == f"/journeys/customer/{DI}/"


@pytest.mark.parametrize("typed", ["", "å", "aaaaaaaaaa", "'; drop", "8" * 200])
def test_what_nobody_is_known_by_finds_nobody(typed: str, as_bo: Client, bring_in: BringIn) -> None:
    bring_in(TWO_JOURNEYS)
    assert b"We found nobody" in as_bo.post("/journeys/find/", {"identifier": typed}).content


def test_nobody_found_is_said_and_keeps_what_was_typed_out_of_the_page(as_bo: Client, bring_in: BringIn) -> None:
    bring_in(TWO_JOURNEYS)
    text = as_bo.post("/journeys/find/", {"identifier": "cy@example.org"}).content.decode()
    assert "We found nobody with this identifier." in text
    assert "cy@example.org" not in text


def test_a_name_that_is_gone_says_what_to_do(as_bo: Client, bring_in: BringIn) -> None:
    bring_in(TWO_JOURNEYS)
    answer = as_bo.get("/journeys/customer/aaaaaaaaaa/")
    assert answer.status_code == 404
    assert "open the person again from a list of journeys" in answer.content.decode()


def test_a_name_that_is_gone_says_so_in_swedish(as_bo: Client, bo: User, bring_in: BringIn) -> None:
    bring_in(TWO_JOURNEYS)
    bo.language = "sv"
    bo.save()
    page = as_bo.get("/journeys/customer/aaaaaaaaaa/").content.decode()
    assert "ingen person &#x27;aaaaaaaaaa&#x27; finns i det här lagret" in page


def test_one_event_on_one_day_is_told_in_the_singular(as_bo: Client, bring_in: BringIn) -> None:
    bring_in([Event("Di", DAY, "page_viewed", "e1")])
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", as_bo.get(f"/journeys/customer/{DI}/").content.decode())
    assert heading
    assert re.sub(r"<[^>]+>", "", heading[1]) == f"Customer {DI}: 1 event in 1 journey, 2 Jan 1970."
