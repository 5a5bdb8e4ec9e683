"""A page that is open asks for what it does not show yet, and gets that alone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tillit_web.desk import actions, queries
from tillit_web.desk.models import Conversation
from tillit_web.desk.queue_rows import drawn
from tillit_web.people.models import Company, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def talk(company: Company, bo: User) -> Conversation:
    """Ana's conversation, which Bo has."""
    row = actions.open_conversation("Rostar det?", language="sv", asks_for_person=True, token="t" * 32).conversation
    return actions.take(row, bo)


def _shown(page: Any, before: dict[str, str] | None = None) -> dict[str, str]:
    """What the page's script sends the next time."""
    text, known = page.content.decode(), before or {"X-After": "0", "X-Seen": ""}
    lines = re.findall(r'<li class="line [a-z]+" id="m(\d+)"', text)
    mark = re.search(r'data-seen="([0-9a-f]+)"', text)
    seen = page.get("X-Seen") or (mark[1] if mark else known["X-Seen"])
    return {"X-After": lines[-1] if lines else known["X-After"], "X-Seen": seen}


def test_a_page_of_the_desk_gets_what_came_after_it_and_then_nothing(
    as_bo: Client, bo: User, talk: Conversation
) -> None:
    address = f"/desk/{talk.public_id}/"
    shown = _shown(as_bo.get(address))
    assert as_bo.get(address, headers=shown).status_code == 204
    actions.customer_writes(talk, "Och trä?")
    new = as_bo.get(address, headers=shown)
    assert ("Och trä?" in new.content.decode(), "Rostar det?" in new.content.decode()) == (True, False)
    assert "<html" not in new.content.decode()
    assert new["Cache-Control"] == "no-store"
    shown = _shown(new, shown)
    assert as_bo.get(address, headers=shown).status_code == 204
    actions.let_go(talk, bo)
    assert "It waits for anyone of us." in as_bo.get(address, headers=shown).content.decode()
    assert "Rostar det?" in as_bo.get(address, headers={"X-After": "-1"}).content.decode()  # no number: the whole page


def test_an_answer_is_sent_without_leaving_the_page(as_bo: Client, talk: Conversation) -> None:
    address = f"/desk/{talk.public_id}/"
    shown = _shown(as_bo.get(address))
    sent = {"text": "Nej, **aldrig**.", "client_id": "bos-1"}
    for _ in range(2):  # the second time after an answer that was lost on the way
        new = as_bo.post(f"{address}answer/", sent, headers=shown)
        assert (new.status_code, new.content.decode().count("<strong>aldrig</strong>")) == (200, 1)
    refused = as_bo.post(f"{address}answer/", {"text": " "}, headers=_shown(new, shown))
    assert (refused.status_code, "X-Seen" in refused) == (409, False)
    assert "<html" in refused.content.decode()


def test_the_queue_is_drawn_once_for_all_readers_of_a_language(
    as_bo: Client, as_cy: Client, bo: User, cy: User, talk: Conversation
) -> None:
    actions.open_conversation("Trä, kanske?", language="sv", name="Cleo", asks_for_person=True)
    mine, theirs = as_bo.get("/desk/"), as_cy.get("/desk/")
    for_bo, for_cy = (drawn(queries.in_line(by=one, now=timezone.now()).waiting) for one in (bo, cy))
    assert for_bo[0] is for_cy[0]
    assert ("bo@" in _line(mine), "bo@" in _line(theirs)) == (False, True)
    assert as_bo.get("/desk/", headers=_shown(mine)).status_code == 204
    actions.customer_writes(talk, "Eller plast?")
    new = as_bo.get("/desk/", headers=_shown(mine)).content.decode()
    assert ("Eller plast?" in new, "csrfmiddlewaretoken" in new) == (True, False)


def test_the_customers_page_gets_the_same_without_notes_and_cookies(
    client: Client, talk: Conversation, bo: User
) -> None:
    address = f"/talk/{'t' * 32}/"
    shown = _shown(client.get(address))
    actions.note(talk, "Vill ha rabatt", bo)
    assert client.get(address, headers=shown).status_code == 204
    actions.answer(talk, "Nej.", bo)
    new = client.get(address, headers=shown)
    assert ("Nej." in new.content.decode(), "rabatt" in new.content.decode(), "Rostar" in new.content.decode()) == (
        True,
        False,
        False,
    )
    assert "noindex" in new["X-Robots-Tag"]
    assert not client.cookies


def _line(page: Any) -> str:
    return str(page.content.decode().partition('<div id="line"')[2])
