"""How many people work where: the owner's small table, which says how finely sales are told apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tillit.credit.cells import (
    FEWEST_EMPLOYEES,
    TOGETHER,
    Headcount,
    Headcounts,
    shown_names,
    shown_teams,
    tells_apart,
)
from tillit.credit.not_touchpoints import left_out
from tillit.vocabulary import Role
from tillit_web.insight import actions, queries
from tillit_web.insight.credit.words import touch_label
from tillit_web.insight.filters import Filters
from tillit_web.people import queries as people
from tillit_web.people.access import TeamRequest, access

MOST_DIGITS = 6
SEPARATOR = "|"  # between function and place in a field's name


@dataclass(frozen=True, slots=True)
class Field:
    """One number of the table; `stands_alone` None where nothing is told apart by it."""

    name: str
    label: str
    employees: int | None
    stands_alone: bool | None


@access(Role.OWNER)
@require_http_methods(["GET", "POST"])
def show_employees(request: TeamRequest) -> HttpResponse:
    """The table, and for each line whether it stands alone or together with others."""
    names = _names()
    if request.method == "POST":
        actions.say_headcounts(_sent(request.POST, names))
        messages.success(request, _("The numbers are saved. Pages, statements and exports follow them from now on."))
        return redirect("insight:employees")
    said = queries.headcounts()
    functions, places = names
    teams = [(function, place) for function in functions for place in places]
    alone = shown_teams(teams, said)
    context = {
        "fewest": FEWEST_EMPLOYEES,
        "company_field": Field(_key("", ""), _("The whole company"), said.of(), None),
        "channels_only": not tells_apart("function", said),
        "groups": [
            (_("Functions"), _fields("function", functions, said)),
            (_("Places"), _fields("place", places, said)),
            (
                _("Functions at places"),
                [
                    Field(
                        _key(function, place),
                        f"{place} · {touch_label('function', function)}",
                        said.of(function=function, place=place),
                        alone[function, place] == (function, place),
                    )
                    for function, place in sorted(teams, key=lambda team: (team[1], team[0]))
                ],
            ),
        ],
        "has_data": bool(functions or places),
    }
    return render(request, "insight/credit/employees.html", context)


def _names() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Functions and places that occur in the data."""
    view = queries.view_for(people.company(), Filters())
    if view is None:
        return (), ()
    functions = set(view.names.function) - left_out(view.names.function, by="function")
    return tuple(sorted(functions)), tuple(sorted(name for name in view.names.place if name))


def _fields(kind: str, names: tuple[str, ...], said: Headcounts) -> list[Field]:
    shown = shown_names(kind, names, said)
    return [
        Field(
            _key(name, "") if kind == "function" else _key("", name),
            touch_label(kind, name),
            said.of(function=name) if kind == "function" else said.of(place=name),
            shown[name] != TOGETHER,
        )
        for name in names
    ]


def _key(function: str, place: str) -> str:
    return f"n{SEPARATOR}{function}{SEPARATOR}{place}"


def _sent(sent: QueryDict, names: tuple[tuple[str, ...], tuple[str, ...]]) -> Headcounts:
    """The numbers as they were sent; a field that is empty or no number is not known."""
    functions, places = names
    cells = [("", ""), *((name, "") for name in functions), *(("", name) for name in places)]
    cells += [(function, place) for function in functions for place in places]
    return Headcounts(tuple(_rows(sent, cells)))


def _rows(sent: QueryDict, cells: Iterable[tuple[str, str]]) -> Iterable[Headcount]:
    for function, place in cells:
        text = sent.get(_key(function, place), "").strip()
        if text.isdecimal() and len(text) <= MOST_DIGITS:
            yield Headcount(int(text), function, place)
