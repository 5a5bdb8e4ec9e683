"""What every page of Journeys stands in: its tabs, its filters, and what must be known before its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tillit.journeys.behind import AnyCondition
from tillit.journeys.view import View
from tillit.vocabulary import Role
from tillit_web.insight import queries
from tillit_web.insight.behind import pairs_of
from tillit_web.insight.filters import Filters, address
from tillit_web.insight.narrowing import allowed, meets_customers, places_alone
from tillit_web.insight.words import activity_label, channel_label
from tillit_web.people import queries as people
from tillit_web.people.access import TeamRequest
from tillit_web.people.queries import CompanyFacts

Pairs = Iterable[tuple[str, str]]

TABS: tuple[tuple[str, Promise], ...] = (
    ("insight:map", _("Map")),
    ("insight:stages", _("Stages")),
    ("insight:funnel", _("Funnel")),
    ("insight:paths", _("Paths")),
    ("insight:ways", _("Ways")),
    ("insight:friction", _("Where it hurts")),
    ("insight:our_way", _("Our customers' way")),
    ("insight:find", _("Find a customer")),
)
MAY_IMPORT = frozenset({Role.OWNER, Role.ANALYST})


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    link: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """One request for a page of insight, with the journeys that its filters choose.

    Attributes:
        filters: As far as no sale is narrowed to few employees.
        changed: What stood in the address and was answered otherwise, a sentence each.
    """

    request: TeamRequest
    company: CompanyFacts
    filters: Filters
    view: View
    zone: ZoneInfo
    changed: tuple[str, ...]

    @property
    def months_only(self) -> bool:
        """Whether time is told in whole months: people meet customers, and a day is a shift."""
        return meets_customers(self.view.names)

    def link(self, condition: AnyCondition) -> str:
        """Where the journeys behind a number stand, under the same filters."""
        return address(reverse("insight:journeys"), pairs_of(condition), self.filters.pairs())

    def page(self, url_name: str, pairs: Pairs = ()) -> str:
        """Another page, or this one with other settings, under the same filters."""
        return address(reverse(url_name), pairs, self.filters.pairs())

    def activities(self) -> list[tuple[str, str]]:
        """Every activity of the data with its label, as a form offers them."""
        return sorted(((name, activity_label(name)) for name in self.view.steps), key=lambda pair: pair[1].lower())


def asked(request: TeamRequest) -> Asked | None:
    """What this request asks of which journeys; None before the first import is built."""
    company = people.company()
    whole = queries.view_for(company, Filters())
    if whole is None:
        return None
    filters, changed = allowed(Filters.read(request.GET), whole.names, queries.headcounts())
    view = queries.view_for(company, filters)
    return Asked(request, company, filters, view, ZoneInfo(company.timezone), changed) if view else None


def show(asked: Asked, template: str, current: str, context: Mapping[str, object], *, kept: Pairs = ()) -> HttpResponse:
    """Draw a page in its frame.

    Args:
        current: The url name of the tab that the page belongs to.
        kept: Settings of this page that its filters' form must keep.
    """
    names = asked.view.names
    frame = {
        "tabs": _tabs(current, asked.filters),
        "has_filters": True,
        "filters": asked.filters,
        "changed": asked.changed,
        "choices": {
            "channels": sorted((name for name in names.channel if name), key=channel_label),
            "places": places_alone(names, queries.headcounts()),
        },
        "kept": tuple(kept),
        "unfiltered": address(asked.request.path, kept),
        "standing": queries.standing(),
        "company": asked.company,
        "goal": asked.company.goal_activity,
        "goal_seen": asked.view.rule.goal is not None,
    }
    return render(asked.request, template, {**frame, **context})


def show_before_data(request: TeamRequest, template: str, current: str, context: Mapping[str, object]) -> HttpResponse:
    """Draw a page that needs no data, or has none yet."""
    frame = {"tabs": _tabs(current, Filters()), "standing": queries.standing(), "has_filters": False}
    return render(request, template, {**frame, **context})


def show_empty(request: TeamRequest, current: str, heading: str | Promise, promise: str | Promise) -> HttpResponse:
    """The page before the first import: what will be here, and the one thing to do now."""
    context = {
        "heading": heading,
        "promise": promise,
        "import_link": reverse("warehouse:imports") if Role(request.user.role) in MAY_IMPORT else "",
    }
    return show_before_data(request, "insight/empty.html", current, context)


def _tabs(current: str, filters: Filters) -> tuple[Tab, ...]:
    if current in ("insight:home", "insight:near"):  # not pages of Journeys
        return ()
    return tuple(
        Tab(str(label), address(reverse(name), filters.pairs()), is_current=name == current) for name, label in TABS
    )
