"""Without: what would be missing if one or two touchpoints were not there; between nothing and all they touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from tillit.credit.paths import paths_from
from tillit.credit.plan import WEEKS, Reach
from tillit.credit.sales import spec_in
from tillit.credit.trials import Effect, effects
from tillit.credit.vocabulary import Evidence
from tillit.credit.whatif import Estimate, WhatIf, what_if
from tillit.errors import QueryError
from tillit.journeys.behind import journeys_behind
from tillit.journeys.results import JourneyRow
from tillit.journeys.touchpoints import TouchpointSpec, touchpoint_paths
from tillit.reports.size import CASES_BELOW, Size, size_of
from tillit.vocabulary import Role
from tillit_web.insight.credit.frame import CreditAsked, asked, show, show_empty
from tillit_web.insight.credit.holdout_plan import holdout_plan, reaches
from tillit_web.insight.credit.measured import is_lost, trials_of, without_answer
from tillit_web.insight.credit.turns_words import turns_of
from tillit_web.insight.credit.who import SEED
from tillit_web.insight.credit.words import touch_label, touches_label, way_to_find_out
from tillit_web.insight.pages.behind import case_rows
from tillit_web.people.access import TeamRequest, access
from tillit_web.warehouse import queries as warehouse

MOST_TOGETHER = 2


@dataclass(frozen=True, slots=True)
class Answered:
    """What hangs on the names, what the sales they touched were worth, and what holdouts of them say.

    `reach` is who comes to the name; None for two, whose holdout would be planned for both.
    """

    found: WhatIf
    value_minor: Mapping[str, int]
    effects: tuple[Effect, ...]
    reach: Reach | None


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
            spec = spec_in(question.view, question.goal, question.by, question.headcounts)
            context |= _choices(question, spec)
            if chosen:
                context |= _answer(question, spec, chosen)
        except QueryError as refused:
            context |= {"refused": refused.sentence}
    kept = [("without", name) for name in chosen]
    return show(question, "insight/credit/without.html", "insight:credit_without", context, kept=kept)


def _choices(question: CreditAsked, spec: TouchpointSpec) -> dict[str, object]:
    view = question.view
    names = warehouse.cached(view, ("touch names", spec), lambda: paths_from(touchpoint_paths(view, spec)).names)
    links = [(touch_label(question.by, name), name) for name in names]
    return {
        "names": links,
        "examples": [
            (label, question.page("insight:credit_without", [("without", name)])) for label, name in sorted(links)
        ],
    }


def _answer(question: CreditAsked, spec: TouchpointSpec, chosen: tuple[str, ...]) -> dict[str, object]:
    answered = warehouse.cached(question.view, ("without", spec, chosen), lambda: _found(question, spec, chosen))
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
        "turns": turns_of(question, spec, *chosen) if answered.reach and size is not Size.CASES else None,
        "plan": holdout_plan(answered.reach) if answered.reach and not found.measured else None,
        "weeks": WEEKS,
        "value_minor": sorted(answered.value_minor.items()),
        "bar": _bar(found),
        "link": question.opens(*chosen),
        "way": way_to_find_out(*chosen),
        "cases": case_rows(cases),
    }


def _found(question: CreditAsked, spec: TouchpointSpec, chosen: tuple[str, ...]) -> Answered:
    met_by = touchpoint_paths(question.view, spec)
    paths = paths_from(met_by)
    trials = trials_of(question, paths.names)
    chain = size_of(round(float(paths.conversions.sum()))) is Size.FULL
    found = what_if(paths, chosen, np.random.default_rng(SEED), chain=chain, trials=trials)
    met = paths.meets(chosen)
    worth = {currency: round(float(value[met].sum())) for currency, value in paths.value_minor.items()}
    # All names are tried together, as on Who contributed: the same holdout must not be found there and not here.
    of_chosen = tuple(effect for effect in effects(trials) if effect.name in chosen)
    return Answered(found, worth, of_chosen, reaches(met_by, paths).get(chosen[0]) if len(chosen) == 1 else None)


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
