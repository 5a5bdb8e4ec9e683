"""The map of the customers' way."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from tillit.journeys.behind import Everything, journeys_behind
from tillit.journeys.stage_rules import default_stage_rules
from tillit.reports.map import WAITING_STEPS_SECONDS, journey_map
from tillit.reports.size import CASES_BELOW, Size
from tillit.vocabulary import Role
from tillit_web.insight import queries
from tillit_web.insight.pages.behind import case_rows
from tillit_web.insight.pages.map import MapPage, map_page
from tillit_web.insight.views.frame import Asked, asked, show, show_empty
from tillit_web.people.access import TeamRequest, access
from tillit_web.warehouse import queries as warehouse

USUAL_DETAIL = 50  # of 100: twelve activities, readable at once


@access(*Role)
@require_GET
def show_map(request: TeamRequest) -> HttpResponse:
    """The customers' way as one picture, with its tables."""
    question = asked(request)
    if question is None:
        return show_empty(
            request,
            "insight:map",
            _("Here you will see how your customers really go, stage by stage."),
            _("Every arrow will open the customers who went that way, and every customer the events."),
        )
    detail = _detail(request)
    page = _page(question, detail)
    few = journeys_behind(question.view, Everything(), limit=CASES_BELOW).rows if page.size is Size.CASES else ()
    context = {
        "page": page,
        "cases": case_rows(few),
        "detail": detail,
        "waiting_steps": range(len(WAITING_STEPS_SECONDS) + 1),
        "everything": question.link(Everything()),
        "counted": warehouse.counted_only(),
    }
    kept = [("detail", str(detail))] if detail != USUAL_DETAIL else []
    return show(question, "insight/map.html", "insight:map", context, kept=kept)


def _page(question: Asked, detail: int) -> MapPage:
    view = question.view
    seen = queries.graph(view)
    # Journeys and not steps: then every number of the picture is the length of the list behind it.
    in_journeys = replace(seen, follows=tuple(replace(follow, count=follow.journeys) for follow in seen.follows))
    picture = journey_map(
        in_journeys,
        stage_of=default_stage_rules().stage_of(view.names.activity),
        goals=[view.rule.goal] if view.rule.goal else [],
        detail=detail / 100,
    )
    return map_page(seen, picture, queries.known_outcomes(view), link=question.link)


def _detail(request: TeamRequest) -> int:
    text = request.GET.get("detail", "")
    return min(int(text), 100) if text.isdecimal() else USUAL_DETAIL
