"""What customers read: they ask, and get the answer of a named colleague, or a way to one."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from tillit_web.answers import actions, queries
from tillit_web.answers.finding import find, shown_to_customers
from tillit_web.answers.models import AskedQuestion, Comparison, Expert, LibraryAnswer
from tillit_web.answers.written import as_html, as_text
from tillit_web.languages import LANGUAGES
from tillit_web.people.access import public

SCHEMA = "https://schema.org"
_HELPED = signing.TimestampSigner(salt="helped")
_MAY_SAY_FOR = timedelta(days=1)


@public
@require_GET
def front(request: HttpRequest) -> HttpResponse:
    """To the answers in the reader's language."""
    return redirect("help:ask", request.LANGUAGE_CODE or "en")


@public
@require_GET
def ask(request: HttpRequest, language: str) -> HttpResponse:
    """Ask, or look through what has been answered."""
    question = request.GET.get("q", "").strip()[: actions.LONGEST_QUESTION]
    shown: dict[str, Any] = {"question": question}
    if question:
        shown |= _answered(question, language)
    else:
        shown["answers"] = list(shown_to_customers(language))
        shown["comparisons"] = _honest(language)
    response = _page(request, "help/ask.html", language, shown)
    if question:
        response["X-Robots-Tag"] = "noindex"
    return response


@public
@require_GET
def answer(request: HttpRequest, slug: str) -> HttpResponse:
    """One answer, with who gives it and when it was last checked."""
    row = shown_to_customers().filter(slug=slug).first()
    if row is None:
        raise Http404
    today = timezone.localdate()
    shown = {
        "row": row,
        "html": as_html(row.text),
        "is_stale": today > row.holds_until,
        "data": _data(_faq(request, row)),
    }
    return _page(request, "help/answer.html", row.language, shown)


@public
@require_GET
def expert(request: HttpRequest, slug: str) -> HttpResponse:
    """A colleague, and what they answered."""
    row = get_object_or_404(Expert, slug=slug, agreed_at__isnull=False)
    answers = list(shown_to_customers().filter(expert=row))
    data = {"@context": SCHEMA, **_person(request, row)}
    language = answers[0].language if answers else request.LANGUAGE_CODE or "en"
    return _page(request, "help/expert.html", language, {"row": row, "answers": answers, "data": _data(data)})


@public
@require_GET
def comparison(request: HttpRequest, slug: str) -> HttpResponse:
    """How we compare, where the other is better too; gone while it is not honest."""
    rows = Comparison.objects.filter(is_published=True, expert__agreed_at__isnull=False).select_related("expert")
    row = get_object_or_404(rows, slug=slug)
    if actions.missing_in(row, timezone.localdate()):
        raise Http404
    return _page(request, "help/comparison.html", row.language, {"row": row})


@public
@never_cache
@csrf_exempt  # nothing is kept on the customer's device; the address itself is signed
@require_POST
def helped(request: HttpRequest, token: str) -> HttpResponse:
    """The customer who asked says whether it helped."""
    try:
        asked = _HELPED.unsign(token, max_age=_MAY_SAY_FOR)
    except signing.BadSignature as error:
        raise Http404 from error
    row = get_object_or_404(AskedQuestion, pk=int(asked))
    actions.did_it_help(row, helped=request.POST.get("helped") == "yes")
    return _page(request, "help/thanks.html", row.language, {"row": row})


@public
@require_GET
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every page that may be found, with when it last changed."""
    pages = [(_address(request, row), row.changed_at.date()) for row in shown_to_customers()]
    pages += [
        (request.build_absolute_uri(reverse("help:comparison", args=[row.slug])), row.changed_at.date())
        for language, _ in LANGUAGES
        for row in _honest(language)
    ]
    return render(request, "help/sitemap.xml", {"pages": pages}, content_type="application/xml")


@public
@require_GET
def feed(request: HttpRequest, language: str) -> HttpResponse:
    """The answers that changed last, for readers of feeds (Atom)."""
    rows = shown_to_customers(language).order_by("-changed_at")[:50]
    entries = [(row, _address(request, row), as_text(row.text, longest=500)) for row in rows]
    shown = {"entries": entries, "address": request.build_absolute_uri(), "now": timezone.now()}
    return render(request, "help/feed.xml", shown, content_type="application/atom+xml")


def _page(request: HttpRequest, template: str, language: str, shown: dict[str, Any]) -> HttpResponse:
    """In the language of what it shows, which stands in the address: a choice kept on the device would need consent."""
    with translation.override(language):
        frame = {"LANGUAGE_CODE": language, "languages": (), "spoken": LANGUAGES, "reach": queries.rules().reach}
        return render(request, template, frame | shown)


def _answered(question: str, language: str) -> dict[str, Any]:
    found = find(question, language, timezone.localdate())
    rows = {row.slug: row for row in shown_to_customers(language).filter(slug__in=found.keys)}
    near = [rows[key] for key in found.keys if key in rows]
    answered = found.chance is not None and found.chance >= queries.rules().limit / 100
    kept = actions.keep_question(question, language, found, answered=answered, at=timezone.now())
    first = near[0] if answered and near else None
    return {
        "token": _HELPED.sign(str(kept.pk)) if kept else None,
        "first": first,
        "html": as_html(first.text) if first else "",
        "near": near[1:] if first else near,
    }


def _honest(language: str) -> list[Comparison]:
    today = timezone.localdate()
    return [row for row in queries.published_comparisons(language) if not actions.missing_in(row, today)]


def _address(request: HttpRequest, row: LibraryAnswer) -> str:
    return request.build_absolute_uri(reverse("help:answer", args=[row.slug]))


def _person(request: HttpRequest, row: Expert) -> dict[str, Any]:
    return {
        "@type": "Person",
        "name": row.name,
        "jobTitle": row.title,
        "url": request.build_absolute_uri(reverse("help:expert", args=[row.slug])),
    }


def _faq(request: HttpRequest, row: LibraryAnswer) -> dict[str, Any]:
    """The answer in schema.org's words."""
    author = _person(request, row.expert)
    checked = row.checked_on.isoformat()
    said = {"@type": "Answer", "text": as_text(row.text), "author": author, "dateModified": checked}
    return {
        "@context": SCHEMA,
        "@type": "FAQPage",
        "inLanguage": row.language,
        "dateModified": checked,
        "author": author,
        "mainEntity": [{"@type": "Question", "name": row.question, "acceptedAnswer": said}],
    }


def _data(value: dict[str, Any]) -> SafeString:
    """JSON that cannot end the element it stands in."""
    text = json.dumps(value, ensure_ascii=False)
    for sign, escaped in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(sign, escaped)
    return mark_safe(text)  # noqa: S308 - no character that HTML reads is left
