"""Stages over time, and the moves between them."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from tillit.journeys.stage_rules import default_stage_rules
from tillit.reports.size import size_of
from tillit.vocabulary import Period, Role
from tillit_web.insight import questions
from tillit_web.insight.pages.stages import stages_page
from tillit_web.insight.views.frame import Asked, Tab, asked, show, show_empty
from tillit_web.people.access import TeamRequest, access

PERIODS = ((Period.WEEK, _("by week")), (Period.MONTH, _("by month")))
SHOWN = {Period.WEEK: 13, Period.MONTH: 12}  # a quarter, or a year; more would be too thin to read and too long to send


@access(*Role)
@require_GET
def show_stages(request: TeamRequest) -> HttpResponse:
    """How many customers stood in each stage, period by period, and how they moved."""
    question = asked(request)
    if question is None:
        return show_empty(
            request,
            "insight:stages",
            _("Here you will see where your customers stand, week by week."),
            _("From need to staying with you, with every step back."),
        )
    view, company = question.view, question.company
    by_month = question.months_only or request.GET.get("by") == "month"
    period = Period.MONTH if by_month else Period.WEEK
    counts = questions.stages_of(view, company, period)
    starts = sorted({count.period_start for count in counts})
    back = _back(request, len(starts) - SHOWN[period])
    shown = set(starts[max(len(starts) - back - SHOWN[period], 0) : len(starts) - back])
    page = stages_page(
        [count for count in counts if count.period_start in shown],
        questions.moves_of(view),
        default_stage_rules(),
        link=question.link,
    )
    context = {
        "page": page,
        "size": size_of(page.back.of),
        "by_month": period is Period.MONTH,
        "earlier_link": _at(question, period, back + SHOWN[period]) if len(starts) > back + SHOWN[period] else "",
        "later_link": _at(question, period, max(back - SHOWN[period], 0)) if back else "",
        "periods": [
            Tab(
                str(label),
                question.page("insight:stages", [("by", "month")] if choice is Period.MONTH else []),
                choice is period,
            )
            for choice, label in PERIODS
            if choice is Period.MONTH or not question.months_only
        ],
    }
    kept = [("by", "month")] if period is Period.MONTH else []
    return show(question, "insight/stages.html", "insight:stages", context, kept=kept)


def _back(request: TeamRequest, most: int) -> int:
    """How many periods before the last one the page ends."""
    text = request.GET.get("back", "")
    return max(min(int(text), most), 0) if text.isdecimal() and len(text) < 6 else 0


def _at(question: Asked, period: Period, back: int) -> str:
    pairs = [("by", "month")] if period is Period.MONTH else []
    return question.page("insight:stages", [*pairs, ("back", str(back))] if back else pairs)
