"""Contact details behind their gate: opened on a basis, on record, and held back where somebody said no."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from tillit.events.key import read_or_create_key
from tillit.events.subject import country_of_zone, normalise, subject_of
from tillit.vocabulary import ContactBasis, ContactChannel, IdentifierKind, Purpose
from tillit_web.people.consents import is_erased, standing_of
from tillit_web.people.contact_rules import Refusal, refusal
from tillit_web.people.models import AccessRecord, Block, BlockedAttempt, Company, Contact, ContactReason, User

KIND_OF_CHANNEL = {
    ContactChannel.EMAIL: IdentifierKind.EMAIL,
    ContactChannel.PHONE: IdentifierKind.PHONE,
    ContactChannel.SMS: IdentifierKind.PHONE,
}
CHANNEL_OF_KIND = {IdentifierKind.EMAIL.value: ContactChannel.EMAIL, IdentifierKind.PHONE.value: ContactChannel.PHONE}
SUBJECTS_AT_ONCE = 500  # SQLite binds so many values with ease


@dataclass(frozen=True, slots=True)
class ContactDetail:
    """One clear value of a customer; empty where it is held back, with the reason."""

    subject: bytes
    kind: str
    value: str
    refused: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Exported:
    """One contact detail that may be used, and why."""

    subject: bytes
    value: str
    basis: ContactBasis
    evidence: str


@dataclass(frozen=True, slots=True)
class ContactExport:
    """What may be used, and how many details were held back for which reason."""

    details: tuple[Exported, ...]
    refused: Mapping[Refusal, int]


@transaction.atomic
def contacts_of(
    subjects: Collection[bytes], *, by: User | None, basis: ContactBasis, reason: str
) -> tuple[ContactDetail, ...]:
    """Clear e-mails, phones and names of these subjects; the opening is on record before a value is returned.

    Args:
        subjects: 16 bytes each, as in the events; those of one person.
        by: The member who sees them; None where it is the customer.
        basis: On what they are opened. An address that is blocked for it comes back empty, and is counted.
        reason: Why, in a few words for whoever reads the record: the booking, the question.
    """
    what = AccessRecord.What.OWN_PAGE if by is None else AccessRecord.What.CONTACTS
    purpose = Purpose.RIGHTS if basis is ContactBasis.RIGHTS else Purpose.SERVICE
    record_access(what, subjects, by=by, purpose=purpose, reason=reason, basis=basis.value)
    here = [subject for subject in subjects if not is_erased(subject)]
    rows = Contact.objects.filter(subject__in=here).order_by("kind", "value")
    blocks, standing = blocks_of(here), standing_of(here) if here else {}
    found = []
    for row in rows:
        channel = CHANNEL_OF_KIND.get(row.kind)
        refused = None
        if channel is not None:
            answer = standing.get((Purpose.MARKETING, channel))
            agreed = None if answer is None else answer.granted
            refused = refusal(basis, blocks=blocks.get(bytes(row.subject), ()), agreed=agreed)
        found.append(ContactDetail(bytes(row.subject), row.kind, "" if refused else row.value, refused))
    _count_attempts(Counter(detail.refused for detail in found if detail.refused), by=by)
    return tuple(found)


@transaction.atomic
def export_contacts(
    subjects: Collection[bytes], channel: ContactChannel, *, by: User | None, reason: str
) -> ContactExport:
    """The e-mails or numbers of these subjects for whose use a basis is documented, each with that basis.

    A basis is a yes to marketing by this channel, or a ContactReason that has not ended. Those without are counted.
    """
    rows = list(Contact.objects.filter(subject__in=list(subjects), kind=KIND_OF_CHANNEL[channel].value))
    blocks, reasons = blocks_of(subjects), _reasons_of(subjects)
    allowed, refused = [], Counter[Refusal]()
    for row in rows:
        subject = bytes(row.subject)
        if is_erased(subject):
            continue
        answer = standing_of([subject]).get((Purpose.MARKETING, channel))
        agreed = None if answer is None else answer.granted
        bases = [(ContactBasis(found.basis), found.evidence) for found in reasons.get(subject, ())]
        if answer is not None and answer.granted:
            bases.append((ContactBasis.CONSENT, f"consent {answer.number}"))
        verdicts = [refusal(basis, blocks=blocks.get(subject, ()), agreed=agreed) for basis, _ in bases]
        if None in verdicts:
            basis, evidence = bases[verdicts.index(None)]
            allowed.append(Exported(subject, row.value, basis, evidence))
        else:
            refused[verdicts[0] or Refusal.NO_BASIS if verdicts else Refusal.NO_BASIS] += 1
    record_access(
        AccessRecord.What.EXPORT,
        [detail.subject for detail in allowed],
        by=by,
        purpose=Purpose.SERVICE,
        reason=reason,
    )
    _count_attempts(refused, by=by)
    return ContactExport(tuple(allowed), dict(refused))


def note_reason(subject: bytes, basis: ContactBasis, *, evidence: str, ends_at: datetime) -> None:
    """Document why somebody may be contacted, and until when."""
    ContactReason.objects.create(subject=subject, basis=basis.value, evidence=evidence, ends_at=ends_at)


def block(lines: Iterable[str], source: Block.Source) -> tuple[int, int]:
    """Block numbers and addresses, one a line; only their hashes are kept.

    Returns:
        How many are on the list, and how many lines were neither a number nor an address.
    """
    known, unread = _subjects_in(lines)
    block_subjects(known, source)
    return len(known), unread


def unblock(lines: Iterable[str], source: Block.Source) -> int:
    """Take numbers and addresses off one list; what other lists say of them stays. Returns how many were on it."""
    known = sorted(_subjects_in(lines)[0])
    stretches = (known[begin : begin + 500] for begin in range(0, len(known), 500))
    return sum(Block.objects.filter(subject__in=some, source=source).delete()[0] for some in stretches)


def _subjects_in(lines: Iterable[str]) -> tuple[set[bytes], int]:
    """What stands in some lines, and how many of them were neither a number nor an address."""
    key = read_or_create_key(Path(settings.DATA_DIRECTORY))
    region = country_of_zone(_zone())
    known, unread = set(), 0
    for line in filter(None, map(str.strip, lines)):
        kind = IdentifierKind.EMAIL if "@" in line else IdentifierKind.PHONE
        form = normalise(kind, line, region=region)
        if form is None:
            unread += 1
        else:
            known.add(subject_of(kind, form, key=key))
    return known, unread


def block_subjects(subjects: Collection[bytes], source: Block.Source) -> None:
    """Block what these subjects stand for."""
    Block.objects.bulk_create(
        (Block(subject=subject, source=source) for subject in subjects), ignore_conflicts=True, batch_size=2000
    )


def blocks_of(subjects: Collection[bytes]) -> dict[bytes, frozenset[str]]:
    """The sources of the blocks on each of these subjects that has one."""
    found: dict[bytes, set[str]] = defaultdict(set)
    for row in Block.objects.filter(subject__in=list(subjects)):
        found[bytes(row.subject)].add(row.source)
    return {subject: frozenset(sources) for subject, sources in found.items()}


def record_access(
    what: AccessRecord.What,
    subjects: Collection[bytes],
    *,
    by: User | None,
    purpose: Purpose | None,
    reason: str,
    basis: str = "",
    at_server: str = "",
) -> None:
    """Put on record who opened what of whom, for what; before it is shown.

    Args:
        subjects: Whose; none where it is nobody's, or everybody's.
        by: The member; None where it is the customer, or somebody at the server.
        purpose: For which it was read; None where it passed no gate.
        at_server: Who typed a command there.
    """
    nobody: tuple[bytes | None, ...] = (None,)
    AccessRecord.objects.bulk_create(
        AccessRecord(
            member=by,
            what=what,
            purpose=purpose.value if purpose else "",
            basis=basis,
            subject=subject,
            reason=reason[:200],
            at_server=at_server[:120],
        )
        for subject in (subjects or nobody)
    )


def _reasons_of(subjects: Collection[bytes]) -> dict[bytes, list[ContactReason]]:
    found: dict[bytes, list[ContactReason]] = defaultdict(list)
    for row in ContactReason.objects.filter(subject__in=list(subjects), ends_at__gt=timezone.now()).order_by("id"):
        found[bytes(row.subject)].append(row)
    return found


def _count_attempts(refused: Counter[Refusal], *, by: User | None) -> None:
    BlockedAttempt.objects.bulk_create(
        BlockedAttempt(member=by, refusal=why.value, details=details) for why, details in refused.items()
    )


def _zone() -> str:
    row = Company.objects.filter(id=1).first()
    return row.timezone if row else "Europe/Stockholm"


def forget_contacts_without(living: pa.Array, *, now: datetime) -> int:
    """Remove contact details of whoever has no event left and no documented reason that still holds; how many.

    Args:
        living: The subjects that have an event, or are one person with such a subject.
        now: Aware.
    """
    subjects = sorted({bytes(one) for one in Contact.objects.values_list("subject", flat=True).distinct()})
    lives = pc.is_in(pa.array(subjects, living.type), value_set=living).to_pylist()
    reasons = {bytes(one) for one in ContactReason.objects.filter(ends_at__gt=now).values_list("subject", flat=True)}
    over = [one for one, stays in zip(subjects, lives, strict=True) if not stays and one not in reasons]
    removed = 0
    for start in range(0, len(over), SUBJECTS_AT_ONCE):
        removed += Contact.objects.filter(subject__in=over[start : start + SUBJECTS_AT_ONCE]).delete()[0]
    return removed
