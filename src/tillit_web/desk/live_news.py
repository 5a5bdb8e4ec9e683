"""What is new in conversations, read from app.sqlite: asked whether anything was committed, read only if so."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence, Set
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from tillit.desk.handoff import Author
from tillit_web.desk.live import Event, News, Topic
from tillit_web.desk.models import Conversation, Message
from tillit_web.desk.standing import message_shown, spoken_to, standing_of

TEAM: Topic = "team"
EVERYTHING = Event("changed", b"{}")  # for a page that may have missed something
# `changed_at` is taken before the transaction waits for its turn, which may last as long as Django lets it.
LONGEST_TURN = timedelta(seconds=25)

_State = list[Any]  # what of a conversation a follower is told of


class Commits:
    """Whether another connection has committed to a file of SQLite since the last question; costs microseconds."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._seen = -1

    def are_new(self) -> bool:
        """True at the first question."""
        with closing(self._connection.execute("pragma data_version")) as found:
            version = int(found.fetchone()[0])
        before, self._seen = self._seen, version
        return version != before

    def forget(self) -> None:
        """Say at the next question that there is something new."""
        self._seen = -1

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


class Conversations:
    """Messages and changes of ownership, as news for those who follow them and for the team.

    SQLite has one writer at a time, so messages are numbered in the order in which they are committed.
    """

    def __init__(self, commits: Commits) -> None:
        self._commits = commits
        self._last = 0
        self._told: dict[int, _State] = {}

    def begin(self) -> None:
        """Forget what was before."""
        self._commits.are_new()
        self._last = Message.objects.aggregate(last=Max("id"))["last"] or 0
        self._told = _changed(timezone.now() - LONGEST_TURN)

    def news(self, followed: Set[Topic]) -> Sequence[News]:
        """What was committed since, made into words only for conversations that somebody follows."""
        if not self._commits.are_new():
            return ()
        try:
            return self._read(followed)
        except Exception:
            self._commits.forget()
            connection.close()  # otherwise the thread keeps it: to open one costs as much as a look
            raise

    def _read(self, followed: Set[Topic]) -> list[News]:
        now = timezone.now()
        rows = Message.objects.filter(id__gt=self._last).select_related("conversation", "answer__expert").order_by("id")
        messages = list(rows)
        recent = _changed(now - LONGEST_TURN)
        changed = {pk for pk, state in recent.items() if self._told.get(pk) != state}
        found = [
            News(one.conversation_id, message_event(one))
            for one in messages
            if one.conversation_id in followed and one.author != Author.NOTE.value
        ]
        touched = changed | {one.conversation_id for one in messages}
        for row in Conversation.objects.filter(pk__in=touched):
            if row.pk in followed and row.pk in changed:
                found.append(News(row.pk, standing_event(row, now=now)))
            if TEAM in followed:
                found.append(News(TEAM, Event("changed", json.dumps({"conversation": str(row.public_id)}).encode())))
        # Only now: a look that failed is made again from where it began.
        self._last = messages[-1].pk if messages else self._last
        self._told = recent
        return found


def message_event(message: Message) -> Event:
    """A message for its customer, in the language of the conversation."""
    with spoken_to(message.conversation.language):
        return Event("message", json.dumps(message_shown(message)).encode(), message.pk)


def standing_event(conversation: Conversation, *, now: datetime) -> Event:
    """Who has the word, for the customer."""
    with spoken_to(conversation.language):
        return Event("standing", json.dumps(standing_of(conversation, now=now)).encode())


def _changed(since: datetime) -> dict[int, _State]:
    """How conversations stand that changed since; their clock alone tells too little, as one request changes twice."""
    rows = Conversation.objects.filter(changed_at__gt=since).values_list(
        "pk", "changed_at", "owner", "handler_id", "promised_at", "escalated_at"
    )
    return {pk: state for pk, *state in rows}
