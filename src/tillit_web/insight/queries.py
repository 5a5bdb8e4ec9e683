"""What insight reads: the view that a page asks, what must be known before its numbers, and what the team wrote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.db.models import Q, QuerySet

from tillit.credit.cells import Headcounts, read_headcounts, shown_names
from tillit.errors import QueryError
from tillit.events.key import read_or_create_key
from tillit.events.subject import country_of_zone, normalise, subject_of
from tillit.journeys.graph import overview
from tillit.journeys.known_by import person_known_by as journeys_known_by
from tillit.journeys.known_by import subjects_of
from tillit.journeys.results import Overview
from tillit.journeys.traces import Names
from tillit.journeys.view import View
from tillit.reports.outcomes import Outcomes, outcomes
from tillit.reports.showroom import Showroom, showroom
from tillit.vocabulary import IdentifierKind, Purpose
from tillit_web.insight.filters import Filters
from tillit_web.insight.models import OwnWay, TeamGoal
from tillit_web.people.queries import CompanyFacts
from tillit_web.ui.templatetags.tillit import said
from tillit_web.warehouse import queries as warehouse

ENDED_GOALS_SHOWN_DAYS = 30


@dataclass(frozen=True, slots=True)
class Standing:
    """What a reader must know before a number: what is withheld, whether newer events wait, how old the numbers are."""

    withheld: tuple[str, ...]
    building: bool  # events are on their way in or out, or a new build is being made
    built_at: datetime | None


def standing() -> Standing:
    """How the current numbers stand."""
    return Standing(
        withheld=tuple(map(said, warehouse.damaged())),
        building=warehouse.is_changing(),
        built_at=warehouse.as_of(),
    )


def view_for(company: CompanyFacts, filters: Filters) -> View | None:
    """The journeys that these filters choose, cut by the company's rule; None before the first build."""
    return warehouse.current_view(selection=filters.selection(ZoneInfo(company.timezone)), purpose=Purpose.MEASUREMENT)


def service_view(view: View) -> View:
    """The same store and rule for doing what a customer asked for: without what they read, unless they agreed to it."""
    found = warehouse.current_view(view.rule, purpose=Purpose.SERVICE)
    assert found is not None  # noqa: S101 - the view itself stands on a build
    return found


def view_of_person(view: View, person: str) -> View:
    """The view, or the one for service where this customer may be counted by none of their identifiers.

    Whoever said no to being counted stays a customer whom the team serves: they see what was done for them, never what
    they read, and that the customer said no.
    """
    try:
        return view if subjects_of(view, person) else service_view(view)
    except QueryError:
        return view


def graph(view: View) -> Overview:
    """The directly-follows graph of a view, once for each build and filter."""
    return warehouse.cached(view, "overview", lambda: overview(view))


def known_outcomes(view: View) -> Outcomes:
    """Which of the view's journeys are old enough to be counted, and how many of them reached the goal."""
    return warehouse.cached(view, "outcomes", lambda: outcomes(view, as_of=last_event_at(view)))


def showroom_of(view: View, goal: str) -> Showroom:
    """Web orders that a visit to the shop was part of."""
    return warehouse.cached(view, "showroom", lambda: showroom(view, goal))


def last_event_at(view: View) -> int:
    """The last event of the whole store, whatever the filters: what "now" means for journeys that may go on."""
    whole = view.uncut()
    ends = warehouse.cached(whole, "last", lambda: whole.map(lambda traces: int(np.max(traces.occurred_at, initial=0))))
    return max(ends, default=0)


def person_known_by(view: View, typed: str, *, zone: str) -> str | None:
    """The pseudonym of the customer with this e-mail, phone, order, loyalty or customer number, or with this pseudonym.

    None if there is no such customer.

    Args:
        typed: As a person types it; hashed with this installation's key and forgotten.
        zone: The company's time zone, which tells the country of a phone number without its code.
    """
    key = read_or_create_key(Path(settings.DATA_DIRECTORY))
    region = country_of_zone(zone)
    for kind in IdentifierKind:
        normalised = normalise(kind, typed, region=region)
        if normalised is not None:
            person = journeys_known_by(view, subject_of(kind, normalised, key=key))
            if person:
                return person
    return _named(view, typed.strip().lower())


def _named(view: View, person: str) -> str | None:
    """The same name back if somebody has it as pseudonym."""
    try:
        known = subjects_of(view, person)
    except QueryError:
        return None
    return person if known else None


def own_way() -> OwnWay | None:
    """The picture in use, with its stages."""
    return OwnWay.objects.prefetch_related("stages").first()


def headcounts() -> Headcounts:
    """How many people work where, as far as the owner has said: how finely sales may be told apart."""
    return read_headcounts(Path(settings.DATA_DIRECTORY))


def shown_places(names: Names) -> dict[str, str]:
    """What each place of the data is shown as: its own name, or together with others."""
    return shown_names("place", [place for place in names.place if place], headcounts())


def team_goals(today: date) -> QuerySet[TeamGoal]:
    """Goals that stand and run, lie ahead, or were over less than a month ago."""
    return TeamGoal.objects.filter(ended_at=None, to_on__gte=today - timedelta(days=ENDED_GOALS_SHOWN_DAYS))


def earlier_goals(today: date) -> QuerySet[TeamGoal]:
    """Goals that are over for longer, or were taken down; the newest first."""
    long_over = Q(to_on__lt=today - timedelta(days=ENDED_GOALS_SHOWN_DAYS))
    return TeamGoal.objects.filter(~Q(ended_at=None) | long_over).order_by("-to_on", "-id")
