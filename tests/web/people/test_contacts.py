"""Contact details: kept once, opened on the record."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from django.test import Client
from django.utils import timezone

from tillit.events.contract import CONTACT_SCHEMA
from tillit.events.key import read_or_create_key
from tillit.events.subject import subject_of
from tillit.vocabulary import ContactBasis, ContactChannel, IdentifierKind, Purpose
from tillit_web.people import actions, queries
from tillit_web.people.consents import How
from tillit_web.people.contact_rules import Refusal, refusal
from tillit_web.people.models import AccessRecord, Block, Contact, User
from tillit_web.people.records import attempts_held_back

ANA, BO = b"a" * 16, b"b" * 16


def _batch(*rows: tuple[bytes, str, str]) -> pa.Table:
    columns = list(zip(*rows, strict=True))
    return pa.table([pa.array(column) for column in columns], names=CONTACT_SCHEMA.names).cast(CONTACT_SCHEMA)


@pytest.mark.django_db
def test_the_same_detail_is_kept_once() -> None:
    batch = _batch((ANA, "email", "ana@example.org"), (BO, "email", "bo@example.org"))
    assert actions.keep_contacts([batch]) == 2
    actions.keep_contacts([batch, _batch((ANA, "name", "Ana"))])
    assert Contact.objects.count() == 3


def test_an_opening_is_on_record_before_the_values_are_there(cy: User) -> None:
    actions.keep_contacts([_batch((ANA, "email", "ana@example.org"), (BO, "email", "bo@example.org"))])
    found = queries.contacts_of([ANA], by=cy, basis=ContactBasis.BOOKING, reason="the call of Friday")
    assert [(detail.kind, detail.value) for detail in found] == [("email", "ana@example.org")]
    opening = AccessRecord.objects.get()
    assert (opening.member, bytes(opening.subject or b""), opening.basis) == (cy, ANA, "booking")


YES, NO = True, False


@pytest.mark.parametrize(
    ("basis", "blocks", "agreed", "expected"),
    [
        (None, (), YES, Refusal.NO_BASIS),
        (ContactBasis.BOOKING, ("own", "nix"), NO, None),
        (ContactBasis.REQUEST, ("customer",), None, None),
        (ContactBasis.RELATION, (), None, None),
        (ContactBasis.RELATION, ("own",), None, Refusal.BLOCKED),
        (ContactBasis.RELATION, ("reservation",), None, Refusal.REGISTER),
        (ContactBasis.RELATION, (), NO, Refusal.BLOCKED),
        (ContactBasis.CONSENT, (), None, Refusal.NO_CONSENT),
        (ContactBasis.CONSENT, (), NO, Refusal.NO_CONSENT),
        (ContactBasis.CONSENT, ("nix",), YES, None),
        (ContactBasis.CONSENT, ("own",), YES, Refusal.BLOCKED),
        (ContactBasis.RIGHTS, ("own",), NO, None),
    ],
)
def test_who_may_be_contacted(
    basis: ContactBasis | None, blocks: tuple[str, ...], agreed: bool | None, expected: Refusal | None
) -> None:
    assert refusal(basis, blocks=blocks, agreed=agreed) is expected


def test_a_blocked_number_is_held_back_and_counted(ana: User, data_directory: Path) -> None:
    number = subject_of(IdentifierKind.PHONE, "+46701740605", key=read_or_create_key(data_directory))
    actions.keep_contacts([_batch((number, "phone", "+46701740605"), (number, "name", "Ana"))])
    assert actions.block(["070-174 06 05", "", "no number"], Block.Source.NIX) == (1, 1)
    relation = queries.contacts_of([number], by=ana, basis=ContactBasis.RELATION, reason="")
    assert [(each.kind, each.value, each.refused) for each in relation] == [
        ("name", "Ana", None),
        ("phone", "", Refusal.REGISTER),
    ]
    booked = queries.contacts_of([number], by=ana, basis=ContactBasis.BOOKING, reason="")
    assert [each.value for each in booked] == ["Ana", "+46701740605"]
    assert attempts_held_back(days=1) == {"register": 1}
    assert "0701740605" not in str(list(Block.objects.values()))


def test_no_number_leaves_without_a_documented_reason(ana: User) -> None:
    subjects = [bytes([place]) * 16 for place in range(6)]
    actions.keep_contacts([_batch(*((subject, "phone", f"+4670174060{n}") for n, subject in enumerate(subjects)))])
    soon, past = timezone.now() + timedelta(days=1), timezone.now() - timedelta(days=1)
    actions.note_reason(subjects[1], ContactBasis.BOOKING, evidence="booking 7", ends_at=soon)
    actions.note_reason(subjects[2], ContactBasis.BOOKING, evidence="booking 6", ends_at=past)
    for place, granted in ((3, True), (4, False)):
        actions.record_consent(
            [subjects[place]],
            Purpose.MARKETING,
            granted=granted,
            channel=ContactChannel.PHONE,
            how=How.SITE,
            where="/offers",
        )
    actions.note_reason(subjects[5], ContactBasis.RELATION, evidence="order 5", ends_at=soon)
    actions.block_subjects([subjects[5]], Block.Source.CUSTOMER)
    taken = queries.export_contacts(subjects, ContactChannel.PHONE, by=ana, reason="reminders")
    assert [(each.value, each.basis) for each in taken.details] == [
        ("+46701740601", ContactBasis.BOOKING),
        ("+46701740603", ContactBasis.CONSENT),
    ]
    assert taken.refused == {Refusal.NO_BASIS: 3, Refusal.BLOCKED: 1}
    assert attempts_held_back(days=1) == {"no_basis": 3, "blocked": 1}
    exports = AccessRecord.objects.filter(what="export").order_by("id")
    assert [bytes(row.subject or b"") for row in exports] == [subjects[1], subjects[3]]


def test_the_owner_sees_who_looked_and_what_was_held_back(as_ana: Client, cy: User) -> None:
    assert b"Nobody has opened" in as_ana.get("/settings/openings/").content
    queries.contacts_of([ANA], by=cy, basis=ContactBasis.REQUEST, reason="asked on Monday")
    queries.export_contacts([ANA], ContactChannel.EMAIL, by=cy, reason="")
    text = as_ana.get("/settings/openings/").content.decode()
    for expected in ("cy@example.org", "They asked for it", "asked on Monday", ANA.hex()[:8]):
        assert expected in text
