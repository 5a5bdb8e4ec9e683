"""Without: what would be missing if one or two touchpoints were not there; between nothing and all they touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from tillit.credit.plan import WEEKS
from tillit.credit.vocabulary import Evidence
from tillit.credit.whatif import Estimate, WhatIf
from tillit.errors import QueryError
from tillit.journeys.behind import journeys_behind
from tillit.journeys.results import JourneyRow
from tillit.reports.size import CASES_BELOW, Size, size_of
from tillit.vocabulary import Role
from tillit_web.insight.credit.frame import CreditAsked, asked, show, show_empty
from tillit_web.insight.credit.holdout_plan import holdout_plan
from tillit_web.insight.credit.measured import is_lost, without_answer
from tillit_web.insight.credit.questions import Ways
from tillit_web.insight.credit.turns_words import turns_words
from tillit_web.insight.credit.words import touch_label, touches_label, way_to_find_out
from tillit_web.insight.pages.behind import case_rows
from tillit_web.people.access import TeamRequest, access

MOST_TOGETHER = 2


@dataclass(frozen=True, slots=True)
class EndBar:
    """The picture: from none to at most, in percent of all sales."""

    most: float
    low: float
    high: float
    middle: float | None
    measured: tuple[float, float, float] | None  # low, middle, high


@access(*Role)
@require_GET
def show_without(request: TeamRequest) -> HttpResponse:
    """At most every sale that it touched, at least none; where between only an experiment can tell."""
    question = asked(request)
    if question is None:
        return show_empty(
            request,
            "insight:credit_without",
            _("Here you will ask what would be missing without a channel, a shop or a campaign."),
            _("At most and at least, what that assumes, and how to find out."),
        )
    chosen = tuple(dict.fromkeys(name for name in request.GET.getlist("without") if name))[:MOST_TOGETHER]
    context: dict[str, object] = {"chosen": chosen, "slots": [*chosen, "", ""][:MOST_TOGETHER]}
    if question.goal_seen:
        try:
            ways = question.ways()
            context |= _choices(question, ways)
            if chosen:
                context |= _answer(question, ways, chosen)
        except QueryError as refused:
            context |= {"refused": refused.sentence}
    kept = [("without", name) for name in chosen]
    return show(question, "insight/credit/without.html", "insight:credit_without", context, kept=kept)


def _choices(question: CreditAsked, ways: Ways) -> dict[str, object]:
    links = [(touch_label(question.by, name), name) for name in ways.names()]
    return {
        "names": links,
        "examples": [
            (label, question.page("insight:credit_without", [("without", name)])) for label, name in sorted(links)
        ],
    }


def _answer(question: CreditAsked, ways: Ways, chosen: tuple[str, ...]) -> dict[str, object]:
    answered = ways.without(chosen)
    found = answered.found
    size = size_of(found.conversions)
    cases: Sequence[JourneyRow] = ()
    if size is Size.CASES:
        cases = journeys_behind(question.view, question.sold_after(*chosen), limit=CASES_BELOW).rows
    label = touches_label(question.by, chosen)
    lost = is_lost(found, answered.effects)
    return {
        "without": found,
        "size": size,
        "label": label,
        "measured_answer": without_answer(label, found.measured, lost=lost) if found.measured else "",
        "measured_minor": sorted((found.value_minor or {}).items()),
        "too_few_drawn": found.evidence is Evidence.FEW,
        "turns": turns_words(ways.turns(*chosen), *chosen) if answered.reach and size is not Size.CASES else None,
        "plan": holdout_plan(answered.reach) if answered.reach and not found.measured else None,
        "weeks": WEEKS,
        "value_minor": sorted(answered.value_minor.items()),
        "bar": _bar(found),
        "link": question.opens(*chosen),
        "way": way_to_find_out(*chosen),
        "cases": case_rows(cases),
    }


def _bar(found: WhatIf) -> EndBar:
    def percent(sales: float) -> float:
        return round(100 * sales / max(found.conversions, 1), 2)

    def inside(sales: float) -> float:
        return min(max(percent(sales), 0.0), 100.0)

    most: Estimate = found.at_most
    middle = percent(found.middle.conversions) if found.middle else None
    held = found.measured
    ends = (held.low, held.conversions, held.high) if held else None
    return EndBar(
        percent(most.conversions),
        percent(most.low),
        min(percent(most.high), 100.0),
        middle,
        (inside(ends[0]), inside(ends[1]), inside(ends[2])) if ends else None,
    )
