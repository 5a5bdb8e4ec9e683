"""Erasure reaches what customers wrote into tables of other apps, and leaves what others wrote."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tillit.events.key import read_or_create_key
from tillit.events.subject import subject_of
from tillit.vocabulary import IdentifierKind
from tillit_web.answers.models import AskedQuestion
from tillit_web.booking.models import Booking, Host, Kind
from tillit_web.desk.about import conversations_about, said_in_conversations
from tillit_web.desk.actions import open_conversation
from tillit_web.desk.models import Conversation
from tillit_web.people import erasure
from tillit_web.people.models import Company, Contact

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def removed(subjects: list[bytes]) -> dict[str, int]:
    until = time.time_ns() // 1_000
    counted = {place: rows for place, rows in erasure.counted(subjects, until=until) if rows}
    erasure.remove(subjects, until=until)
    return counted


def test_a_booking_is_found_by_its_address_and_by_its_number(data_directory: Path, company: Company) -> None:
    key = read_or_create_key(data_directory)
    phone = subject_of(IdentifierKind.PHONE, "+46701740605", key=key)
    email = subject_of(IdentifierKind.EMAIL, "ana@example.org", key=key)
    kind, host = Kind.objects.create(slug="call", name="A call", where="by phone"), Host.objects.create(name="Bo")
    for name, number, subject in (
        ("Ana by number", "070-174 06 05", None),
        ("Ana by address", "", email),
        ("Cy", "070-174 06 06", None),
        ("Dag", "call me", None),
    ):
        Booking.objects.create(
            kind=kind, host=host, starts_at=NOW, changed_at=NOW, name=name, phone=number, subject=subject
        )
    assert removed([phone, email]) == {"app.sqlite: bookings": 2}
    assert set(Booking.objects.values_list("name", flat=True)) == {"Cy", "Dag"}


def test_a_question_that_is_signed_with_the_name_goes(company: Company) -> None:
    subject = b"a" * 16
    for value in ("Ana Anasson", "Bo"):
        Contact.objects.create(subject=subject, kind="name", value=value)
    for text in ("Var är min lampa? Hälsningar ana anasson", "Har ni lampor i Bohuslän?", "bo"):
        AskedQuestion.objects.create(language="sv", text=text, asked_at=NOW, outcome="nothing")
    assert removed([subject])["app.sqlite: questions to the library"] == 2
    assert AskedQuestion.objects.get().text == "Har ni lampor i Bohuslän?", "a short name stands within other words"


def test_a_conversation_is_found_by_its_address_and_by_its_number(data_directory: Path, company: Company) -> None:
    key = read_or_create_key(data_directory)
    phone = subject_of(IdentifierKind.PHONE, "+46701740605", key=key)
    email = subject_of(IdentifierKind.EMAIL, "ana@example.org", key=key)
    both = {"email": "ana@example.org", "phone": "070-174 06 05"}
    for given in (both, {"phone": "+46 70 174 06 05"}, {"email": "ana@example.org"}, {"phone": "070-174 06 06"}, {}):
        open_conversation("Var är min lampa?", language="sv", **given)  # type: ignore[arg-type]
    said = [text for text, _ in said_in_conversations()]
    assert "070-174 06 06" in said
    assert said.count("Var är min lampa?") == 5
    assert set(conversations_about([phone])) == {one for one in Conversation.objects.all() if "174 06 05" in one.phone}
    assert removed([phone, email])["app.sqlite: conversations"] == 3
    assert sorted(Conversation.objects.values_list("phone", flat=True)) == ["", "070-174 06 06"]
