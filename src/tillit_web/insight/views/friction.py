"""Where it hurts: the page, its table to take away, and the team's word on where journeys may end."""

from __future__ import annotations

import csv

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tillit.events.currencies import exponent
from tillit.friction.verdicts import CONFIRMED_FALSE_SHARE, FALSE_SHARE
from tillit.journeys.behind import Everything, journeys_behind
from tillit.journeys.stage_rules import default_stage_rules
from tillit.journeys.view import View
from tillit.reports.map import journey_map
from tillit.reports.size import CASES_BELOW, COUNTS_BELOW, Size
from tillit.vocabulary import Role
from tillit_web.insight import friction_actions as actions
from tillit_web.insight import friction_queries, queries
from tillit_web.insight.friction_queries import FrictionAnswer, FrictionAsked
from tillit_web.insight.narrowing import places_alone
from tillit_web.insight.pages.after_meetings import after_parts
from tillit_web.insight.pages.behind import case_rows
from tillit_web.insight.pages.friction import FrictionPage, friction_page
from tillit_web.insight.pages.map import map_page
from tillit_web.insight.views.frame import MAY_IMPORT, Asked, Tab, asked, show, show_empty
from tillit_web.insight.words import activity_label
from tillit_web.people.access import TeamRequest, access

SPLITS = ("activity", "channel", "place")
MAP_DETAIL = 0.5
COLUMNS = (
    *("step", "part", "came", "ended_here", "beyond_usual", "low", "high", "value", "value_low", "value_high"),
    *("currency", "evidence", "slow_waits", "slow_waits_usual", "waits_evidence", "natural_end"),
)
SPREADSHEET_COMMANDS = ("=", "+", "-", "@", "\t", "\r")


@access(*Role)
@require_GET
def show_friction(request: TeamRequest) -> HttpResponse:
    """The places that lose or hold up customers, the costliest first."""
    question = asked(request)
    if question is None:
        return show_empty(
            request,
            "insight:friction",
            _("Here you will see where customers are lost or kept waiting, and what it costs."),
            _("Each place with its range and the journeys behind it; and the promises you keep and break."),
        )
    by = _by(question)
    kept = [("by", by)] if by != SPLITS[0] else []
    about = friction_queries.asked_of(question.company, by)
    answer = friction_queries.where_it_hurts(question.view, about)
    context = _context(question, about, answer)
    return show(question, "insight/friction.html", "insight:friction", context, kept=kept)


@access(Role.OWNER, Role.ANALYST)
@require_GET
def export_friction(request: TeamRequest) -> HttpResponse:
    """The steps as a table for a spreadsheet; cells that it would run as a formula are text."""
    question = asked(request)
    if question is None:
        return redirect("insight:friction")
    about = friction_queries.asked_of(question.company, _by(question))
    answer = friction_queries.where_it_hurts(question.view, about)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="where-it-hurts.csv"'
    response.write("\ufeff")  # without it spreadsheets read å, ä and ö as something else
    rows = csv.writer(response)
    rows.writerow(COLUMNS)
    page = _page(question, about, answer)
    waits = {(place.step.activity, place.step.part): place for place in page.waits}
    one = 10 ** exponent(page.currency) if page.currency else 1
    for place in (*page.exits, *page.natural_ends):
        step, wait = place.step, waits.get((place.step.activity, place.step.part))
        value = (None, None, None) if place.value is None else tuple(end / one for end in place.value)
        rows.writerow(
            (
                as_text(step.activity),
                as_text(step.part or ""),
                step.n,
                step.exits,
                *(() if place.more is None else (round(end, 1) for end in place.more)),
                *(("", "", "") if place.more is None else ()),
                *("" if end is None else end for end in value),
                page.currency or "",
                place.evidence.value,
                "" if wait is None else step.waiting.slow,
                "" if wait is None or step.waiting.expected is None else round(step.waiting.expected, 1),
                "" if wait is None else wait.evidence.value,
                int(step.natural_end),
            )
        )
    return response


@access(Role.OWNER, Role.ANALYST)
@require_POST
def declare_natural_end(request: TeamRequest) -> HttpResponse:
    """Say that journeys end at a step for a good reason, or take that back."""
    activity = request.POST.get("activity", "")
    if request.POST.get("do") == "undo":
        actions.take_back_natural_end(activity)
    elif activity and len(activity) <= 120:
        actions.declare_natural_end(activity, by=request.user)
    return redirect("insight:friction")


def as_text(cell: str) -> str:
    """A cell that a spreadsheet shows and does not run."""
    return f"'{cell}" if cell.startswith(SPREADSHEET_COMMANDS) else cell


def splits(view: View) -> tuple[str, ...]:
    """What steps may be told apart by: places only where there are some, and each of them has enough people."""
    places = {place for place in view.names.place if place}
    return SPLITS if places and places <= set(places_alone(view.names, queries.headcounts())) else SPLITS[:-1]


def _by(question: Asked) -> str:
    text = question.request.GET.get("by", "")
    return text if text in splits(question.view) else SPLITS[0]


def _page(question: Asked, about: FrictionAsked, answer: FrictionAnswer) -> FrictionPage:
    return friction_page(
        answer,
        goal=question.company.goal_activity,
        by=about.by,
        promises=about.promises,
        timezone=about.timezone,
        link=question.link,
    )


def _context(question: Asked, about: FrictionAsked, answer: FrictionAnswer) -> dict[str, object]:
    page = _page(question, about, answer)
    view = question.view
    cases = page.size is Size.CASES and page.finished > 0
    labels = (_("each activity"), _("by channel"), _("by place"))
    return {
        "hurts": page,
        "page": _map(question, page) if page.marks else None,
        "waiting_steps": range(5),
        "cases": case_rows(journeys_behind(view, Everything(), limit=CASES_BELOW).rows if cases else ()),
        "needed": COUNTS_BELOW,
        "first": page.confirmed[0] if page.confirmed else None,
        "after": after_parts(
            answer.after,
            goal=question.company.goal_activity,
            link=question.link,
            cases=lambda behind: case_rows(journeys_behind(view, behind, limit=CASES_BELOW).rows),
        ),
        "may_edit": Role(question.request.user.role) in MAY_IMPORT,
        "declared": [(row.activity, activity_label(row.activity)) for row in friction_queries.natural_ends()],
        "by": about.by,
        "splits": [
            Tab(label, question.page("insight:friction", [("by", by)] if by != SPLITS[0] else []), by == about.by)
            for by, label in zip(SPLITS, labels, strict=True)
            if by in splits(question.view)
        ],
        "csv_link": question.page("insight:friction_csv", [("by", about.by)] if about.by != SPLITS[0] else []),
        "promises_link": question.page("insight:promises"),
        "false_of_100": round(FALSE_SHARE * 100),
        "false_of_1000": round(CONFIRMED_FALSE_SHARE * 1000),
        "horizon_days": answer.conformance.horizon_days,
        "hours": about.promises.hours,
    }


def _map(question: Asked, page: FrictionPage) -> object:
    """The map at its usual detail, with the confirmed places marked."""
    view = question.view
    seen = queries.graph(view)
    picture = journey_map(
        seen,
        stage_of=default_stage_rules().stage_of(view.names.activity),
        goals=[view.rule.goal] if view.rule.goal else [],
        detail=MAP_DETAIL,
    )
    return map_page(seen, picture, queries.known_outcomes(view), link=question.link, marks=page.marks)
