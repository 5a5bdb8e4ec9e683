"""Who gets whom: the desk as routing sees it, and what routing says written back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from tillit.desk.handoff import Author, Reason
from tillit.desk.owner import Event, Owner
from tillit.desk.routing import Case, Level, Routed, Skill, Specialist, Why, Wish, route_all
from tillit.meetings.actions import ANYONE
from tillit_web.desk.models import Colleague, Conversation, Message
from tillit_web.desk.skills import colleagues, topic_of
from tillit_web.meetings.staffing import staffed

MINUTES_EACH = 10.0  # until somebody says how long a conversation takes
# What a colleague put back, or left until after the promised time, is shown to all and given to none.
LEFT_TO_ALL = (Reason.LET_GO.value, Reason.LATE.value)


@dataclass(frozen=True, slots=True)
class Waits:
    """Why a conversation waits, and how long; None where no wait can be told."""

    why: Why
    wait_seconds: float | None


@transaction.atomic
def assign(*, now: datetime | None = None) -> int:
    """Give everyone who waits to whom routing says; how many were given. Without colleagues nobody is."""
    at = now or timezone.now()
    team = list(colleagues().select_for_update(of=("self",)))
    if not any(one.skills.all() for one in team):
        return 0
    rows = {row.pk: row for row in _waiting().select_for_update(of=("self",))}
    given = 0
    by_number = {one.pk: one for one in team}
    for routed in _routed(rows.values(), team, at):
        if routed.to is None:
            continue
        row, colleague = rows[routed.case.id], by_number[routed.to]
        after = row.ownership.after(Event.PERSON_TAKES, by=colleague.member_id)
        row.owner, row.handler_id, row.routed, row.changed_at = after.owner.value, after.handler, routed.why.value, at
        row.save(update_fields=["owner", "handler", "routed", "changed_at"])
        for number, owed in routed.owed.items():
            by_number[number].owed = owed
            by_number[number].save(update_fields=["owed"])
        given += 1
    return given


def assign_soon() -> None:
    """Give out who waits, once what is being changed is on record."""
    transaction.on_commit(assign, robust=True)  # what was said to the customer stands; the next minute tries again


def in_line(*, now: datetime) -> dict[int, Waits]:
    """Why each conversation waits that routing has given to nobody, by its number."""
    team = list(colleagues())
    if not any(one.skills.all() for one in team):
        return {}
    found = _routed(_waiting(), team, now)
    return {one.case.id: Waits(one.why, one.wait_seconds) for one in found if one.to is None}


def _waiting() -> QuerySet[Conversation]:
    rows = Conversation.objects.filter(owner=Owner.DESK.value, escalated_at=None)
    return rows.exclude(reason__in=LEFT_TO_ALL).order_by("pk")


def _routed(rows: Iterable[Conversation], team: Sequence[Colleague], now: datetime) -> tuple[Routed, ...]:
    in_hand = Counter(
        Conversation.objects.filter(owner=Owner.PERSON.value, handler__in=[one.member_id for one in team]).values_list(
            "handler", flat=True
        )
    )
    specialists = [
        Specialist(
            one.pk,
            frozenset(
                Skill(skill.topic, skill.language, Level(skill.level)) for skill in one.skills.all() if skill.is_theirs
            ),
            one.capacity,
            in_hand[one.member_id],
            None if one.here_until is None else _micros(one.here_until),
            one.owed,
        )
        for one in team
    ]
    by_member = {one.member_id: one.pk for one in team}
    here = {one.pk for one in team if one.here_until is not None and one.here_until > now}
    cases = [_case(row, by_member, here) for row in rows]
    return route_all(cases, specialists, handling_seconds=_handling_seconds(), now=_micros(now))


def _case(row: Conversation, by_member: Mapping[int, int], here: Collection[int]) -> Case:
    """Whoever wants the same person waits for them while they are here, and is met by another once they have gone."""
    topic = topic_of(row.topic or ("" if row.skill == ANYONE else row.skill.replace("_", " ")))
    previous = by_member.get(_met_before(row) or 0) if row.wants_same_person else None
    wish = Wish.SAME_OR_WAIT if previous in here else Wish.ANYONE
    return Case(row.pk, topic, row.language, _micros(row.waits_since or row.opened_at), wish, previous)


def _met_before(row: Conversation) -> int | None:
    """Who of us answered last: here, or in another conversation of a customer who has shown who they are."""
    answers = Message.objects.filter(author=Author.PERSON.value, handler__isnull=False).order_by("-id")
    own = answers.filter(conversation=row).first()
    if own is None and row.is_verified and row.subject is not None:
        own = answers.filter(conversation__subject=row.subject, conversation__is_verified=True).first()
    return None if own is None else own.handler_id


def _handling_seconds() -> float:
    declared = [one.minutes for one in staffed().declared.values()]
    return 60 * (sum(declared) / len(declared) if declared else MINUTES_EACH)


def _micros(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000)
