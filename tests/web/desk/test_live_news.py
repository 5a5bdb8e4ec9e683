"""What is committed becomes news: each message once and in order, no note for a customer, nothing unasked for."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from tillit_web.desk import actions
from tillit_web.desk.live import News
from tillit_web.desk.live_news import TEAM, Commits, Conversations
from tillit_web.desk.models import Conversation
from tillit_web.people.models import User


class AlwaysNew(Commits):
    """The tests' database is no file that could be watched."""

    def __init__(self) -> None:
        """Open nothing."""

    def are_new(self) -> bool:
        """Look each time."""
        return True


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database as Django keeps it, with a table."""
    path = tmp_path / "some.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute("pragma journal_mode=wal")
        database.execute("create table message (id integer primary key)")
    return path


@pytest.fixture
def commits(file: Path) -> Iterator[Commits]:
    """What watches it."""
    watching = Commits(file)
    yield watching
    watching.close()


def test_what_another_connection_commits_is_noticed_once(file: Path, commits: Commits) -> None:
    assert commits.are_new()
    assert not commits.are_new()
    with closing(sqlite3.connect(file)) as writer:
        writer.execute("insert into message default values")
        assert not commits.are_new(), "it is not committed"
        writer.commit()
        assert commits.are_new()
        assert not commits.are_new()
        writer.execute("insert into message default values")
        writer.rollback()
        assert not commits.are_new()
    commits.forget()
    assert commits.are_new()


@pytest.fixture
def source(transactional_db: None) -> Conversations:
    """News from the tests' database."""
    return Conversations(AlwaysNew())


def _opened(text: str = "Hur länge håller ett tak?", **rest: object) -> Conversation:
    return actions.open_conversation(text, language="sv", **rest).conversation  # type: ignore[arg-type]


def _told(news: list[News]) -> list[tuple[object, str]]:
    return [(one.topic, one.event.name) for one in news]


def _texts(news: list[News], topic: int) -> list[str]:
    found = [json.loads(one.event.data) for one in news if one.topic == topic and one.event.name == "message"]
    return [one.get("text") or one["html"] for one in found]


@pytest.mark.usefixtures("company")
def test_what_was_before_is_no_news(source: Conversations) -> None:
    ana = _opened()
    source.begin()
    assert list(source.news({ana.pk, TEAM})) == []


@pytest.mark.usefixtures("company")
def test_each_message_comes_once_to_its_own_customer(source: Conversations, bo: User) -> None:
    source.begin()
    ana, cy = _opened("Fråga ett", asks_for_person=True), _opened("Fråga två", asks_for_person=True)
    actions.answer(ana, "Tjugo år.", bo)
    actions.note(ana, "Ringde i maj.", bo)
    found = list(source.news({ana.pk, cy.pk, TEAM}))
    assert _texts(found, ana.pk) == ["Fråga ett", "Tjugo år."]
    assert _texts(found, cy.pk) == ["Fråga två"]
    assert not any(b"Ringde" in one.event.data for one in found)
    ids = [one.event.id for one in found if one.topic == ana.pk and one.event.id is not None]
    assert ids == sorted(set(ids))
    actions.customer_writes(ana, "Tack")
    assert _texts(list(source.news({ana.pk})), ana.pk) == ["Tack"]
    assert list(source.news({ana.pk})) == []


@pytest.mark.usefixtures("company")
def test_the_team_hears_which_conversation_and_nothing_of_it(source: Conversations) -> None:
    source.begin()
    ana = _opened("Mitt nummer är 070-123 45 67", asks_for_person=True)
    found = [one for one in source.news({TEAM}) if one.topic == TEAM]
    assert [json.loads(one.event.data) for one in found] == [{"conversation": str(ana.public_id)}]


@pytest.mark.usefixtures("company")
def test_who_has_the_word_is_told_when_it_changes(source: Conversations, bo: User) -> None:
    ana = _opened(asks_for_person=True)
    source.begin()
    actions.take(ana, bo)
    actions.answer(ana, "Hej", bo)
    found = [json.loads(one.event.data) for one in source.news({ana.pk}) if one.event.name == "standing"]
    assert [one["owner"] for one in found] == ["person"]


@pytest.mark.usefixtures("company")
def test_nothing_is_made_for_whom_nobody_follows(source: Conversations) -> None:
    source.begin()
    _opened(asks_for_person=True)
    assert list(source.news({4711})) == []


@pytest.mark.usefixtures("company")
def test_two_changes_of_one_moment_are_both_told(source: Conversations) -> None:
    """A question is kept, and handed over in the next transaction, with one reading of the clock."""
    ana = _opened(asks_for_person=True)
    source.begin()
    Conversation.objects.filter(pk=ana.pk).update(escalated_at=ana.changed_at)
    assert _told(list(source.news({TEAM, ana.pk}))) == [(ana.pk, "standing"), (TEAM, "changed")]


@pytest.mark.usefixtures("company")
def test_a_transaction_that_waited_for_its_turn_is_not_missed(source: Conversations) -> None:
    ana, cy = _opened(), _opened()
    source.begin()
    now = timezone.now()
    Conversation.objects.filter(pk=cy.pk).update(changed_at=now)
    assert _told(list(source.news({ana.pk, cy.pk}))) == [(cy.pk, "standing")]
    # Its clock was read before the other's, and it is committed after.
    with transaction.atomic():
        Conversation.objects.filter(pk=ana.pk).update(changed_at=now - timedelta(seconds=5))
    assert _told(list(source.news({ana.pk, cy.pk}))) == [(ana.pk, "standing")]
