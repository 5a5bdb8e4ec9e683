"""The most common ways."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from tillit.journeys.behind import Everything, journeys_behind
from tillit.reports.size import CASES_BELOW, Size, size_of
from tillit.vocabulary import Role
from tillit_web.insight import questions
from tillit_web.insight.pages.behind import case_rows
from tillit_web.insight.pages.variants import ways_page
from tillit_web.insight.views.frame import asked, show, show_empty
from tillit_web.people.access import TeamRequest, access

SHOWN = (10, questions.MOST_WAYS)


@access(*Role)
@require_GET
def show_ways(request: TeamRequest) -> HttpResponse:
    """The ways that customers take, most common first."""
    question = asked(request)
    if question is None:
        return show_empty(
            request,
            "insight:ways",
            _("Here you will see the ways that customers take most often."),
            _("Each way as its steps, with how many go it; one click opens the journeys."),
        )
    shown = _shown(request)
    view = question.view
    page = ways_page(questions.variants_of(view, shown), question.link)
    size = size_of(page.total_journeys)
    cases = journeys_behind(view, Everything(), limit=CASES_BELOW).rows if size is Size.CASES else ()
    following = next((count for count in SHOWN if count > shown), None)
    context = {
        "page": page,
        "size": size,
        "cases": case_rows(cases),
        "everything": question.link(Everything()),
        "more_link": question.page("insight:ways", [("show", str(following))])
        if following and page.total_variants > shown
        else "",
    }
    kept = [("show", str(shown))] if shown != SHOWN[0] else []
    return show(question, "insight/ways.html", "insight:ways", context, kept=kept)


def _shown(request: TeamRequest) -> int:
    text = request.GET.get("show", "")
    return int(text) if text.isdecimal() and int(text) in SHOWN else SHOWN[0]
