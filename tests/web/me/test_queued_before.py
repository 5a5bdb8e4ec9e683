"""A job that was queued before somebody was erased, or before a link was taken away, does nothing for them later."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core import mail
from django.test import Client

from tests.web.warehouse.test_import_over_http import basic
from tests.web.warehouse.test_kept_out import ANA, CANARY, ORDERS
from tillit.events.key import read_or_create_key
from tillit.events.log import EventLog
from tillit.events.segments import SegmentKind
from tillit.events.subject import subject_of
from tillit.identity.decided import Verdict
from tillit.vocabulary import IdentifierKind
from tillit_web.collect import actions as collect
from tillit_web.jobs.worker import do_waiting_jobs
from tillit_web.people.models import Company, Contact, User
from tillit_web.warehouse import actions, identity_actions
from tillit_web.warehouse.builds import rebuild
from tillit_web.warehouse.erasing import erase_waiting

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = "070-174 06 05"


def sent(client: Client) -> None:
    """A program sends a file in which Ana's address and phone stand in one row; nobody has read it yet."""
    headers = {"authorization": basic(collect.create_key("till").text)}
    client.post("/v1/import?name=orders.csv", ORDERS.encode(), content_type="text/csv", headers=headers)


@pytest.fixture
def ana(data_directory: Path, company: Company) -> bytes:
    return subject_of(IdentifierKind.EMAIL, ANA, key=read_or_create_key(data_directory))


@pytest.fixture
def phone(data_directory: Path) -> bytes:
    return subject_of(IdentifierKind.PHONE, "+46701740605", key=read_or_create_key(data_directory))


def test_a_code_goes_to_the_linked_address_while_nothing_changes(client: Client, ana: bytes) -> None:
    sent(client)
    do_waiting_jobs()
    client.post("/me/", {"identifier": PHONE})
    do_waiting_jobs()
    assert [message.to for message in mail.outbox] == [[ANA]]


def test_a_code_queued_before_an_erasure_is_not_sent(client: Client, ana: bytes) -> None:
    sent(client)
    do_waiting_jobs()
    client.post("/me/", {"identifier": PHONE})
    client.post("/me/", {"identifier": ANA})
    actions.forget([ana], by="owner")
    do_waiting_jobs()
    assert mail.outbox == []


def test_a_code_queued_before_a_link_was_taken_away_does_not_go_to_its_other_end(
    client: Client, ana: bytes, phone: bytes, data_directory: Path
) -> None:
    sent(client)
    do_waiting_jobs()
    client.post("/me/", {"identifier": PHONE})
    by = User.objects.create(email="owner@example.org")
    # What was decided is built before the code's turn comes, as where a command builds while the worker is busy.
    identity_actions.decide(Verdict.APART, ana, phone, by=by, why="a wrong number")
    order = subject_of(IdentifierKind.ORDER, "o-1", key=read_or_create_key(data_directory))
    identity_actions.decide(Verdict.APART, order, phone, by=by, why="a wrong number")
    rebuild()
    do_waiting_jobs()
    assert mail.outbox == []


def test_a_file_queued_before_an_erasure_leaves_nothing_of_the_person(
    client: Client, ana: bytes, data_directory: Path
) -> None:
    sent(client)
    actions.forget([ana], by="owner")
    do_waiting_jobs()
    erase_waiting()  # files are written anew, as within a day
    with EventLog.open(data_directory) as log:
        (events,) = log.segments(SegmentKind.EVENTS)
    assert events.rows == 21
    for path in data_directory.rglob("*"):
        assert not path.is_file() or CANARY.encode() not in path.read_bytes(), path
    assert not Contact.objects.filter(value=ANA).exists()
