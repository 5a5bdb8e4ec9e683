"""The funnel builder."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from tillit.errors import QueryError
from tillit.journeys.behind import journeys_behind
from tillit.journeys.conditions import Reached
from tillit.journeys.funnel import FunnelSpec
from tillit.reports.size import CASES_BELOW, Size
from tillit.vocabulary import Role
from tillit_web.insight import questions
from tillit_web.insight.asking import DAY, MOST_STEPS, FunnelAsked, window_choices
from tillit_web.insight.pages.behind import case_rows
from tillit_web.insight.pages.funnel import FunnelPage, funnel_page
from tillit_web.insight.views.frame import Asked, asked, show, show_empty
from tillit_web.people.access import TeamRequest, access

OFFERED_STEPS = 3  # empty lines in a form that nobody has filled in


@access(*Role)
@require_GET
def show_funnel(request: TeamRequest) -> HttpResponse:
    """How many go all the way along steps of one's own choice."""
    question = asked(request)
    if question is None:
        return show_empty(
            request,
            "insight:funnel",
            _("Here you will choose steps, and see how many customers go all the way."),
            _("Each step with its share and range; every number opens the journeys behind it."),
        )
    form = FunnelAsked.read(request.GET)
    if button := request.GET.get("do", ""):
        return redirect(question.page("insight:funnel", (form if form.steps else _blank()).changed(button).pairs()))
    context: dict[str, object] = {"form": _form(question, form if form.steps else _blank())}
    if not form.steps:
        context |= {"example": questions.example_steps(question.view), "example_link": _example_link(question)}
    try:
        spec = form.spec()
        if spec is not None:
            page = _page(question, spec)
            few = (
                journeys_behind(question.view, Reached(spec, 1), limit=CASES_BELOW).rows
                if page.size is Size.CASES
                else ()
            )
            context |= {"page": page, "cases": case_rows(few)}
    except QueryError as refused:
        context["refused"] = refused.sentence
    return show(question, "insight/funnel.html", "insight:funnel", context, kept=form.pairs())


def _page(question: Asked, spec: FunnelSpec) -> FunnelPage:
    return funnel_page(questions.funnel_of(question.view, spec), spec, question.link)


def _example_link(question: Asked) -> str:
    return question.page("insight:funnel", [("step", step) for step in questions.example_steps(question.view)])


def _blank() -> FunnelAsked:
    return FunnelAsked(steps=("",) * OFFERED_STEPS, step_within=(None,) * OFFERED_STEPS)


def _form(question: Asked, form: FunnelAsked) -> dict[str, object]:
    windows = window_choices(form.within, *form.step_within)
    return {
        "steps": [{"step": step, "within": within} for step, within in zip(form.steps, form.step_within, strict=True)],
        "activities": question.activities(),
        "windows": [(seconds, window_label(seconds)) for seconds in windows],
        "within": form.within,
        "ordered": form.ordered,
        "exclude": form.exclude,
        "unit": form.unit,
        "can_add": len(form.steps) < MOST_STEPS,
    }


def window_label(seconds: float) -> str:
    """A window as a choice: "within 7 days"."""
    if seconds < DAY:
        hours = seconds / 3_600
        return ngettext("%(n)g hour", "%(n)g hours", round(hours)) % {"n": hours}
    days = seconds / DAY
    return ngettext("%(n)g day", "%(n)g days", round(days)) % {"n": days}
