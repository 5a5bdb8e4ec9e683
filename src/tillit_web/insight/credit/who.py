"""Who contributed: the page, with the team's goals and warnings of a race."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from tillit.credit.coalitions import Common, coalitions, most_common
from tillit.credit.not_touchpoints import LOGIN_PAGES, PAYMENT_PROVIDERS
from tillit.credit.part_of import PartOf, part_of
from tillit.credit.paths import paths_from
from tillit.credit.plan import Reach
from tillit.credit.results import Credit
from tillit.credit.sales import TILL, spec_in
from tillit.credit.sensitivity import Sensitivity, sensitivity
from tillit.credit.side_by_side import credit
from tillit.credit.trials import Effect, effects
from tillit.credit.vocabulary import Evidence
from tillit.errors import QueryError
from tillit.journeys.behind import Activity, journeys_behind
from tillit.journeys.touchpoints import TouchpointSpec, touchpoint_paths
from tillit.reports.contributed import MODELS_AT
from tillit.reports.showroom import visited
from tillit.reports.size import CASES_BELOW, Size, size_of
from tillit.vocabulary import Role
from tillit_web.insight import queries
from tillit_web.insight.credit import goals, heaps
from tillit_web.insight.credit.frame import CreditAsked, asked, show, show_empty
from tillit_web.insight.credit.holdout_plan import holdout_plan, reaches
from tillit_web.insight.credit.measured import measured_answer, measured_rows, trials_of
from tillit_web.insight.credit.noted import noted
from tillit_web.insight.credit.together import MOST_ROWS, together
from tillit_web.insight.credit.turns_words import turns_of
from tillit_web.insight.credit.who_page import answer, not_known, who_page
from tillit_web.insight.credit.words import touch_label
from tillit_web.insight.pages.behind import case_rows
from tillit_web.people.access import TeamRequest, access
from tillit_web.ui.templatetags.tillit import said
from tillit_web.warehouse import queries as warehouse

SEED = 1  # of the resamples: the same data give the same ranges


@dataclass(frozen=True, slots=True)
class Answer:
    """What the page is made from: aggregates, which may be kept."""

    parts: tuple[PartOf, ...]
    sales: int
    alone: int  # sales without a known touch
    credit: Credit | None
    together: Common | None
    noted: tuple[Sensitivity, ...]
    effects: tuple[Effect, ...]
    reaches: Mapping[str, Reach]


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
        "heaps": heaps.warnings(question),
    }
    if question.goal_seen:
        context |= _numbers(question)
    return show(question, "insight/credit/who.html", "insight:credit", context)


def _numbers(question: CreditAsked) -> dict[str, object]:
    try:
        spec = spec_in(question.view, question.goal, question.by, question.headcounts)
        found = warehouse.cached(question.view, ("credit", spec), lambda: _answer(question, spec))
    except QueryError as refused:
        return {"refused": refused.sentence}
    parts, sales = found.parts, found.sales
    page = who_page(parts, sales, found.credit, question.by, question.opens, found.effects, alone=found.alone)
    seen = queries.showroom_of(question.view, question.goal)
    earned = measured_answer(found.effects, question.by)
    said_first = earned or answer(page, seen if question.by == "channel" else None)
    highlighted = next(iter(TILL)) if seen.share and question.by == "channel" else _told(parts, sales)
    few = page.size is Size.CASES
    known = {effect.name for effect in found.effects if effect.evidence is Evidence.HOLDOUT}
    rows = journeys_behind(question.view, Activity(question.goal), limit=CASES_BELOW).rows if few else ()
    return {
        "page": page,
        "answer": said_first,
        "not_known": not_known(highlighted) if highlighted and not few and highlighted not in known else "",
        "turns": turns_of(question, spec, highlighted) if highlighted in found.reaches and not few else None,
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
        "passed_over": [touch_label(question.by, name) for name in sorted(spec.leave_out) if name],
        "payment_providers": ", ".join(sorted(PAYMENT_PROVIDERS)),
        "login_pages": ", ".join(sorted(LOGIN_PAGES)),
        "merged": len({name for name, _ in spec.shown_as}),
    }


def _told(parts: tuple[PartOf, ...], sales: int) -> str:
    """The name that the first sentence speaks of."""
    chosen = next((one for one in parts if one.conversions < sales), parts[0] if parts else None)
    return chosen.name if chosen else ""


def _answer(question: CreditAsked, spec: TouchpointSpec) -> Answer:
    met = touchpoint_paths(question.view, spec)
    paths = paths_from(met)
    parts = part_of(paths)
    sales = round(float(paths.conversions.sum()))
    alone = sales - round(float(paths.conversions[paths.meets(paths.names)].sum()))
    trials = trials_of(question, paths.names)
    models = MODELS_AT[size_of(sales)] if parts and parts[0].conversions else ()
    found = credit(paths, models, np.random.default_rng(SEED), trials=trials) if models else None
    baseline = found.baseline.conversions or 0.0 if found else 0.0
    return Answer(
        parts,
        sales,
        alone,
        found,
        most_common(coalitions(paths, baseline=baseline), MOST_ROWS) if found else None,
        sensitivity(paths, np.random.default_rng(SEED), shared=sales - baseline) if parts else (),
        found.effects if found else effects(trials),
        reaches(met, paths),
    )
