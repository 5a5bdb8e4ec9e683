"""What a customer is told while it happens: each message, who has the word, and by when one of us answers."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from tillit.desk.owner import Owner
from tillit.meetings.actions import ANYONE
from tillit_web.desk import moments
from tillit_web.desk.models import Conversation, Message
from tillit_web.desk.ringing import No, no_of
from tillit_web.desk.shown import line_of
from tillit_web.people.queries import company
from tillit_web.ui.templatetags.tillit import local_day, local_time

SECONDS_A_WAIT_IS_KEPT = 20.0

_waits: dict[str, tuple[float, datetime, bool]] = {}


@dataclass(frozen=True, slots=True)
class Owed:
    """What a customer waits for from us, for their own page.

    Attributes:
        topic: What it is about; "" where nobody has said.
        since: When they asked, or rang the last time.
        has_rung: They rang and nobody answered, so that we call; otherwise we answer.
        by: By when we said that we do; None where we have said no time.
        is_late: It has passed.
        said_no: They have said no to calls since they rang: nobody calls.
    """

    topic: str
    since: datetime
    has_rung: bool
    by: datetime | None
    is_late: bool
    said_no: bool


def owed_to(subjects: Collection[bytes], *, now: datetime) -> tuple[Owed, ...]:
    """What we owe a customer who rang from a number of theirs, or has shown that a conversation is theirs; the first
    promise first."""
    theirs = Conversation.objects.filter(subject__in=list(subjects)).exclude(owner=Conversation.Owned.CLOSED)
    rows = theirs.filter(Q(rang_count__gt=0) | Q(is_verified=True, promised_at__isnull=False))
    return tuple(
        Owed(
            row.topic,
            row.rang_at or row.waits_since or row.opened_at,
            row.rang_at is not None,
            row.promised_at,
            row.promised_at is not None and row.promised_at < now,
            no_of(row) is No.SINCE,
        )
        for row in rows.order_by(F("promised_at").asc(nulls_last=True), "pk")
    )


@contextmanager
def spoken_to(language: str) -> Iterator[None]:
    """In the customer's language, on the company's clock."""
    with translation.override(language), timezone.override(ZoneInfo(company().timezone)):
        yield


def message_shown(message: Message) -> dict[str, Any]:
    """One message as JSON, for whom it is spoken to: `text` as it was written, `html` safe to show, `name`
    where one of us gave one."""
    line = line_of(message, for_customer=True)
    shown: dict[str, Any] = {
        "id": line.id,
        "by": line.author,
        "name": line.who,
        "at": line.at.isoformat(timespec="seconds"),
        "clock": local_time(line.at, "clock"),
        "text": message.text,
        "html": line.html,
    }
    if line.answer is not None:
        who = {"name": line.answer.expert.name, "day": local_day(line.answer.checked_on)}
        title = _("Written by %(name)s, checked on %(day)s") % who
        shown["source"] = {"title": title, "path": reverse("help:answer", args=[line.answer.slug])}
    return shown


def standing_of(conversation: Conversation, *, now: datetime) -> dict[str, str]:
    """Who has the word (`owner`), what that means (`said`), and the stated wait for a person (`wait`)."""
    owner, promised = Owner(conversation.owner), conversation.promised_at
    standing = {"owner": owner.value, "said": "", "wait": ""}
    if owner is Owner.MACHINE:
        return standing | {"wait": wait_for(conversation.skill, now=now)}
    if owner is Owner.CLOSED:
        return standing | {"said": _("This conversation is closed."), "wait": wait_for(conversation.skill, now=now)}
    if promised is None:
        return standing
    if conversation.escalated_at is not None:
        words = _(
            "We did not do what we said: an answer by %(at)s. All of us see now that you wait, and nothing you wrote "
            "is lost."
        )
    elif owner is Owner.PERSON:
        words = _("One of us has your conversation and answers by %(at)s.")
    else:
        words = _("One of us answers by %(at)s. You need not say anything twice.")
    return standing | {"said": words % {"at": _by(promised, now)}}


def wait_for(skill: str, *, now: datetime) -> str:
    """What whoever asks for a person now is promised."""
    known = _waits.get(skill)
    if known is None or time.monotonic() - known[0] > SECONDS_A_WAIT_IS_KEPT:
        promised, is_open = moments.promised(skill, now=now)
        known = _waits[skill] = (time.monotonic(), promised, is_open)
    when = {"at": _by(known[1], now)}
    if known[2]:
        return _("One of us answers by %(at)s.") % when
    return _("Nobody is here right now. One of us answers by %(at)s.") % when


def wait_for_anyone(*, now: datetime) -> str:
    """The same for whoever has not said anything yet."""
    return wait_for(ANYONE, now=now)


def _by(at: datetime, now: datetime) -> str:
    """The clock today, the day too on any other."""
    clock = local_time(at, "clock")
    same_day = timezone.localtime(at).date() == timezone.localtime(now).date()
    return clock if same_day else f"{local_time(at, 'weekday')}, {clock}"
