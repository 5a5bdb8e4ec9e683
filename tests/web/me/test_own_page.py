"""The customer's own page: opened by a fresh code in one browser, the same answer for strangers, everything within."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from tests.journeys.logs import log, write_events
from tests.web.insight.small_shop import fill_from
from tillit.events.contract import EVENT_SCHEMA
from tillit.events.key import read_or_create_key
from tillit.events.subject import subject_of
from tillit.journeys.store import public_pseudonym
from tillit.vocabulary import IdentifierKind, Purpose
from tillit_web.jobs.worker import do_waiting_jobs
from tillit_web.mail import NO_MAIL
from tillit_web.me.models import PageCode
from tillit_web.meetings.models import Need
from tillit_web.people import queries
from tillit_web.people.models import AccessRecord, Company, Contact, Correction
from tillit_web.warehouse.erasing import remove_filtered

ANA_ADDRESS, BO_ADDRESS = "ana@example.org", "bo@example.org"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ana_known(data_directory: Path, company: Company) -> bytes:
    """Ana has read a page and ordered; Bo has asked a question."""
    key = read_or_create_key(data_directory)
    who = {name: subject_of(IdentifierKind.EMAIL, f"{name}@example.org", key=key) for name in ("ana", "bo")}
    events = log(("ana", 1, "page_viewed"), ("ana", 2, "order_completed"), ("bo", 3, "question_asked"))
    path = write_events(data_directory / "one.parquet", [replace(event) for event in events])
    rows = [
        {**row, "subject": who[event.who]} for row, event in zip(pq.read_table(path).to_pylist(), events, strict=True)
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=EVENT_SCHEMA), path)
    fill_from(data_directory, path)
    for name in who:
        Contact.objects.create(subject=who[name], kind="email", value=f"{name}@example.org")
    return who["ana"]


def ask(browser: Client, typed: str) -> str:
    """Ask for a code as somebody does; returns the code that was mailed, or ""."""
    mail.outbox.clear()
    answer = browser.post("/me/", {"identifier": typed})
    assert (answer.status_code, answer["Location"]) == (302, "/me/code/")
    do_waiting_jobs()
    found = re.match(r"\S{4}-\S{4}", str(mail.outbox[0].body)) if mail.outbox else None
    return found[0] if found else ""


def opened(browser: Client, typed: str = ANA_ADDRESS) -> Client:
    assert browser.post("/me/code/", {"code": ask(browser, typed)})["Location"] == "/me/page/"
    return browser


def test_a_code_opens_what_we_know_in_the_browser_that_asked(client: Client, ana_known: bytes) -> None:
    text = opened(client).get("/me/page/").content.decode()
    assert "2 events, and what stands below" in text
    assert ANA_ADDRESS in text
    assert BO_ADDRESS not in text
    assert mail.outbox[0].to == [ANA_ADDRESS]
    assert not PageCode.objects.exclude(address="").exists(), "the address is forgotten when the code is sent"


def test_a_forwarded_code_opens_nothing_in_another_browser(client: Client, ana_known: bytes) -> None:
    code = ask(client, ANA_ADDRESS)
    other = Client()
    ask(other, BO_ADDRESS)
    assert b"opens nothing here" in other.post("/me/code/", {"code": code}).content
    assert Client().post("/me/code/", {"code": code})["Location"] == "/me/"
    assert Client().get("/me/page/")["Location"] == "/me/"


def test_a_code_works_once_and_for_15_minutes(client: Client, ana_known: bytes) -> None:
    code = ask(client, ANA_ADDRESS)
    with time_machine.travel(timezone.now() + timedelta(minutes=15, seconds=1)):
        assert b"opens nothing here" in client.post("/me/code/", {"code": code}).content
    opened(client)
    assert PageCode.objects.filter(used_at=None).count() == 1
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        assert client.get("/me/page/")["Location"] == "/me/"


def test_a_stranger_gets_the_same_answer_and_no_mail(client: Client, ana_known: bytes) -> None:
    pages = []
    for typed in (ANA_ADDRESS, "nobody@example.org"):
        browser = Client()
        code = ask(browser, typed)
        assert bool(code) == (typed == ANA_ADDRESS)
        page = browser.get("/me/code/").content.decode()
        pages.append(re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page))
    assert pages[0] == pages[1]


def test_five_wrong_codes_spend_the_question(client: Client, ana_known: bytes) -> None:
    code = ask(client, ANA_ADDRESS)
    for _ in range(5):
        client.post("/me/code/", {"code": "AAAA-AAAA"})
    assert b"opens nothing here" in client.post("/me/code/", {"code": code}).content


@pytest.mark.parametrize("typed", [ANA_ADDRESS, "nobody@example.org"])
def test_codes_cannot_be_asked_for_without_end(typed: str, ana_known: bytes) -> None:
    for _ in range(5):
        ask(Client(), typed)
    assert Client().post("/me/", {"identifier": typed}).status_code == 429


def test_without_mail_the_page_says_so_and_an_owner_hands_out_a_code(
    client: Client, as_ana: Client, ana_known: bytes, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = NO_MAIL
    assert b"has not set up mail" in client.get("/me/").content
    person = public_pseudonym(ana_known)
    found = re.search(r'class="copy">(\S+)<', as_ana.post(f"/me/hand-out/{person}/").content.decode())
    assert found
    bo = Client()
    ask(bo, BO_ADDRESS)
    assert b"opens nothing here" in bo.post("/me/code/", {"code": found[1]}).content, "it is Ana's code"
    ask(client, ANA_ADDRESS)
    assert client.post("/me/code/", {"code": found[1].lower()})["Location"] == "/me/page/"
    assert AccessRecord.objects.filter(what="code", subject=ana_known).count() == 1
    assert not mail.outbox


def test_an_answer_counts_at_once_and_keeps_its_words(client: Client, ana_known: bytes) -> None:
    browser = opened(client)
    browser.post("/me/answer/", {"purpose": "measurement", "granted": "no"})
    browser.post("/me/answer/", {"purpose": "marketing", "channel": "sms", "granted": "yes"})
    mask = queries.permission(Purpose.MEASUREMENT, aggregates_as_of=timezone.now()).persons
    assert not mask.allows(ana_known)
    given = queries.consents_of([ana_known])[0]
    assert (given.purpose, given.channel, given.wording, given.where) == (
        Purpose.MARKETING,
        "sms",
        "tillit-1",
        "/me/answer/",
    )
    text = browser.get("/me/page/").content.decode()
    assert "2 events" in text, "a no to measuring hides nothing from the customer"
    browser.post("/me/answer/", {"purpose": "rights", "granted": "no"})
    browser.post("/me/answer/", {"purpose": "x", "granted": "no"})
    assert len(queries.consents_of([ana_known])) == 2


def test_everything_can_be_taken_along(client: Client, ana_known: bytes) -> None:
    browser = opened(client)
    browser.post("/me/answer/", {"purpose": "staff_reading", "granted": "yes"})
    taken = json.loads(browser.get("/me/about-me.json").content)
    assert [event["activity"] for event in taken["events"]] == ["page_viewed", "order_completed"]
    assert taken["contact_details"] == [{"kind": "email", "value": ANA_ADDRESS}]
    assert [each["purpose"] for each in taken["consents"]] == ["staff_reading"]
    answer = browser.get("/me/about-me.html")
    assert ANA_ADDRESS in answer.content.decode()
    assert "attachment" in answer["Content-Disposition"]
    assert AccessRecord.objects.filter(what="download").count() == 2


def test_the_customer_sees_who_looked_by_role_and_not_by_name(client: Client, as_bo: Client, ana_known: bytes) -> None:
    as_bo.get(f"/journeys/customer/{public_pseudonym(ana_known)}/")
    text = opened(client).get("/me/page/").content.decode()
    assert "Opened the page" in text
    assert "(Specialist)" in text
    assert "bo@example.org" not in text


def test_what_is_wrong_reaches_the_team(client: Client, ana_known: bytes) -> None:
    browser = opened(client)
    browser.post("/me/correct/", {"text": "I moved to Oslo."})
    assert Correction.objects.get().text == "I moved to Oslo."
    assert "I moved to Oslo." in browser.get("/me/page/").content.decode()


def test_who_wants_no_contact_is_not_contacted(client: Client, ana_known: bytes) -> None:
    opened(client).post("/me/no-contact/")
    assert queries.blocks_of([ana_known]) == {ana_known: frozenset({"customer"})}


def test_erasure_hides_at_once_and_nothing_opens_any_more(client: Client, as_bo: Client, ana_known: bytes) -> None:
    browser = opened(client)
    assert b"Erase it all" in browser.get("/me/erase/").content
    receipt = browser.post("/me/erase/")["Location"]
    assert b"Nobody here sees it" in browser.get(receipt).content
    assert browser.get("/me/page/")["Location"] == "/me/"
    assert as_bo.get(f"/journeys/customer/{public_pseudonym(ana_known)}/").status_code == 404
    assert ask(Client(), ANA_ADDRESS) == "", "an erased customer is nobody"
    assert b"no table and no number holds it" in Client().get(receipt).content, "the worker has filtered it"
    assert not Contact.objects.filter(subject=ana_known).exists()
    remove_filtered()  # as the worker does within a day
    page = Client().get(receipt)
    assert b"You are erased here" in page.content
    assert b"log/000001-events.parquet" in page.content
    assert ANA_ADDRESS.encode() not in page.content
    assert Client().get("/me/erased/another-token/").status_code == 404


def test_no_page_of_a_customer_is_indexed_or_kept(client: Client, ana_known: bytes) -> None:
    browser = opened(client)
    for page in ("/me/page/", "/me/erase/", "/me/about-me.json"):
        answer = browser.get(page)
        assert "noindex" in answer["X-Robots-Tag"]
        assert "no-store" in answer["Cache-Control"]
        assert "default-src 'self'" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("typed", ["", "not an address", "@", "12", "a" * 500 + "@example.org"])
def test_what_is_neither_address_nor_number_is_said_so(typed: str, client: Client, ana_known: bytes) -> None:
    assert b"neither an e-mail address nor a phone number" in client.post("/me/", {"identifier": typed}).content


def test_a_need_is_said_seen_and_taken_back(client: Client, as_bo: Client, ana_known: bytes) -> None:
    page = opened(client)
    page.post("/me/need/", {"kind": "call", "do": "note"})
    text = page.get("/me/page/").content.decode()
    assert "By phone, not in writing" in text
    assert "noted by yourself, on this page" in text
    taken = json.loads(page.get("/me/about-me.json").content)
    assert [each["need"] for each in taken["needs"]] == ["by phone, not in writing"]

    person = public_pseudonym(ana_known)
    assert "This customer needs a person" in as_bo.get(f"/journeys/customer/{person}/").content.decode()
    as_bo.post(f"/meetings/need/{person}/", {"kind": "time", "do": "note"})
    assert "noted by one of us, since you told us" in page.get("/me/page/").content.decode()
    for kind in ("call", "time"):
        page.post("/me/need/", {"kind": kind, "do": "end"})
    assert not Need.objects.exists()
    page.post("/me/need/", {"kind": "vulnerable", "do": "note"})
    assert not Need.objects.exists(), "only what stands on the page can be said"
