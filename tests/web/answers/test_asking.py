"""A customer asks: the right answer with its author, or a person; and nothing of who asked."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.test import Client

from tests.web.answers.conftest import today
from tillit_web.answers import actions
from tillit_web.answers.models import AnswerRules, AskedQuestion, Comparison, Expert, LibraryAnswer

pytestmark = pytest.mark.django_db


def ask(question: str) -> str:
    reply = Client().get("/help/sv/", {"q": question})
    assert reply.status_code == 200
    assert not reply.cookies  # nothing is kept on the customer's device
    return reply.content.decode()


def test_a_known_question_gets_the_answer_of_a_named_person(library: list[LibraryAnswer]) -> None:
    page = ask("hur ofta byter man sina takpannor")
    assert library[0].question in page
    assert "<strong>Svar</strong>" in page
    assert "Ada" in page
    assert "säljer tak" in page
    kept = AskedQuestion.objects.get()
    assert (kept.outcome, kept.best) == ("answered", library[0])


def test_an_unknown_question_goes_to_a_person(library: list[LibraryAnswer]) -> None:
    AnswerRules.objects.create(pk=1, reach="Ring 08-123 456 78, vardagar 9–17")
    page = ask("säljer ni presentkort")
    assert "<strong>Svar</strong>" not in page
    assert "Ring 08-123 456 78" in page
    assert AskedQuestion.objects.get().outcome in {"shown", "nothing"}


def test_the_company_chooses_how_sure_the_machine_must_be(library: list[LibraryAnswer]) -> None:
    chance = (ask("takpannor hur ofta"), AskedQuestion.objects.get().chance)[1]
    assert chance is not None
    rules = AnswerRules.objects.create(pk=1, limit=max(50, int(chance * 100)))
    assert "<strong>Svar</strong>" in ask("takpannor hur ofta")
    AnswerRules.objects.filter(pk=rules.pk).update(limit=int(chance * 100) + 1)
    assert "<strong>Svar</strong>" not in ask("takpannor hur ofta")


def test_with_a_small_library_it_only_shows_what_may_be_near(library: list[LibraryAnswer]) -> None:
    for row in library[2:]:
        row.delete()
    page = ask(library[0].question)
    assert "<strong>Svar</strong>" not in page
    assert library[0].question in page


@pytest.mark.parametrize("change", ["stale", "hidden", "not agreed"])
def test_what_does_not_hold_is_not_given(library: list[LibraryAnswer], ada: Expert, change: str) -> None:
    if change == "stale":
        LibraryAnswer.objects.filter(pk=library[0].pk).update(checked_on=today() - timedelta(days=181))
        actions.publish(LibraryAnswer.objects.get(pk=library[1].pk), shown=True)
    elif change == "hidden":
        actions.publish(library[0], shown=False)
    else:
        actions.agree(ada, at=None)
    assert library[0].question not in ask("hur ofta byts takpannor").replace('value="hur ofta byts takpannor"', "")
    reply = Client().get(f"/help/answers/{library[0].slug}/")
    assert reply.status_code == (200 if change == "stale" else 404)
    if change == "stale":
        assert "note waiting" in reply.content.decode()


def test_people_are_taken_out_of_what_is_kept(library: list[LibraryAnswer]) -> None:
    ask("Jag är 811218-9876, ring 070-174 06 05 eller skriv till bo.b@example.org om takpannor")
    kept = AskedQuestion.objects.get().text
    for person in ("811218", "070", "174 06", "example.org"):
        assert person not in kept
    assert "takpannor" in kept


def test_whether_it_helped_is_said_by_who_asked(library: list[LibraryAnswer]) -> None:
    page = ask("takpannor")
    address = re.search(r'action="(/help/helped/[^"]+)"', page)
    assert address
    stranger = Client(enforce_csrf_checks=True)
    assert stranger.post(address[1], {"helped": "no"}).status_code == 200
    assert AskedQuestion.objects.get().helped is False
    assert stranger.post(address[1].replace("helped/", "helped/9"), {"helped": "yes"}).status_code == 404
    assert AskedQuestion.objects.get().helped is False


def test_search_engines_read_who_answered_and_when(library: list[LibraryAnswer]) -> None:
    page = Client().get(f"/help/answers/{library[0].slug}/").content.decode()
    data = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert data
    said = json.loads(data[1])
    assert said["@type"] == "FAQPage"
    answer = said["mainEntity"][0]["acceptedAnswer"]
    assert answer["author"]["@type"] == "Person"
    assert answer["author"]["name"] == "Ada"
    assert answer["dateModified"] == today().isoformat()
    places = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "a": "http://www.w3.org/2005/Atom"}
    site = ElementTree.fromstring(Client().get("/help/sitemap.xml").content)
    assert len(site.findall("s:url/s:loc", places)) == len(library)
    feed = ElementTree.fromstring(Client().get("/help/sv/feed.xml").content)
    assert {entry.findtext("a:author/a:name", "", places) for entry in feed.findall("a:entry", places)} == {"Ada"}


HOSTILE = [
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "![x](http://e.x/a.png)",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_written_cannot_act(library: list[LibraryAnswer], text: str) -> None:
    row = library[0]
    LibraryAnswer.objects.filter(pk=row.pk).update(question=text, text=text, evidence=text)
    page = Client().get(f"/help/answers/{row.slug}/").content.decode() + ask(text)
    body = re.sub(r'<script type="application/ld\+json">[^<]*</script>|<script src="[^"]*"[^>]*></script>', "", page)
    assert "<script" not in body
    assert "<img" not in body
    assert 'href="javascript' not in body


@pytest.mark.parametrize("question", ["", "   ", "?", "x" * 5000, "\x00", "'; drop table", "a" * 299 + "é"])
def test_any_question_is_answered_by_a_page(library: list[LibraryAnswer], question: str) -> None:
    ask(question)


def test_a_comparison_is_seen_only_while_it_is_honest(ada: Expert) -> None:
    row = Comparison.objects.create(
        slug="paint", language="sv", title="Färg", them="Andra färgen", expert=ada, is_published=True
    )
    row.points.create(text="Pris", better="us", source="https://example.com/test", seen_on=today())
    assert Client().get("/help/compared/paint/").status_code == 404
    point = row.points.create(text="Torktid", better="them", source="Burken", seen_on=today())
    page = Client().get("/help/compared/paint/").content.decode()
    assert "Torktid" in page
    assert "<strong>Andra färgen</strong>" in page
    point.seen_on = today() - timedelta(days=181)
    point.save()
    assert Client().get("/help/compared/paint/").status_code == 404
