"""Our customers' way: written by the team before it looks, shown beside what happened afterwards."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from tillit.journeys.stage_rules import default_stage_rules
from tillit.reports.size import size_of
from tillit.reports.stage_reach import CameTo
from tillit.vocabulary import Role, Stage
from tillit_web.insight import actions, queries, questions
from tillit_web.insight.actions import ExpectedStage
from tillit_web.insight.models import OwnWay
from tillit_web.insight.pages.own_way import own_way_page
from tillit_web.insight.views.frame import MAY_IMPORT, asked, show, show_before_data
from tillit_web.insight.words import STAGE_QUESTIONS, stage_label
from tillit_web.people.access import TeamRequest, access
from tillit_web.warehouse import queries as warehouse

MOST_OF_TEN = 10


@access(*Role)
@require_http_methods(["GET", "POST"])
def show_our_way(request: TeamRequest) -> HttpResponse:
    """The team's picture, or the form to write one. Only owner and analyst write."""
    way = queries.own_way()
    may_edit = Role(request.user.role) in MAY_IMPORT
    if request.method == "POST" and may_edit:
        actions.write_own_way(_written(request.POST), by=request.user, before_data=not warehouse.has_imports())
        return redirect("insight:our_way")
    if may_edit and (way is None or "write" in request.GET):
        context = {
            "editing": True,
            "form_stages": _form(way),
            "cancel_link": reverse("insight:our_way") if way else "",
            "has_filters": False,
        }
        return show_before_data(request, "insight/our_way.html", "insight:our_way", context)
    return _beside(request, way, may_edit=may_edit)


def _beside(request: TeamRequest, way: OwnWay | None, *, may_edit: bool) -> HttpResponse:
    expected = _expected(way)
    context: dict[str, object] = {"way": way, "may_edit": may_edit, "edit_link": reverse("insight:our_way") + "?write"}
    question = asked(request)
    if question is None:
        context["page"] = own_way_page(expected, {}, 0, {})
        return show_before_data(request, "insight/our_way.html", "insight:our_way", context)
    rules = default_stage_rules()
    view = question.view
    journeys = queries.graph(view).journeys
    came = questions.reach_of(view)
    links = {stage: question.link(CameTo(rules, stage)) for stage in Stage}
    context |= {"page": own_way_page(expected, came, journeys, links), "size": size_of(journeys)}
    return show(question, "insight/our_way.html", "insight:our_way", context)


def _expected(way: OwnWay | None) -> tuple[ExpectedStage, ...]:
    if way is None:
        return tuple(ExpectedStage(stage, stage_label(stage), str(STAGE_QUESTIONS[stage]), None) for stage in Stage)
    return tuple(ExpectedStage(Stage(row.stage), row.name, row.question, row.of_ten) for row in way.stages.all())


def _form(way: OwnWay | None) -> Iterable[dict[str, object]]:
    written = {stage.stage: stage for stage in _expected(way)} if way else {}
    for stage in Stage:
        before = written.get(stage)
        yield {
            "key": stage.value,
            "label": stage_label(stage),
            "suggestion": STAGE_QUESTIONS[stage],
            "name": before.name if before else stage_label(stage),
            "question": before.question if before else "",
            "of_ten": before.of_ten if before else None,
        }


def _written(sent: QueryDict) -> tuple[ExpectedStage, ...]:
    """The stages as they were sent; a number that is none is no expectation."""
    stages = []
    for stage in Stage:
        share = sent.get(f"share-{stage.value}", "").strip()
        of_ten = int(share) if share.isdecimal() and len(share) < 3 else None
        stages.append(
            ExpectedStage(
                stage,
                sent.get(f"name-{stage.value}", "").strip()[:60] or stage_label(stage),
                sent.get(f"question-{stage.value}", "").strip()[:160],
                of_ten if of_ten is not None and of_ten <= MOST_OF_TEN else None,
            )
        )
    return tuple(stages)
