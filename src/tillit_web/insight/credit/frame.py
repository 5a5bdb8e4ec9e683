"""What every page of credit stands in: its tabs, what is told apart by what, and a period of whole months."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tillit.credit.cells import Headcounts, tells_apart
from tillit.credit.sales import SoldAfter, SoldAfterContent
from tillit.journeys.behind import AnyCondition
from tillit.journeys.touchpoints import CONTENT
from tillit.journeys.traces import Names
from tillit.journeys.view import View
from tillit.vocabulary import Role
from tillit_web.insight import queries
from tillit_web.insight.behind import pairs_of
from tillit_web.insight.credit.questions import Ways
from tillit_web.insight.credit.words import BY_LABELS
from tillit_web.insight.filters import Filters, address
from tillit_web.insight.narrowing import allowed, places_alone
from tillit_web.insight.views.frame import MAY_IMPORT, Tab
from tillit_web.insight.words import channel_label
from tillit_web.people import queries as people
from tillit_web.people.access import TeamRequest
from tillit_web.people.queries import CompanyFacts

Pairs = Iterable[tuple[str, str]]

TABS: tuple[tuple[str, Promise], ...] = (
    ("insight:credit", _("Who contributed")),
    ("insight:credit_without", _("Without")),
    ("insight:credit_statement", _("Shared statement")),
)
# Told apart by these, a number may be about few employees; a second way to narrow it would make them fewer.
ABOUT_EMPLOYEES = frozenset({"function", "place"})


@dataclass(frozen=True, slots=True)
class CreditAsked:
    """One request for a page of credit; filters are as the rule about employees allows, with what it changed.

    Attributes:
        by: What is told apart, one of `BY_LABELS`.
        changed: What stood in the address and was answered otherwise, a sentence each.
    """

    request: TeamRequest
    company: CompanyFacts
    filters: Filters
    view: View
    by: str
    headcounts: Headcounts
    changed: tuple[str, ...]

    @property
    def goal(self) -> str:
        return self.company.goal_activity

    @property
    def goal_seen(self) -> bool:
        return self.view.rule.goal is not None

    def ways(self) -> Ways:
        """The questions about these journeys' touchpoints.

        Raises:
            QueryError: These data cannot be told apart so.
        """
        return Ways(self.view, self.goal, self.by, self.headcounts)

    def link(self, condition: AnyCondition) -> str:
        """Where the journeys behind a number stand, under the same filters."""
        return address(reverse("insight:journeys"), pairs_of(condition), self.filters.pairs())

    def sold_after(self, *touches: str, exactly: bool = False) -> SoldAfter | SoldAfterContent:
        """The sales that one of these touches was part of, or all of them and nothing else; of none: no known touch."""
        if self.by == CONTENT:
            return SoldAfterContent(self.goal, touches, exactly)
        return SoldAfter(self.goal, self.by, touches, headcounts=self.headcounts, exactly=exactly)

    def opens(self, *touches: str) -> str:
        """Where the sales of these touches stand, one by one."""
        return self.link(self.sold_after(*touches))

    def page(self, url_name: str, pairs: Pairs = ()) -> str:
        """A page of credit told apart as here, under the same filters."""
        return address(reverse(url_name), [("by", self.by)], pairs, self.filters.pairs())


def asked(request: TeamRequest) -> CreditAsked | None:
    """What this request asks of which journeys; None before the first import is built."""
    company = people.company()
    headcounts = queries.headcounts()
    whole = queries.view_for(company, Filters())
    if whole is None:
        return None
    by, changed = _by(request.GET.get("by", ""), headcounts)
    filters, narrowed = _allowed(Filters.read(request.GET), by, whole.names, headcounts)
    view = queries.view_for(company, filters)
    return CreditAsked(request, company, filters, view, by, headcounts, (*changed, *narrowed)) if view else None


def _by(text: str, headcounts: Headcounts) -> tuple[str, tuple[str, ...]]:
    if text in BY_LABELS and tells_apart(text, headcounts):
        return text, ()
    if text in ABOUT_EMPLOYEES:
        return "channel", (gettext("Fewer than five people work here, so sales are told apart by channel alone."),)
    return "channel", ()


def _allowed(filters: Filters, by: str, names: Names, headcounts: Headcounts) -> tuple[Filters, tuple[str, ...]]:
    """As on every page; told apart by function or place, without a second way to narrow a sale."""
    if by not in ABOUT_EMPLOYEES or not (filters.channel or filters.place):
        return allowed(filters, names, headcounts)
    kept, changed = allowed(replace(filters, channel=None, place=None), names, headcounts)
    left_out = gettext(
        "Channel and place are left out here: together with functions or places they would narrow a sale to few people."
    )
    return kept, (*changed, left_out)


def show(
    asked: CreditAsked, template: str, current: str, context: Mapping[str, object], *, kept: Pairs = ()
) -> HttpResponse:
    """Draw a page of credit in its frame."""
    names = asked.view.names
    frame = {
        "tabs": _tabs(current, [("by", asked.by), *asked.filters.pairs()]),
        "filters": asked.filters,
        "asked": asked,
        "kept": tuple(kept),
        "ways_to_tell_apart": [(by, BY_LABELS[by]) for by in BY_LABELS if tells_apart(by, asked.headcounts)],
        "choices": {
            "channels": sorted(names.channel, key=channel_label) if asked.by not in ABOUT_EMPLOYEES else (),
            "places": places_alone(names, asked.headcounts) if asked.by not in ABOUT_EMPLOYEES else (),
        },
        "unfiltered": address(asked.request.path, [("by", asked.by)], kept),
        "standing": queries.standing(),
        "company": asked.company,
        "goal": asked.goal,
        "may_edit": Role(asked.request.user.role) in MAY_IMPORT,
        "is_owner": Role(asked.request.user.role) is Role.OWNER,
    }
    return render(asked.request, template, {**frame, **context})


def show_empty(request: TeamRequest, current: str, heading: str | Promise, promise: str | Promise) -> HttpResponse:
    """The page before the first import: what will be here, and the one thing to do now."""
    context = {
        "tabs": _tabs(current, ()),
        "standing": queries.standing(),
        "heading": heading,
        "promise": promise,
        "import_link": reverse("warehouse:imports") if Role(request.user.role) in MAY_IMPORT else "",
    }
    return render(request, "insight/credit/empty.html", context)


def _tabs(current: str, pairs: Pairs) -> tuple[Tab, ...]:
    return tuple(Tab(str(label), address(reverse(name), pairs), is_current=name == current) for name, label in TABS)
