"""The team writes, looks again, judges, and chooses when the machine answers."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from tests.journeys.logs import DAY, MINUTE, Event
from tests.web.answers.conftest import today
from tests.web.insight.small_shop import fill
from tillit_web.answers.models import AnswerRules, AskedQuestion, Comparison, Expert, LibraryAnswer
from tillit_web.people.models import Company

pytestmark = pytest.mark.django_db


def test_from_nothing_to_an_answer_that_customers_see(as_bo: Client) -> None:
    assert "Say who answers" in as_bo.get("/answers/").content.decode()
    assert as_bo.get("/answers/new/").url == "/answers/people/new/"  # type: ignore[attr-defined]
    as_bo.post("/answers/people/new/", {"name": "Åsa Ö", "title": "roofs"})
    expert = Expert.objects.get()
    assert expert.slug == "asa-o"
    written = {
        "language": "en",
        "question": "When do you open?",
        "variants": "Opening hours?\n\nWhen do you open?",
        "text": "At **nine**.",
        "expert": expert.pk,
        "review_days": 30,
    }
    preview = as_bo.post("/answers/new/", {**written, "show": "yes"}).content.decode()
    assert "<strong>nine</strong>" in preview
    assert not LibraryAnswer.objects.exists()
    as_bo.post("/answers/new/", written)
    answer = LibraryAnswer.objects.get()
    assert answer.questions == ("When do you open?", "Opening hours?")
    assert Client().get(f"/help/answers/{answer.slug}/").status_code == 404
    as_bo.post(f"/answers/{answer.pk}/shown/", {"shown": "yes"})
    assert Client().get(f"/help/answers/{answer.slug}/").status_code == 404
    as_bo.post(f"/answers/people/{expert.pk}/agree/", {"agreed": "yes"})
    assert Client().get(f"/help/answers/{answer.slug}/").status_code == 200
    as_bo.post(f"/answers/people/{expert.pk}/agree/", {"agreed": "no"})
    assert Client().get(f"/help/answers/{answer.slug}/").status_code == 404


def test_a_stale_answer_holds_again_when_it_was_looked_at(as_bo: Client, library: list[LibraryAnswer]) -> None:
    LibraryAnswer.objects.filter(pk=library[3].pk).update(checked_on=today() - timedelta(days=400))
    page = as_bo.get("/answers/").content.decode()
    assert "1 must be looked at again" in page
    assert page.index(library[3].question) < page.index(library[0].question)
    as_bo.post(f"/answers/{library[3].pk}/right/")
    assert "All of them hold today." in as_bo.get("/answers/").content.decode()


def test_a_question_is_told_with_what_those_who_searched_for_it_bought(
    as_bo: Client, company: Company, data_directory: Path
) -> None:
    for text in ("Säljer ni presentkort?", "Kan man köpa presentkort?", "Finns laddstolpe?"):
        AskedQuestion.objects.create(language="sv", text=text, asked_at=timezone.now(), outcome="nothing")
    events = [Event(f"c{n}", n * MINUTE, "products_searched", f"s{n}", query="laddstolpe") for n in range(9)]
    events += [Event(f"c{n}", DAY, "order_completed", f"b{n}", amount_minor=20_000) for n in range(4)]
    fill(data_directory, events)
    page = as_bo.get("/answers/unanswered/").content.decode()
    assert "9 journeys searched your site for it; 4 of them bought afterwards (19" in page
    assert "SEK\xa0800" in page
    assert page.index("resentkort") < page.index("laddstolpe")
    page = as_bo.get("/answers/unanswered/?by=value").content.decode()
    assert page.index("laddstolpe") < page.index("resentkort")


def test_what_nobody_answered_becomes_an_answer(as_bo: Client, library: list[LibraryAnswer], ada: Expert) -> None:
    for text in ("Säljer ni presentkort?", "Kan man köpa presentkort?", "Finns laddstolpe?"):
        AskedQuestion.objects.create(language="sv", text=text, asked_at=timezone.now(), outcome="nothing")
    page = as_bo.get("/answers/unanswered/").content.decode()
    assert page.index("resentkort") < page.index("laddstolpe")
    ids = list(AskedQuestion.objects.filter(text__contains="presentkort").values_list("pk", flat=True))
    form = as_bo.get("/answers/new/", {"for": ids}).content.decode()
    assert "Säljer ni presentkort?" in form
    assert "Kan man köpa presentkort?" in form
    written = {
        "language": "sv",
        "question": "Säljer ni presentkort?",
        "text": "Ja.",
        "expert": ada.pk,
        "review_days": 90,
    }
    as_bo.post("/answers/new/", {**written, "for": ids})
    made = LibraryAnswer.objects.get(question="Säljer ni presentkort?")
    assert AskedQuestion.objects.filter(right=made).count() == 2
    assert "Kan man köpa presentkort" not in as_bo.get("/answers/unanswered/").content.decode()


def test_a_judgement_can_be_taken_back(as_bo: Client, library: list[LibraryAnswer]) -> None:
    asked = AskedQuestion.objects.create(
        language="sv", text="Tak?", asked_at=timezone.now(), outcome="shown", best=library[0]
    )
    as_bo.post(f"/answers/unanswered/{asked.pk}/", {"right": library[0].pk})
    asked.refresh_from_db()
    assert asked.right == library[0]
    assert asked.judged_at
    assert "Tak?" not in as_bo.get("/answers/unanswered/").content.decode()
    as_bo.post(f"/answers/unanswered/{asked.pk}/", {"right": "none"})
    assert "none of ours" in as_bo.get("/answers/unanswered/").content.decode()
    as_bo.post(f"/answers/unanswered/{asked.pk}/", {"right": "back"})
    assert AskedQuestion.objects.filter(judged_at__isnull=True, right__isnull=True).exists()


def test_how_sure_the_machine_is_stands_on_a_page(as_bo: Client, library: list[LibraryAnswer]) -> None:
    page = as_bo.get("/answers/sure/").content.decode()
    assert "At 90 of 100 it answers" in page
    assert "sure-line" in page
    as_bo.post("/answers/sure/", {"limit": "80", "reach": "Ring oss", "synonyms": "hoj, cykel"})
    assert (AnswerRules.objects.get().limit, AnswerRules.objects.get().reach) == (80, "Ring oss")
    refused = as_bo.post("/answers/sure/", {"limit": "20"})
    assert refused.status_code == 200
    assert AnswerRules.objects.get().limit == 80


def test_too_little_to_say_is_said(as_bo: Client, library: list[LibraryAnswer]) -> None:
    for row in library[2:]:
        row.delete()
    assert "Too little to say" in as_bo.get("/answers/sure/").content.decode()


def test_a_comparison_says_what_keeps_it_from_customers(as_bo: Client, ada: Expert) -> None:
    points = {"points-TOTAL_FORMS": "1", "points-INITIAL_FORMS": "0", "points-MIN_NUM_FORMS": "0"}
    point = {
        "points-0-text": "Pris",
        "points-0-better": "us",
        "points-0-source": "",
        "points-0-seen_on": today().isoformat(),
    }
    row = {"language": "sv", "title": "Färg", "them": "Andra färgen", "expert": ada.pk, "holds_days": 90}
    as_bo.post("/answers/comparisons/new/", {**row, **points, "points-MAX_NUM_FORMS": "1000", **point})
    made = Comparison.objects.get()
    assert made.points.count() == 1
    page = as_bo.get("/answers/comparisons/").content.decode()
    assert "No point where they are better" in page
    assert "A point without a source" in page
    as_bo.post(f"/answers/comparisons/{made.pk}/shown/", {"shown": "yes"})
    assert Client().get(f"/help/compared/{made.slug}/").status_code == 404
