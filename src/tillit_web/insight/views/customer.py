"""One customer: the timeline, the contact details when asked for, and the search that leads there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tillit.errors import QueryError
from tillit.journeys.known_by import subjects_of
from tillit.journeys.stage_rules import default_stage_rules
from tillit.journeys.timeline import TimelineRow, timeline, told, withheld_events
from tillit.readiness.recipe import Want
from tillit.vocabulary import ContactBasis, Purpose, Role
from tillit_web.insight import queries
from tillit_web.insight.filters import address
from tillit_web.insight.pages.customer import ROWS, customer_page
from tillit_web.insight.pages.near_customer import NearCustomer, near_customer
from tillit_web.insight.views.frame import Asked, asked, show, show_empty
from tillit_web.meetings.models import Need
from tillit_web.meetings.needs import needs_of
from tillit_web.people import actions as people
from tillit_web.people.access import TeamRequest, access
from tillit_web.people.models import AccessRecord
from tillit_web.people.queries import blocks_of, choices_of, contacts_of
from tillit_web.people.words import BASES, refusal_meaning
from tillit_web.readiness import queries as readiness
from tillit_web.ui.identifiers import identifier_label
from tillit_web.warehouse import queries as warehouse
from tillit_web.warehouse.identity_queries import known_links

MAY_DECIDE = frozenset({Role.OWNER, Role.ANALYST})
MAY_OPEN_CONTACTS = frozenset({Role.OWNER, Role.SPECIALIST})


@access(*Role)
@require_GET
def show_customer(request: TeamRequest, person: str) -> HttpResponse:
    """Every event of one customer, journey by journey."""
    question = asked(request)
    if question is None:
        return _nobody(request)
    question = replace(question, view=queries.view_of_person(question.view, person))
    _record(question, person, AccessRecord.What.PAGE)
    return _customer(question, person, {})


@access(Role.OWNER, Role.SPECIALIST)
@never_cache
@require_POST
def show_contacts(request: TeamRequest, person: str) -> HttpResponse:
    """The same with the customer's contact details; that they were opened is on record before they show."""
    question = asked(request)
    if question is None:
        return _nobody(request)
    # From here on the reader knows who it is: the page is for service, and shows no reading without its own yes.
    question = replace(question, view=queries.service_view(question.view))
    try:
        subjects = subjects_of(question.view, person)
    except QueryError as refused:
        return _refused(question, refused)
    try:
        basis = ContactBasis(request.POST.get("basis", ""))
    except ValueError:
        return _customer(question, person, {"basis_missing": True})
    details = contacts_of(subjects, by=request.user, basis=basis, reason=request.POST.get("reason", "").strip())
    shown = [
        {"label": identifier_label(each.kind), "value": each.value, "refused": refusal_meaning(each.refused)}
        for each in details
    ]
    return _customer(question, person, {"contacts": shown})


@access(*Role)
@never_cache
@sensitive_post_parameters("identifier")
@require_http_methods(["GET", "POST"])
def find_customer(request: TeamRequest) -> HttpResponse:
    """Find a customer by an identifier: sent in the body, hashed like those of the events, kept nowhere."""
    question = asked(request)
    if question is None:
        return _nobody(request)
    if request.method == "POST":
        typed = request.POST.get("identifier", "")
        person = queries.person_known_by(question.view, typed, zone=question.company.timezone)
        if person is None:  # whoever said no to being counted is still a customer of ours
            question = replace(question, view=queries.service_view(question.view))
            person = queries.person_known_by(question.view, typed, zone=question.company.timezone)
        if person:
            _record(question, person, AccessRecord.What.SEARCH)
            return redirect("insight:customer", person)
        people.record_access(
            AccessRecord.What.SEARCH, (), by=request.user, purpose=Purpose.SERVICE, reason=_record_of(request)
        )
        return show(question, "insight/find.html", "insight:find", {"nothing_for": True, "has_filters": False})
    return show(question, "insight/find.html", "insight:find", {"has_filters": False})


def _record(question: Asked, person: str, what: AccessRecord.What) -> None:
    """Put an opening on record, for every identifier of the customer; for nobody's page there is nothing to open."""
    try:
        subjects = subjects_of(question.view, person)
    except QueryError:
        return
    by = question.request.user
    people.record_access(what, subjects, by=by, purpose=question.view.purpose, reason=_record_of(question.request))


def _record_of(request: TeamRequest) -> str:
    """What the reader was doing: the page that led here, without what it was asked."""
    match = request.resolver_match
    return match.view_name if match else ""


def _customer(question: Asked, person: str, more: dict[str, object]) -> HttpResponse:
    try:
        # Whatever they said no to, what they said is known of the whole customer.
        subjects = subjects_of(queries.service_view(question.view), person)
        rows = _rows(question, person) if subjects else timeline(question.view, person)
        withheld = withheld_events(question.view, person)
        links = known_links(subjects_of(question.view, person))
    except QueryError as refused:
        return _refused(question, refused)
    offset = _offset(question.request, len(rows))
    page = None
    if rows:
        page = customer_page(
            rows,
            goal=question.company.goal_activity,
            stage_of=default_stage_rules().stage_of(question.view.names.activity),
            offset=offset,
        )
    here = reverse("insight:customer", args=[person])
    choices = choices_of(subjects, question.request.LANGUAGE_CODE or "en")
    context = {
        "person": person,
        "withheld": withheld,
        "choices": choices,
        "is_blocked": bool(blocks_of(subjects)),
        "is_not_counted": any(each.purpose is Purpose.MEASUREMENT and not each.is_allowed for each in choices),
        "bases": [(basis.value, label) for basis, label in BASES.items()],
        "page": page,
        "near": None if "contacts" in more else _near(question, person, rows),
        "contacts": None,
        "may_open_contacts": Role(question.request.user.role) in MAY_OPEN_CONTACTS,
        "contacts_link": reverse("insight:contacts", args=[person]),
        "earlier_link": address(here, [("first", str(max(offset - ROWS, 0) + 1))]) if offset else "",
        "later_link": address(here, [("first", str(page.last + 1))]) if page and page.last < page.events else "",
        "has_filters": False,
        "links": links,
        "counting": sum(link.counts for link in links),
        "may_decide": Role(question.request.user.role) in MAY_DECIDE,
        "here": here,
        "needs": needs_of(subjects),
        "need_kinds": Need.Kind.choices,
    }
    return show(question, "insight/customer.html", "insight:find", context | more)


def _rows(question: Asked, person: str) -> tuple[TimelineRow, ...]:
    """The timeline as the team may see it; empty where everything is withheld for the page's purpose."""
    try:
        return told(timeline(question.view, person), queries.shown_places(question.view.names))
    except QueryError:
        if withheld_events(question.view, person):
            return ()
        raise


def _near(question: Asked, person: str, shown: Sequence[TimelineRow]) -> NearCustomer | None:
    """How far the customer has come, from what may be used for it; beside contact details nobody asks."""
    speaking = {want: one for want in Want if (one := readiness.speaking(want)) is not None}
    if not speaking or question.view.purpose is not Purpose.MEASUREMENT:  # who said no to being counted is not judged
        return None
    try:
        rows = timeline(warehouse.view_for_offers(question.view), person)
    except QueryError:
        return None
    return near_customer(rows, shown, speaking, at=queries.last_event_at(question.view))


def _offset(request: TeamRequest, events: int) -> int:
    text = request.GET.get("first", "")
    first = int(text) if text.isdecimal() and len(text) < 10 else 1
    return max(first, 1) - 1 if first <= events else 0


def _refused(question: Asked, refused: QueryError) -> HttpResponse:
    context = {"refused": refused.sentence, "back_link": question.page("insight:map"), "has_filters": False}
    response = show(question, "insight/refused.html", "insight:map", context)
    response.status_code = 404
    return response


def _nobody(request: TeamRequest) -> HttpResponse:
    return show_empty(
        request,
        "insight:map",
        _("Here you will see one customer's events, oldest first."),
        _("Every row will open the file and the row it came from."),
    )
