"""The pages on both sides of a conversation, without JavaScript: what a customer presses and what one of us does."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.web.desk.conftest import KNOWN_QUESTION, UNKNOWN_QUESTION
from tillit_web.answers.models import LibraryAnswer
from tillit_web.desk import actions
from tillit_web.desk.models import Conversation
from tillit_web.people.models import User

pytestmark = pytest.mark.django_db
Library = dict[str, LibraryAnswer]


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return found[1]


def _begin(client: Client, text: str, **more: str) -> str:
    """Ask on the first page, and return the address that opens the conversation."""
    begun = _hidden(client.get("/talk/?language=sv").content.decode(), "begun")
    answer = client.post("/talk/", {"text": text, "language": "sv", "begun": begun, **more})
    assert answer.status_code == 302
    return str(answer["Location"])


def test_a_customer_asks_and_reads_the_answer_with_its_author(client: Client, library: Library) -> None:
    page = client.get(_begin(client, KNOWN_QUESTION)).content.decode()
    assert "Svar <strong>0</strong>" in page
    assert "Ada" in page
    assert "En maskin" in page
    assert "Prata med en av oss" in page
    assert not client.cookies


def test_the_form_sent_twice_begins_one_conversation(client: Client, library: Library) -> None:
    begun = _hidden(client.get("/talk/").content.decode(), "begun")
    form = {"text": UNKNOWN_QUESTION, "language": "sv", "begun": begun}
    first, second = client.post("/talk/", form), client.post("/talk/", form)
    assert first["Location"] == second["Location"]
    assert Conversation.objects.count() == 1


def test_nobody_chooses_the_token_of_a_conversation(client: Client, library: Library) -> None:
    client.post("/talk/", {"text": UNKNOWN_QUESTION, "language": "sv", "begun": "mine:forged"})
    assert client.get("/talk/mine/").status_code == 404


def test_a_person_is_one_press_away_from_the_first_page_and_from_an_answer(client: Client, library: Library) -> None:
    for address in (_begin(client, "", person="yes"), _begin(client, KNOWN_QUESTION)):
        client.post(f"{address}person/")
        assert "En av oss" in client.get(address).content.decode()
    assert set(Conversation.objects.values_list("owner", "reason")) == {("desk", "asked")}


def test_an_answer_that_did_not_help_goes_to_a_person(client: Client, library: Library) -> None:
    address = _begin(client, KNOWN_QUESTION)
    client.post(f"{address}person/", {"not_helped": "yes"})
    assert Conversation.objects.get().reason == "not_helped"


def test_an_answer_that_helped_closes_it(client: Client, library: Library) -> None:
    address = _begin(client, KNOWN_QUESTION)
    client.post(f"{address}done/")
    row = Conversation.objects.get()
    assert (row.owner, row.outcome) == ("closed", "solved")
    assert "Det här samtalet är avslutat." in client.get(address).content.decode()


def test_pages_of_a_conversation_are_in_no_index_no_cache_and_no_referrer(client: Client, library: Library) -> None:
    answer = client.get(_begin(client, KNOWN_QUESTION))
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]


def test_one_of_us_answers_and_the_customer_sees_it(client: Client, as_bo: Client, library: Library) -> None:
    address = _begin(client, UNKNOWN_QUESTION, email="ana@example.org", name="Ana")
    row = Conversation.objects.get()
    queue = as_bo.get("/desk/").content.decode()
    assert UNKNOWN_QUESTION in queue
    assert "promised by" in queue
    desk = f"/desk/{row.public_id}/"
    page = as_bo.get(desk).content.decode()
    assert "not verified" in page
    assert "ana@example.org" in page
    as_bo.post(f"{desk}note/", {"text": "Hundar får inga.", "client_id": "n1"})
    as_bo.post(f"{desk}answer/", {"text": "Ja, **det gör vi**.", "client_id": "a1"})
    seen = client.get(address).content.decode()
    assert "<strong>det gör vi</strong>" in seen
    assert "Hundar får inga." not in seen
    assert "bo@example.org" not in seen  # customers are not told which of us it was
    assert "You</span> have it." in as_bo.get(desk).content.decode()


def test_the_rail_counts_who_waits(as_bo: Client, library: Library) -> None:
    actions.open_conversation(UNKNOWN_QUESTION, language="sv")
    assert re.search(r"waiting for you:\s*</span>\s*1<", as_bo.get("/bookings/").content.decode())


def test_taking_can_be_undone_and_closing_too(as_bo: Client, library: Library) -> None:
    row = actions.open_conversation(UNKNOWN_QUESTION, language="sv").conversation
    desk = f"/desk/{row.public_id}/"
    owners = []
    for press, form in (
        ("take/", {}),
        ("let-go/", {}),
        ("take/", {}),
        ("close/", {"outcome": "promised"}),
        ("open-again/", {}),
        ("hand-back/", {"text": "Priset 100 kr", "until": "2099-01-31"}),
    ):
        assert as_bo.post(desk + press, form).status_code == 302
        owners.append(Conversation.objects.get().owner)
    assert owners == ["person", "desk", "person", "closed", "person", "machine"]
    assert [(one.text, str(one.until)) for one in row.agreements.all()] == [("Priset 100 kr", "2099-01-31")]


def test_two_of_us_press_take_and_the_second_is_told(as_bo: Client, as_cy: Client, library: Library) -> None:
    row = actions.open_conversation(UNKNOWN_QUESTION, language="sv").conversation
    as_bo.post(f"/desk/{row.public_id}/take/")
    told = as_cy.post(f"/desk/{row.public_id}/take/", follow=True).content.decode()
    assert "One of your colleagues has this conversation." in told
    typed = as_cy.post(f"/desk/{row.public_id}/answer/", {"text": "Mitt svar", "client_id": "c"})
    assert typed.status_code == 409
    as_cy.post(f"/desk/{row.public_id}/take/", {"over": "yes"})
    assert Conversation.objects.get().handler is not None


def test_an_answer_of_the_library_is_put_in_and_named_if_sent_as_it_is(
    client: Client, as_bo: Client, library: Library
) -> None:
    address = _begin(client, "", person="yes")
    client.post(f"{address}write/", {"text": KNOWN_QUESTION, "client_id": "q"})
    desk = f"/desk/{Conversation.objects.get().public_id}/"
    assert "Hur lång är leveranstiden?" in as_bo.get(desk).content.decode()
    page = as_bo.get(f"{desk}?use=svar-0").content.decode()
    kept = library["Hur lång är leveranstiden?"]
    assert kept.text in page
    as_bo.post(f"{desk}answer/", {"text": kept.text, "from_library": "svar-0", "client_id": "a1"})
    as_bo.post(f"{desk}answer/", {"text": kept.text + " Eller nästan.", "from_library": "svar-0", "client_id": "a2"})
    assert [one.answer for one in Conversation.objects.get().messages.filter(author="person")] == [kept, None]


def test_a_closing_without_an_outcome_is_refused(as_bo: Client, library: Library, bo: User) -> None:
    row = actions.open_conversation(UNKNOWN_QUESTION, language="sv").conversation
    actions.take(row, bo)
    as_bo.post(f"/desk/{row.public_id}/close/", {"outcome": "great"})
    assert Conversation.objects.get().owner == "person"
