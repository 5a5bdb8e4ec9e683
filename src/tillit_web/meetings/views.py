"""Meetings: what came of how customers were met, and the decisions behind every number."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tillit.evaluation.standing import EVERYTHING_FROM
from tillit.meetings.log import open_log
from tillit.vocabulary import Role
from tillit_web.meetings import frame, telling
from tillit_web.meetings.cases import LATEST, PAGE_SIZE, Asked, case_of, in_order
from tillit_web.meetings.fairness import fairness_part, needed_for_effect
from tillit_web.meetings.keeping import whole_ways
from tillit_web.meetings.models import Return
from tillit_web.meetings.proposed import stage_lines
from tillit_web.meetings.queries import counted
from tillit_web.meetings.queries import policy as policy_in_force
from tillit_web.meetings.results import current
from tillit_web.meetings.truth import truths
from tillit_web.people.access import TeamRequest, access
from tillit_web.people.queries import company


@access(*Role)
@require_GET
def show_meetings(request: TeamRequest) -> HttpResponse:
    """The answer, stage by stage, as far as the log reaches."""
    directory, currency = frame.directory(), frame.currency()
    found = current(directory, currency=currency)
    alarms = [(row.pk, row.at, telling.return_words(row)) for row in Return.objects.filter(seen_at=None)]
    links = {"alarms": alarms, "cases_link": reverse("meetings:cases"), "matrix_link": reverse("meetings:matrix")}
    if found is None:
        return frame.show(
            request, "meetings/results.html", "meetings:meetings", {"answer": telling.first_reading(), **links}
        )
    known = found.standing
    truth = truths(directory) if company().is_simulated else {}
    stages = telling.rows((*known.stages, known.overall) if len(known.stages) > 1 else known.stages, truth)
    moments = telling.rows(known.moments, truth)
    policy = policy_in_force(directory, currency=currency)
    context = {
        **links,
        "answer": telling.answer(known, policy),
        "also": telling.also(known),
        "known": known,
        "moments": moments,
        "rests": [row for row in (*moments, *stages) if row.part.measured],
        "stages": stages,
        "is_compared": any(part.measured for part in known.stages),
        "missed": [row for row in stages if row.query and row.asked.count],
        "everything_from": EVERYTHING_FROM,
        "hour": telling.hour_words(known.hour, currency) if known.hour and currency else "",
        "hour_minutes": known.hour.minutes if known.hour else None,
        "hour_measured": known.hour is not None and known.hour.are_minutes_measured,
        "made_at": found.made_at,
        "truth": truth,
        "whole_ways": whole_ways(known.kept),
        "proposed": stage_lines(policy, known.proposals, {}, currency=currency),
        "learn_link": reverse("meetings:learn"),
        "fairness": fairness_part(known.fairness, known.by_group),
        "effect_needs": needed_for_effect(),
    }
    return frame.show(request, "meetings/results.html", "meetings:meetings", context)


@access(*Role)
@require_GET
def show_cases(request: TeamRequest) -> HttpResponse:
    """Decisions one by one."""
    asked = Asked(*(request.GET.get(name, "") for name in ("stage", "moment", "met", "drawn", "came")))
    with open_log(frame.directory()) as log:
        since = log.begin_of_latest(LATEST)
        found = in_order(one for one in counted(log, since=since) if asked.has(one))
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "page": page,
        "rows": [case_of(one) for one in page],
        "total": len(found),
        "asked": asked,
        "about": telling.asked_words(asked.stage, asked.moment),
        "is_cut": since > 0,
        "latest": LATEST,
        "query": query.urlencode(),
    }
    return frame.show(request, "meetings/cases.html", "meetings:cases", context)


@access(*frame.MAY_EDIT)
@require_POST
def see_return(request: TeamRequest, return_id: int) -> HttpResponse:  # noqa: ARG001 - every view gets the request
    """Note that somebody has read why a policy was taken back."""
    Return.objects.filter(pk=return_id, seen_at=None).update(seen_at=timezone.now())
    return redirect("meetings:meetings")
