"""What customers may call whoever answers: said by that member alone, from then on, and forgotten with who it was."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tillit_web.desk import actions, keeping
from tillit_web.desk.models import Conversation, Message
from tillit_web.desk.queries import messages_after
from tillit_web.desk.standing import message_shown
from tillit_web.people.models import Company, User

pytestmark = pytest.mark.django_db
TOKEN = "t" * 32


@pytest.fixture
def talk(company: Company, bo: User) -> Conversation:
    """Ana asked, and Bo answered before saying any name."""
    row = actions.open_conversation("Rust?", language="en", asks_for_person=True, token=TOKEN).conversation
    actions.answer(row, "First", bo)
    return row


def _customers(client: Client) -> list[str]:
    """Who the customer reads beside each line that one of us wrote."""
    page = client.get(f"/talk/{TOKEN}/").content.decode()
    return [part.partition("</span>")[0] for part in page.partition("<ol")[2].split('<span class="by person">')[1:]][:3]


def test_a_name_is_read_from_the_next_answer_on(client: Client, as_bo: Client, talk: Conversation, bo: User) -> None:
    assert as_bo.post("/settings/called/", {"called": "Bo\u202e <b>in the shop</b>"}).status_code == 302
    assert "in the shop" in as_bo.get("/settings/").content.decode()
    bo.refresh_from_db()
    actions.answer(talk, "Second", bo)
    actions.note(talk, "for us", bo)
    assert _customers(client)[:2] == ["One of us", "Bo &lt;b&gt;in the shop&lt;/b&gt;"]
    shown = [message_shown(one)["name"] for one in messages_after(talk)]
    assert shown == ["", "", "Bo <b>in the shop</b>"]
    as_bo.post("/settings/called/", {"called": ""})
    bo.refresh_from_db()
    actions.answer(talk, "Third", bo)
    bo.is_active = False
    bo.save()
    assert _customers(client) == ["One of us", "Bo &lt;b&gt;in the shop&lt;/b&gt;", "One of us"]


def test_nobody_says_it_for_another(as_ana: Client, as_bo: Client, ana: User, bo: User) -> None:
    as_ana.post("/settings/called/", {"called": "Boss", "member": str(bo.pk)})
    names = dict(User.objects.values_list("pk", "called"))
    assert names == {ana.pk: "Boss", bo.pk: ""}
    assert 'name="called"' not in as_ana.get(f"/settings/team/{bo.pk}/").content.decode()
    assert as_bo.post("/settings/called/", {"called": "B" * 61}).status_code == 400


def test_it_is_forgotten_with_who_it_was(talk: Conversation, bo: User) -> None:
    bo.called = "Bo"
    bo.save()
    now = timezone.now()
    actions.answer(talk, "Second", bo, now=now)
    actions.close(talk, bo, Conversation.Outcome.SOLVED, now=now)
    keeping.tidy(now=now + keeping.COLLEAGUE_KEPT)
    assert Message.objects.filter(said_as="Bo").count() == 1
    keeping.tidy(now=now + keeping.COLLEAGUE_KEPT + timedelta(seconds=1))
    assert not Message.objects.exclude(said_as="", handler=None).exists()
