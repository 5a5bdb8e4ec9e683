"""The journeys behind a number."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from tillit.errors import QueryError
from tillit.journeys.behind import journeys_behind
from tillit.vocabulary import Role
from tillit_web.insight.asking import Pairs
from tillit_web.insight.behind import condition_of, page_of, pairs_of
from tillit_web.insight.meaning import meaning_of
from tillit_web.insight.pages.behind import case_rows
from tillit_web.insight.views.frame import Asked, asked, show, show_empty
from tillit_web.people.access import TeamRequest, access

ROWS = 50


@access(*Role)
@require_GET
def show_journeys(request: TeamRequest) -> HttpResponse:
    """A page of the journeys that a number counted, newest first; their total is that number."""
    question = asked(request)
    if question is None:
        return show_empty(
            request,
            "insight:map",
            _("Here you will see customers' journeys one by one."),
            _("Each with its steps, and one click away every event of that customer."),
        )
    try:
        return _list(question)
    except QueryError as refused:
        context = {"refused": refused.sentence, "back_link": question.page("insight:map")}
        return show(question, "insight/refused.html", "insight:map", context)


def _list(question: Asked) -> HttpResponse:
    condition = condition_of(question.request.GET)
    first = _first(question.request)
    listing = journeys_behind(question.view, condition, offset=first, limit=ROWS)
    last = first + len(listing.rows)
    asked_for = pairs_of(condition)
    tab, settings = page_of(condition)
    context = {
        "listing": listing,
        "rows": case_rows(listing.rows),
        "meaning": meaning_of(condition, question.company.goal_activity),
        "first": first + 1,
        "last": last,
        "earlier_link": _at(question, asked_for, max(first - ROWS, 0)) if first else "",
        "later_link": _at(question, asked_for, last) if last < listing.total else "",
        "back_link": question.page(tab, settings),
    }
    return show(question, "insight/journeys.html", tab, context, kept=asked_for)


def _at(question: Asked, asked_for: Pairs, first: int) -> str:
    return question.page("insight:journeys", [*asked_for, ("first", str(first + 1))] if first else asked_for)


def _first(request: TeamRequest) -> int:
    text = request.GET.get("first", "")
    return max(int(text) - 1, 0) if text.isdecimal() and len(text) < 10 else 0
