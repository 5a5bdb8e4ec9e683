"""Every table that says something of people stands under a class that ends: the old row goes, the young one stays."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from axes.models import AccessAttempt
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import models
from django_tasks_db.models import DBTaskResult

from tests.meetings.making import DEFAULT
from tillit.events.retention import CLASSES, ROW_CLASSES, DataClass
from tillit.ledger.ledger import verify_file
from tillit.meetings.actions import ANYONE
from tillit.meetings.decide import decide
from tillit.meetings.log import FILE, PREFIX, Entry, Outcome, open_log
from tillit.meetings.moment import Capacity, Moment
from tillit.meetings.policy_files import default_policy_text
from tillit.vocabulary import Errand
from tillit_web.answers.models import AskedQuestion
from tillit_web.booking.models import Booking, Host, Kind
from tillit_web.calls.models import Call, CallTask
from tillit_web.desk.models import Conversation
from tillit_web.mailboxes.models import TakenMail
from tillit_web.me.models import PageCode
from tillit_web.meetings.queries import policy
from tillit_web.people.models import AccessRecord, BlockedAttempt, Company, Correction, OneTimeLink, User
from tillit_web.retention import actions, queries
from tillit_web.retention.ending import ending_rows

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SUBJECT = b"s" * 16


def openings(at: datetime) -> None:
    AccessRecord.objects.filter(pk=AccessRecord.objects.create(reason="call").pk).update(opened_at=at)


def held_back(at: datetime) -> None:
    row = BlockedAttempt.objects.create(refusal="blocked", details=1)
    BlockedAttempt.objects.filter(pk=row.pk).update(tried_at=at)


def corrections(at: datetime) -> None:
    Correction.objects.create(subject=SUBJECT, text="my name", settled_at=at)


def bookings(at: datetime) -> None:
    kind = Kind.objects.get_or_create(slug="call", defaults={"name": "A call", "where": "by phone"})[0]
    host = Host.objects.get_or_create(name="Bo")[0]
    Booking.objects.create(kind=kind, host=host, starts_at=at, changed_at=at, name="Ana")


def conversations(at: datetime) -> None:
    Conversation.objects.create(token_digest=os.urandom(32), language="sv", opened_at=at, changed_at=at)


def mails_taken(at: datetime) -> None:
    TakenMail.objects.create(once=os.urandom(16), taken_at=at)


def calls(at: datetime) -> None:
    Call.objects.create(source="pbx", call_id=str(at), direction="in", started_at=at, published_at=at)


def planned(at: datetime) -> None:
    CallTask.objects.create(relation="contract", relation_on=at.date(), due_at=at, noted_at=at)


def questions(at: datetime) -> None:
    AskedQuestion.objects.create(language="sv", text="Har ni lampor?", asked_at=at, outcome="nothing")


def codes(at: datetime) -> None:
    PageCode.objects.create(subject=SUBJECT, asked_at=at, expires_at=at)


def links(at: datetime) -> None:
    OneTimeLink.objects.create(token_digest=os.urandom(32), kind="invitation", role="owner", expires_at=at)


def sign_ins(at: datetime) -> None:
    row = AccessAttempt.objects.create(username=str(at), failures_since_start=1)
    AccessAttempt.objects.filter(pk=row.pk).update(attempt_time=at)


def browsers(at: datetime) -> None:
    Session.objects.create(session_key=at.isoformat()[:30], session_data="", expire_date=at)


def jobs(at: datetime) -> None:
    DBTaskResult.objects.create(
        task_path="x", backend_name="default", args_kwargs={}, run_after=at, finished_at=at, status="FAILED"
    )


PLANTED: dict[DataClass, tuple[Callable[[datetime], None], ...]] = {
    DataClass.ACCESS_RECORD: (openings, held_back),
    DataClass.CORRECTIONS: (corrections,),
    DataClass.BOOKINGS: (bookings,),
    DataClass.CONVERSATIONS: (conversations, mails_taken, calls, planned),
    DataClass.QUESTIONS: (questions,),
    DataClass.WORKING_RECORDS: (codes, links, sign_ins, browsers, jobs),
}
# What has no row class of its own, and why it need not.
ENDS_OTHERWISE = {
    "people.Contact": "with the last event or reason",
    "mailboxes.HeldMail": "with the failed box, whose rows are tested with it (tests/web/mailboxes)",
    "calls.Offer": "with its call",
    "desk.StruckMark": "with the conversation or booking it was struck for",
    "people.ContactReason": "at its `ends_at`",
    "people.Block": "never: who does not want to be contacted, as a hash",
    "meetings.Need": "at its `ends_at`, by meetings.jobs.forget_needs",
    "warehouse.Import": "its file with import_files; the receipt names no customer",
}
TABLES = {
    *(AccessRecord, BlockedAttempt, Correction, Booking, AskedQuestion, PageCode),
    *(OneTimeLink, AccessAttempt, Session, DBTaskResult, Conversation, Call, CallTask),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", PLANTED)
def test_the_old_row_goes_and_the_young_one_stays(name: DataClass, company: Company) -> None:
    over = NOW - timedelta(days=CLASSES[name].days)
    for plant in PLANTED[name]:
        plant(over - timedelta(minutes=1))
        plant(over + timedelta(minutes=1))
    rows = len(PLANTED[name])
    assert queries.would_go(queries.over_before(now=NOW))[name] == rows, "the dry run says it, and changes nothing"
    assert actions.end_what_is_over(now=NOW) == {name.value: rows}
    assert actions.end_what_is_over(now=NOW) == {}, "and the young ones are there"
    assert actions.end_what_is_over(now=NOW + timedelta(minutes=2)) == {name.value: rows}


@pytest.mark.django_db
def test_what_waits_for_a_person_does_not_end(company: Company) -> None:
    Correction.objects.create(subject=SUBJECT, text="my name")
    assert actions.end_what_is_over(now=datetime.now(UTC) + timedelta(days=9_000)) == {}
    assert Correction.objects.count() == 1


@pytest.mark.django_db
def test_old_decisions_lose_what_they_say_and_the_log_still_holds(data_directory: Path, company: Company) -> None:
    over = NOW - timedelta(days=CLASSES[DataClass.DECISIONS].days)
    assert policy(data_directory, currency="SEK")
    entries: list[Entry] = []
    for place, at in enumerate((over - timedelta(days=1), over + timedelta(days=1))):
        moment = Moment(f"c{place}", round(at.timestamp()) * 1_000_000, Errand.REPAIR)
        drawn = decide(moment, DEFAULT, {ANYONE: Capacity(free=1)}, draw=0.25, decision_id=f"d{place}")
        entries += [drawn, Outcome(f"d{place}", good=True, matured_at=moment.at)]
    with open_log(data_directory) as log:
        log.save_policy(default_policy_text(), at=1, name="policy", currency="SEK")
        log.append([(entry, os.urandom(16)) for entry in entries], at=round(over.timestamp()) * 1_000_000)
    would = queries.would_go(queries.over_before(now=NOW))
    assert would[DataClass.DECISIONS] == 2, "the decision, and what came of it"
    assert actions.end_what_is_over(now=NOW) == {"decisions": 2}
    with open_log(data_directory) as log:
        assert [one.decision.id for one in log.logged()] == ["d1"]
    verdict = verify_file(data_directory / FILE, PREFIX)
    assert verdict is not None
    assert (verdict.findings, len(verdict.erased)) == ((), 2)


def test_every_class_of_rows_has_rows_that_end() -> None:
    assert {rows.data_class for rows in ending_rows()} == set(ROW_CLASSES)
    tested = {*PLANTED, DataClass.FAILED_BOX, DataClass.IMPORT_FILES, DataClass.DECISIONS}
    assert tested == set(ROW_CLASSES), "a new class says here what it ends"
    assert Counter(rows.data_class for rows in ending_rows())[DataClass.WORKING_RECORDS] == len(
        PLANTED[DataClass.WORKING_RECORDS]
    )


def _says_something_of_people(model: type[models.Model]) -> bool:
    """Whether a table keeps subjects, or what customers write."""
    names = {field.name for field in model._meta.get_fields()}
    return bool(names & {"subject", "email", "phone", "customer"}) and model not in (User, Host)


def test_every_table_that_keeps_customers_ends_somehow() -> None:
    ours: Collection[type[models.Model]] = [
        model for model in apps.get_models() if model.__module__.startswith("tillit_web.")
    ]
    named = {model._meta.label for model in ours if _says_something_of_people(model)}
    assert named - {model._meta.label for model in TABLES} <= set(ENDS_OTHERWISE), "say how a new table ends"
