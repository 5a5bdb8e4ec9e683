"""Who contributed: the page, with the team's goals and warnings of a race."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from tillit.credit.not_touchpoints import LOGIN_PAGES, PAYMENT_PROVIDERS
from tillit.credit.sales import TILL
from tillit.credit.vocabulary import Evidence
from tillit.errors import QueryError
from tillit.journeys.behind import Activity, journeys_behind
from tillit.reports.showroom import Showroom, visited
from tillit.reports.size import CASES_BELOW, Size
from tillit.vocabulary import Role
from tillit_web.insight import queries
from tillit_web.insight.credit import goals, heaps
from tillit_web.insight.credit.frame import CreditAsked, asked, show, show_empty
from tillit_web.insight.credit.holdout_plan import holdout_plan
from tillit_web.insight.credit.measured import measured_answer, measured_rows
from tillit_web.insight.credit.noted import noted
from tillit_web.insight.credit.questions import Contributed
from tillit_web.insight.credit.together import together
from tillit_web.insight.credit.turns_words import turns_words
from tillit_web.insight.credit.who_page import answer, not_known, who_page
from tillit_web.insight.credit.words import touch_label
from tillit_web.insight.pages.behind import case_rows
from tillit_web.people.access import TeamRequest, access
from tillit_web.ui.templatetags.tillit import said


@access(*Role)
@require_GET
def show_who(request: TeamRequest) -> HttpResponse:
    """What each channel, function, place or campaign was part of, and how models share the same sales."""
    question = asked(request)
    if question is None:
        return show_empty(
            request,
            "insight:credit",
            _("Here you will see who took part in each sale: shop, phone, mail, web."),
            _("Shares with their ranges, and every number opens the journeys behind it."),
        )
    context: dict[str, object] = {
        "goals": goals.shown_goals(timezone.localdate()),
        "earlier_goals": queries.earlier_goals(timezone.localdate()),
        "heaps": heaps.warnings(question.view, question.goal, question.company.timezone),
    }
    if question.goal_seen:
        context |= _numbers(question)
    return show(question, "insight/credit/who.html", "insight:credit", context)


def _numbers(question: CreditAsked) -> dict[str, object]:
    try:
        ways = question.ways()
        found = ways.contributed()
    except QueryError as refused:
        return {"refused": refused.sentence}
    parts, sales = found.parts, found.sales
    page = who_page(parts, sales, found.credit, question.by, question.opens, found.effects, alone=found.alone)
    seen = queries.showroom_of(question.view, question.goal)
    earned = measured_answer(found.effects, question.by)
    said_first = earned or answer(page, seen if question.by == "channel" else None)
    highlighted = highlighted_in(found, question.by, seen)
    few = page.size is Size.CASES
    known = {effect.name for effect in found.effects if effect.evidence is Evidence.HOLDOUT}
    rows = journeys_behind(question.view, Activity(question.goal), limit=CASES_BELOW).rows if few else ()
    return {
        "page": page,
        "answer": said_first,
        "not_known": not_known(highlighted) if highlighted and not few and highlighted not in known else "",
        "turns": turns_words(ways.turns(highlighted), highlighted)
        if highlighted in found.reaches and not few
        else None,
        "plan": holdout_plan(found.reaches[highlighted]) if highlighted in found.reaches and not few else None,
        "without_link": question.page("insight:credit_without", [("without", highlighted)]),
        "measured": measured_rows(found.effects, found.credit.corrected if found.credit else (), question.by),
        "measured_assumes": found.effects[0].assumptions if found.effects else (),
        "together": together(question, found.together) if found.together else None,
        "others": found.together,
        "noted": noted(found.noted, question.by, has_shares=page.size is Size.FULL),
        "has_each": page.size is Size.FULL,  # as the models that it belongs to
        "cases": case_rows(rows),
        "showroom": seen,
        "showroom_told": seen.share is not None and question.by == "channel" and not earned,  # in the first sentence
        "showroom_link": question.link(visited(question.goal)),
        "baseline": found.credit.baseline if found.credit else None,
        "baseline_method": said(found.credit.baseline.method) if found.credit else "",
        "passed_over": [touch_label(question.by, name) for name in sorted(ways.spec.leave_out) if name],
        "payment_providers": ", ".join(sorted(PAYMENT_PROVIDERS)),
        "login_pages": ", ".join(sorted(LOGIN_PAGES)),
        "merged": len({name for name, _ in ways.spec.shown_as}),
    }


def highlighted_in(found: Contributed, by: str, seen: Showroom) -> str:
    """The name that the first sentence speaks of, and that one may learn about; "" where there is none."""
    if seen.share and by == "channel":
        return next(iter(TILL))
    parts = found.parts
    chosen = next((one for one in parts if one.conversions < found.sales), parts[0] if parts else None)
    return chosen.name if chosen else ""
