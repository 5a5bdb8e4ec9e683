"""Paths forward and backward from an activity."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from tillit.errors import QueryError
from tillit.journeys.paths import PathSpec, paths
from tillit.journeys.results import Paths
from tillit.vocabulary import Role
from tillit_web.insight import queries
from tillit_web.insight.asking import DEEPEST, PathsAsked
from tillit_web.insight.pages.flows import flows_page
from tillit_web.insight.views.frame import Asked, asked, show, show_empty
from tillit_web.insight.words import activity_label
from tillit_web.people.access import TeamRequest, access
from tillit_web.warehouse import queries as warehouse

MOST_BARS = 12  # in one column, before rare activities are folded together
LEAST_SHARE = 0.02  # of those who began


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
            context["page"] = flows_page(_paths(question, spec), spec, question.link)
        except QueryError as refused:
            context["refused"] = refused.sentence
    return show(question, "insight/paths.html", "insight:paths", context, kept=form.pairs())


def _example(question: Asked) -> dict[str, object]:
    """A question to begin with: what came after the most common activity that is neither first nor last for most."""
    seen = queries.graph(question.view)
    edge = {end.activity: end.journeys for end in (*seen.starts, *seen.ends)}
    inner = max(seen.activities, key=lambda activity: activity.journeys - edge.get(activity.name, 0), default=None)
    if inner is None:
        return {}
    return {
        "example": gettext("After “%(activity)s”") % {"activity": activity_label(inner.name)},
        "example_link": question.page("insight:paths", [("anchor", inner.name)]),
    }


def _paths(question: Asked, spec: PathSpec) -> Paths:
    """The paths, with what is too rare to be read folded together."""
    every = warehouse.cached(question.view, ("paths", spec), lambda: paths(question.view, spec))
    most_bars = max((sum(node.depth == depth for node in every.nodes) for depth in range(spec.depth + 1)), default=0)
    if most_bars <= MOST_BARS:
        return every
    readable = replace(spec, min_units=max(2, round(every.units * LEAST_SHARE)))
    return warehouse.cached(question.view, ("paths", readable), lambda: paths(question.view, readable))
