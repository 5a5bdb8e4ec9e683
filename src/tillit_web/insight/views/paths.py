"""Paths forward and backward from an activity."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from tillit.errors import QueryError
from tillit.vocabulary import Role
from tillit_web.insight import questions
from tillit_web.insight.asking import DEEPEST, PathsAsked
from tillit_web.insight.pages.flows import flows_page
from tillit_web.insight.views.frame import Asked, asked, show, show_empty
from tillit_web.insight.words import activity_label
from tillit_web.people.access import TeamRequest, access


@access(*Role)
@require_GET
def show_paths(request: TeamRequest) -> HttpResponse:
    """What came after an activity, or before it, step by step."""
    question = asked(request)
    if question is None:
        return show_empty(
            request,
            "insight:paths",
            _("Here you will choose an activity, and see what customers did after it or before it."),
            _("Step by step, and at each step the numbers sum to those who began."),
        )
    form = PathsAsked.read(request.GET)
    context: dict[str, object] = {
        "form": {
            "activities": question.activities(),
            "anchor": form.anchor,
            "forward": form.forward,
            "depth": form.depth,
            "depths": range(1, DEEPEST + 1),
            "unit": form.unit,
        }
    }
    spec = form.spec()
    if spec is None:
        context |= _example(question)
    else:
        heading = gettext("After “%(activity)s”") if form.forward else gettext("Before “%(activity)s”")
        context["heading"] = heading % {"activity": activity_label(form.anchor)}
        try:
            context["page"] = flows_page(questions.paths_of(question.view, spec), spec, question.link)
        except QueryError as refused:
            context["refused"] = refused.sentence
    return show(question, "insight/paths.html", "insight:paths", context, kept=form.pairs())


def _example(question: Asked) -> dict[str, object]:
    anchor = questions.example_anchor(question.view)
    if anchor is None:
        return {}
    return {
        "example": gettext("After “%(activity)s”") % {"activity": activity_label(anchor)},
        "example_link": question.page("insight:paths", [("anchor", anchor)]),
    }
