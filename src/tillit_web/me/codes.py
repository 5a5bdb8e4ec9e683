"""Codes that open a customer's own page: fresh, for 15 minutes, once, in the browser that asked.

Asking looks nothing up, so that the answer and its time are the same whether we know somebody or not; what is known is
found out by the job that sends the code.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from tillit.events.key import read_or_create_key
from tillit.events.subject import country_of_zone, normalise, subject_of
from tillit.vocabulary import IdentifierKind
from tillit_web.jobs.actions import enqueue
from tillit_web.mail import can_mail
from tillit_web.me import jobs, queries
from tillit_web.me.models import PageCode
from tillit_web.me.sending import code_of
from tillit_web.people.models import User
from tillit_web.people.queries import company

LIFETIME = timedelta(minutes=15)
TRIES = 5
ASKED_AN_HOUR = 5  # for one address
ASKED_AN_HOUR_FROM_A_NETWORK = 30


class TooMany(Exception):
    """Too many codes were asked for, for this address or from this network."""


class WrongCode(Exception):
    """The code does not open anything here: mistyped, too old, used, or another browser's."""


def typed_subject(typed: str) -> tuple[bytes, str] | None:
    """The subject of an e-mail or a phone number as typed, with the address ("" for a number); None for neither."""
    kind = IdentifierKind.EMAIL if "@" in typed else IdentifierKind.PHONE
    form = normalise(kind, typed.strip(), region=country_of_zone(company().timezone))
    if form is None or len(form) > 320:
        return None
    subject = subject_of(kind, form, key=read_or_create_key(Path(settings.DATA_DIRECTORY)))
    return subject, form if kind is IdentifierKind.EMAIL else ""


@transaction.atomic
def ask(subject: bytes, address: str, *, network: str, language: str) -> UUID:
    """Have a code sent, if we know the customer. The answer tells nobody whether we do.

    Raises:
        TooMany: For this address or from this network, known or not.
    """
    now = timezone.now()
    recent = PageCode.objects.filter(subject=subject, made_by=None, asked_at__gt=now - timedelta(hours=1))
    if recent.count() >= ASKED_AN_HOUR or _asked_from(network) > ASKED_AN_HOUR_FROM_A_NETWORK:
        raise TooMany
    PageCode.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()
    row = PageCode.objects.create(subject=subject, address=address, asked_at=now, expires_at=now + LIFETIME)
    if can_mail():
        enqueue(jobs.send_code, code=row.id.hex, language=language)
    return row.id


@transaction.atomic
def hand_out(subject: bytes, *, by: User) -> str:
    """A code that an owner gives to a customer whom they recognise. Returns it; it cannot be shown again."""
    now = timezone.now()
    row = PageCode.objects.create(subject=subject, made_by=by, asked_at=now, expires_at=now + LIFETIME)
    return code_of(row.id)


def spend(asked: UUID, typed: str) -> bytes:
    """Use a code in the browser that asked.

    Args:
        asked: What that browser's session remembers of its question.

    Returns:
        The subject that the page opens for.

    Raises:
        WrongCode: It opens nothing; after TRIES of them the question itself is spent.
    """
    now = timezone.now()
    counted = PageCode.objects.filter(pk=asked, expires_at__gt=now, used_at=None, tries__lt=TRIES)
    if not counted.update(tries=F("tries") + 1):
        raise WrongCode
    own = PageCode.objects.get(pk=asked)
    subject = bytes(own.subject)
    code = "".join(typed.split()).replace("-", "").upper()
    known = queries.subjects_known_with(subject)
    handed = PageCode.objects.filter(subject__in=known, expires_at__gt=now, used_at=None).exclude(made_by=None)
    for row in (own, *handed):
        if secrets.compare_digest(code_of(row.id).replace("-", ""), code):
            spent = PageCode.objects.filter(pk__in={row.pk, own.pk}, used_at=None).update(used_at=now)
            if spent == len({row.pk, own.pk}):
                return subject
    raise WrongCode


def _asked_from(network: str) -> int:
    key = f"me-asked-{hashlib.sha256(network.encode()).hexdigest()}"
    cache.add(key, 0, timeout=3600)
    return int(cache.incr(key))
