"""What may be done to people: make members, links and the company; keep contact details."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import pyarrow as pa
from django.db import transaction
from django.utils import timezone

from tillit.desk.text import one_line
from tillit.vocabulary import ContactChannel, MeasurementMode, Purpose, Role
from tillit_web.people.consents import How as How
from tillit_web.people.consents import record_consent as record_consent
from tillit_web.people.contacts import block as block
from tillit_web.people.contacts import block_subjects as block_subjects
from tillit_web.people.contacts import note_reason as note_reason
from tillit_web.people.contacts import record_access as record_access
from tillit_web.people.contacts import unblock as unblock
from tillit_web.people.erasure import ask_erasure as ask_erasure
from tillit_web.people.imported_answers import ImportedAnswer, Kept, keep_imported
from tillit_web.people.imported_answers import take_back_imported as take_back_imported
from tillit_web.people.models import Company, Contact, OneTimeLink, User
from tillit_web.people.records import ask_correction as ask_correction
from tillit_web.people.tokens import digest, new_token
from tillit_web.people.wordings import change_wording as change_wording

LONGEST_NAME = 60
LINK_LIFETIMES = {
    OneTimeLink.Kind.FIRST_OWNER: timedelta(hours=24),
    OneTimeLink.Kind.INVITATION: timedelta(days=7),
    OneTimeLink.Kind.NEW_PASSWORD: timedelta(hours=24),
}


class LinkSpent(Exception):
    """Somebody used the link first, or it ran out while the form was being filled in."""


class LastOwner(Exception):
    """The change would leave nobody who can let others in."""


@dataclass(frozen=True, slots=True)
class NewMember:
    """What a person chooses when joining."""

    email: str
    password: str
    language: str


def make_link(kind: OneTimeLink.Kind, role: Role, *, made_by: User | None = None, member: User | None = None) -> str:
    """Make a one-time link and return its token, which is not kept and cannot be shown again.

    The first owner's link and a member's new-password link replace earlier ones of their kind.
    """
    now = timezone.now()
    token = new_token()
    with transaction.atomic():
        if kind is not OneTimeLink.Kind.INVITATION:
            OneTimeLink.objects.filter(kind=kind, member=member, used_at=None).delete()
        OneTimeLink.objects.create(
            token_digest=digest(token),
            kind=kind,
            role=role.value,
            member=member,
            made_by=made_by,
            expires_at=now + LINK_LIFETIMES[kind],
        )
    return token


def _spend(link: OneTimeLink) -> None:
    now = timezone.now()
    spent = OneTimeLink.objects.filter(pk=link.pk, used_at=None, expires_at__gt=now).update(used_at=now)
    if not spent:
        raise LinkSpent("the link was used or ran out; ask for a new one")


@transaction.atomic
def join(link: OneTimeLink, member: NewMember) -> User:
    """Make a member by a one-time link, with the link's role.

    Raises:
        LinkSpent: The link no longer opens; nobody was made.
    """
    _spend(link)
    return _make_member(member, Role(link.role))


@transaction.atomic
def found_company(link: OneTimeLink, member: NewMember, *, company_name: str, zone: str) -> User:
    """Make the owner's account and the company in one step.

    Raises:
        LinkSpent: The link no longer opens; nothing was made.
    """
    owner = join(link, member)
    Company.objects.update_or_create(
        id=1, defaults={"name": company_name, "timezone": zone, "language": member.language}
    )
    return owner


def describe_company(name: str, *, zone: str, currency: str, language: str, is_simulated: bool = False) -> None:
    """Say which company this is; `is_simulated` marks every page as made up."""
    facts = {"name": name, "timezone": zone, "currency": currency, "language": language, "is_simulated": is_simulated}
    Company.objects.update_or_create(id=1, defaults=facts)


def choose_privacy(mode: MeasurementMode, country: str) -> None:
    """Choose how far the company measures its own site, and whose rules its owner is shown."""
    Company.objects.filter(id=1).update(measurement_mode=mode.value, country=country)


def make_member(member: NewMember, role: Role) -> User:
    """Make a member without a link: for the demo and for tests."""
    return _make_member(member, role)


def _make_member(member: NewMember, role: Role) -> User:
    user = User(email=member.email, role=role.value, language=member.language)
    user.set_password(member.password)
    user.save()
    return user


@transaction.atomic
def choose_new_password(link: OneTimeLink, password: str) -> User:
    """Give the link's member a new password.

    Raises:
        LinkSpent: The link no longer opens; the old password stays.
    """
    _spend(link)
    if link.member is None:
        raise LinkSpent("the link belongs to no member; ask for a new one")
    link.member.set_password(password)
    link.member.save()
    return link.member


@transaction.atomic
def change_role(member: User, role: Role) -> None:
    """Give a member another role.

    Raises:
        LastOwner: The member is the only active owner.
    """
    if role is not Role.OWNER:
        _keep_an_owner(member)
    member.role = role.value
    member.save()


@transaction.atomic
def deactivate(member: User) -> None:
    """Shut a member out at once; what they did stays.

    Raises:
        LastOwner: The member is the only active owner.
    """
    _keep_an_owner(member)
    member.is_active = False
    member.save()


def reactivate(member: User) -> None:
    """Let a member in again, with the same password and role."""
    member.is_active = True
    member.save()


def _keep_an_owner(member: User) -> None:
    others = User.objects.filter(role=Role.OWNER.value, is_active=True).exclude(pk=member.pk)
    if member.role == Role.OWNER.value and not others.exists():
        raise LastOwner("make somebody else owner first")


def speak(member: User, language: str) -> None:
    """Remember the language a member reads."""
    member.language = language
    member.save()


def be_called(member: User, name: str) -> None:
    """What customers read where this member answers, from now on; "" is "one of us". Only the member says it.

    What was answered before keeps the name that the customer read then.
    """
    member.called = one_line(name, longest=LONGEST_NAME)
    member.save(update_fields=["called"])


def keep_contacts(batches: Iterable[pa.Table]) -> int:
    """Keep clear contact details (contract.CONTACT_SCHEMA); those already here stay as they are.

    Returns:
        How many values were given.
    """
    given = 0
    for batch in batches:
        rows = batch.to_pylist()
        given += len(rows)
        Contact.objects.bulk_create(
            (Contact(subject=row["subject"], kind=row["kind"], value=row["value"]) for row in rows),
            ignore_conflicts=True,
            batch_size=2000,
        )
    return given


def keep_answers(batches: Iterable[pa.Table], *, file_name: str, import_id: str) -> Kept:
    """Put on record what a file reports of customers' answers (contract.ANSWER_SCHEMA), each with its file and row."""
    rows = (row for batch in batches for row in batch.to_pylist())
    return keep_imported(
        (
            ImportedAnswer(
                subjects=tuple(row["subjects"]),
                purpose=Purpose(row["purpose"]),
                channel=ContactChannel(row["channel"]) if row["channel"] else None,
                granted=row["granted"],
                wording=row["wording"],
                language=row["language"],
                where=", ".join(filter(None, (f"{file_name}, #{row['origin_row']}", row["where"]))),
                said_at=row["said_at"],
            )
            for row in rows
        ),
        import_id=import_id,
    )
