"""A customer's conversations, for erasure, for its proof, and for knowing that there is somebody."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.db.models import Q, QuerySet

from tillit_web.desk.models import Agreement, Conversation, Message
from tillit_web.people.phones import with_number_of


def conversations_about(subjects: Collection[bytes]) -> QuerySet[Conversation]:
    """Conversations under an e-mail or a phone number of theirs, whoever typed it."""
    wanted = frozenset(subjects)
    by_number = with_number_of(Conversation.objects.all(), wanted)
    return Conversation.objects.filter(Q(subject__in=list(wanted)) | Q(pk__in=by_number))


def said_in_conversations() -> Iterator[tuple[str, int]]:
    """What was said, and where people are reached, each with when (microseconds UTC); for the proof of absence."""
    people = Conversation.objects.values_list("name", "email", "phone", "topic", "changed_at")
    messages = Message.objects.values_list("text", "written_at")
    agreements = Agreement.objects.values_list("text", "at")
    for rows in (people, messages, agreements):
        for *said, at in rows.iterator():
            yield from ((text, round(at.timestamp() * 1_000_000)) for text in said if text)
