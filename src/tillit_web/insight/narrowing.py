"""How far a page may narrow its journeys: by whole months and large enough places, wherever people meet customers."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext

from tillit.credit.cells import TOGETHER, Headcounts, shown_names, whole_months
from tillit.events.told import WITH_PEOPLE, WITHOUT_PEOPLE
from tillit.journeys.traces import Names
from tillit_web.insight.filters import Filters


def meets_customers(names: Names) -> bool:
    """Whether people of the company meet customers in these data; where none does, days are told apart."""
    channels = set(names.channel)
    return bool(channels & WITH_PEOPLE) or (any(names.place) and not channels <= WITHOUT_PEOPLE)


def places_alone(names: Names, headcounts: Headcounts) -> tuple[str, ...]:
    """The places that journeys may be told apart by, in the order of their names."""
    shown = shown_names("place", [place for place in names.place if place], headcounts)
    return tuple(sorted(place for place, as_what in shown.items() if as_what != TOGETHER))


def allowed(filters: Filters, names: Names, headcounts: Headcounts) -> tuple[Filters, tuple[str, ...]]:
    """The filters as far as no sale is narrowed to fewer than five employees, and what was left out or widened."""
    changed = []
    if meets_customers(names):
        from_on, to_on = whole_months(filters.from_on, filters.to_on)
        if (from_on, to_on) != (filters.from_on, filters.to_on):
            changed.append(
                gettext("The period is widened to whole months: on a single day only a few people were at work.")
            )
        filters = replace(filters, from_on=from_on, to_on=to_on)
    if filters.place and filters.place not in places_alone(names, headcounts):
        filters = replace(filters, place=None)
        changed.append(
            gettext("This place is left out: fewer than five people work there, or nobody has said how many.")
        )
    return filters, tuple(changed)
