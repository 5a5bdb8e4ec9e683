"""Erasure among what the product's tables say of people: hidden at once, then removed, counted for the receipt."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model, QuerySet

from tillit.events import erasures
from tillit.events.absence import Proof, recorded
from tillit.events.erased_outside import keep_outside
from tillit.events.log import EventLog
from tillit_web.people import consents
from tillit_web.people.models import AccessRecord, Block, Contact, ContactReason, Correction

RowsAbout = Callable[[Collection[bytes]], QuerySet[Any]]
_rows_about: dict[str, RowsAbout] = {}


@dataclass(frozen=True, slots=True)
class FileBeside:
    """A file of an app's own that says something of people; what it says from before a moment is erased.

    Attributes:
        place: What the receipt calls it.
        count: How many rows `erase` would erase, of these subjects until a moment (microseconds UTC).
        erase: Erases them; calling again changes nothing.
        scrub: Leaves no trace in free pages and write-ahead logs; False while somebody reads the file.
    """

    place: str
    count: Callable[[Collection[bytes], int], int]
    erase: Callable[[Collection[bytes], int], None]
    scrub: Callable[[], bool]


_files_beside: dict[str, FileBeside] = {}

TextsBeside = Callable[[], Iterator[tuple[str, int | None]]]
_texts_beside: dict[str, TextsBeside] = {}


def also_remove(place: str, rows_about: RowsAbout) -> None:
    """Have erasure remove an app's rows about a person too; called from `AppConfig.ready`.

    Args:
        place: What the receipt calls them.
        rows_about: The rows about these subjects; they are deleted.
    """
    _rows_about[place] = rows_about


def also_erase_in(file: FileBeside) -> None:
    """Have erasure reach a file of an app's own too; called from `AppConfig.ready`."""
    _files_beside[file.place] = file


def also_search(place: str, texts: TextsBeside) -> None:
    """Have the proof of absence look into texts of an app; called from `AppConfig.ready`.

    Args:
        place: What the proof calls them.
        texts: Each with when it was written (microseconds UTC), None where nobody knows. With a time, addresses and
            numbers within a text are looked up too; without one only what may be a subject itself.
    """
    _texts_beside[place] = texts


def texts_beside() -> Iterator[tuple[str, list[tuple[str, int | None]]]]:
    """Such texts with their times, by place."""
    for place, texts in _texts_beside.items():
        yield place, list(texts())


def ask_erasure(subjects: Collection[bytes], *, by: str) -> str:
    """Put an erasure on record and hide these subjects from every reader at once.

    Args:
        subjects: What is known of the person; the rest is found when it is done.
        by: "customer", "owner" or "command".

    Returns:
        A token that opens the receipt; only its digest is kept.
    """
    token = secrets.token_urlsafe(24)
    now = time.time_ns() // 1_000
    # The ledger first: if we die here, the worker finds it and hides them before anything else.
    with EventLog.open(Path(settings.DATA_DIRECTORY)) as log:
        erasures.ask(log, subjects, by=by, at=now, receipt_digest=token_digest(token))
        keep_outside(log, now=now)  # so that a backup made before brings nobody back
    consents.request_erasure(subjects)
    return token


def token_digest(token: str) -> bytes:
    """What is kept of a receipt's token."""
    return hashlib.sha256(token.encode()).digest()


def receipts() -> tuple[erasures.Receipt, ...]:
    """Every erasure, the latest first; those that wait have no `done_at`."""
    with EventLog.open(Path(settings.DATA_DIRECTORY)) as log:
        return erasures.receipts(log)


def proofs(*, most: int) -> tuple[Proof, ...]:
    """What the last searches for whoever was erased found, the latest first."""
    with EventLog.open(Path(settings.DATA_DIRECTORY)) as log:
        return recorded(log, most=most)


def hide(subjects: Collection[bytes]) -> None:
    """Hide subjects from every reader, unless they are already."""
    if unseen := [subject for subject in subjects if not consents.is_erased(subject)]:
        consents.request_erasure(unseen)


def clear_values(subjects: Collection[bytes]) -> tuple[str, ...]:
    """The clear e-mails, phones and names of these subjects, for finding them elsewhere; never shown."""
    return tuple(Contact.objects.filter(subject__in=list(subjects)).values_list("value", flat=True))


def counted(subjects: Collection[bytes], *, until: int) -> Iterator[tuple[str, int]]:
    """How many rows `remove` would remove now, by place; `until` as there."""
    for place, rows in _removed(subjects):
        yield place, rows.count()
    for file in _files_beside.values():
        yield file.place, file.count(subjects, until)
    yield "app.sqlite: access log, made anonymous", _openings(subjects).count()
    yield "consents.sqlite: answers", consents.count_bodies(subjects)


def remove(subjects: Collection[bytes], *, until: int) -> None:
    """Remove what the product's tables say of these subjects; that somebody looked stays, whom they looked at not.

    Args:
        until: When erasure was asked for, in microseconds UTC. Whoever came back since has begun anew.

    The answers in the ledger of consents stay until `forget_answers`: what hides a person goes last.
    """
    with transaction.atomic():
        for _, rows in _removed(subjects):
            rows.delete()
        _openings(subjects).update(subject=None, reason="")
    for file in _files_beside.values():
        file.erase(subjects, until)


def forget_answers(subjects: Collection[bytes], *, until: int) -> None:
    """Erase what the ledger of consents says of these subjects until a moment, and that they are hidden."""
    consents.erase_answers(subjects, until=until)


def kept(subjects: Collection[bytes]) -> dict[str, int]:
    """What stays on purpose: that somebody does not want to be contacted, as a hash."""
    blocks = Block.objects.filter(subject__in=list(subjects)).count()
    return {"app.sqlite: do not contact (a hash)": blocks} if blocks else {}


def subjects_on_record() -> frozenset[bytes]:
    """Every subject that the product's tables and the ledger of consents say something of."""
    named = (Contact, ContactReason, Correction, AccessRecord)
    rows = (model._default_manager.values_list("subject", flat=True).distinct() for model in named)
    return consents.subjects_on_record().union(*({bytes(one) for one in each if one} for each in rows))


def scrub_tables() -> bool:
    """Bring the product's SQLite files to a state without traces in free pages or write-ahead logs."""
    with connection.cursor() as cursor:
        cursor.execute("vacuum")
        cursor.execute("pragma wal_checkpoint(truncate)")
        busy = cursor.fetchone()
    every = [not (busy and busy[0]), consents.scrub(), *(file.scrub() for file in _files_beside.values())]
    return all(every)


def _removed(subjects: Collection[bytes]) -> list[tuple[str, QuerySet[Any]]]:
    own: tuple[tuple[str, type[Model]], ...] = (
        ("app.sqlite: contact details", Contact),
        ("app.sqlite: reasons to contact", ContactReason),
        ("app.sqlite: corrections asked for", Correction),
    )
    rows = [(place, _about(model, subjects)) for place, model in own]
    rows.append(("app.sqlite: sign-ins that failed", _sign_ins(subjects)))
    # The last app first: its rows are found by those of the apps that it builds on.
    return rows + [(place, find(subjects)) for place, find in reversed(_rows_about.items())]


def _about(model: type[Model], subjects: Collection[bytes]) -> QuerySet[Any]:
    return model._default_manager.filter(subject__in=list(subjects))


def _sign_ins(subjects: Collection[bytes]) -> QuerySet[Any]:
    """Attempts to sign in to the team's pages under an address of theirs: whoever mistook the page."""
    values = [value.strip().lower() for value in clear_values(subjects)]
    return AccessAttempt.objects.filter(username__in=values) if values else AccessAttempt.objects.none()


def _openings(subjects: Collection[bytes]) -> QuerySet[AccessRecord]:
    return AccessRecord.objects.filter(subject__in=list(subjects))
