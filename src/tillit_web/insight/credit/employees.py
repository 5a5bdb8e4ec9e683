"""How many people work where: the owner's small table, which says how finely sales are told apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
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
LONGEST_SHOWN = 40  # of what was typed and is no number
SEPARATOR = "|"  # between function and place in a field's name


@dataclass(frozen=True, slots=True)
class Field:
    """One number of the table.

    Attributes:
        value: As it is kept, or as it was typed where that is not kept.
        stands_alone: None where nothing is told apart by it.
        problem: What is wrong with what was typed; "" where nothing is.
    """

    name: str
    label: str
    value: str
    stands_alone: bool | None
    problem: str


@access(Role.OWNER)
@require_http_methods(["GET", "POST"])
def show_employees(request: TeamRequest) -> HttpResponse:
    """The table, and for each line whether it stands alone or together with others."""
    names = _names()
    typed: dict[str, str] = {}
    problems: dict[str, str] = {}
    if request.method == "POST":
        cells = _cells(names)
        typed = {_key(*cell): request.POST.get(_key(*cell), "").strip()[:LONGEST_SHOWN] for cell in cells}
        problems = {name: problem for name, text in typed.items() if (problem := _problem(text))}
    if typed and not problems:
        actions.say_headcounts(_headcounts(cells, typed))
        messages.success(request, _("The numbers are saved. Pages, statements and exports follow them from now on."))
        return redirect("insight:employees")
    context = _table(names, queries.headcounts(), typed, problems)
    return render(request, "insight/credit/employees.html", context, status=422 if problems else 200)


def _table(
    names: tuple[tuple[str, ...], tuple[str, ...]],
    said: Headcounts,
    typed: Mapping[str, str],
    problems: Mapping[str, str],
) -> dict[str, object]:
    functions, places = names
    teams = [(function, place) for function in functions for place in places]
    alone = shown_teams(teams, said)
    by_function, by_place = shown_names("function", functions, said), shown_names("place", places, said)

    def field(function: str, place: str, label: str, stands_alone: bool | None) -> Field:
        name, kept = _key(function, place), said.of(function=function, place=place)
        return Field(
            name, label, typed.get(name, "" if kept is None else str(kept)), stands_alone, problems.get(name, "")
        )

    return {
        "fewest": FEWEST_EMPLOYEES,
        "company_field": field("", "", _("The whole company"), None),
        "channels_only": not tells_apart("function", said),
        "problems": problems,
        "groups": [
            (
                _("Functions"),
                [field(name, "", touch_label("function", name), by_function[name] != TOGETHER) for name in functions],
            ),
            (
                _("Places"),
                [field("", name, touch_label("place", name), by_place[name] != TOGETHER) for name in places],
            ),
            (
                _("Functions at places"),
                [
                    field(
                        function,
                        place,
                        f"{place} · {touch_label('function', function)}",
                        alone[function, place] == (function, place),
                    )
                    for function, place in sorted(teams, key=lambda team: (team[1], team[0]))
                ],
            ),
        ],
        "has_data": bool(functions or places),
    }


def _names() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Functions and places that occur in the data."""
    view = queries.view_for(people.company(), Filters())
    if view is None:
        return (), ()
    functions = set(view.names.function) - left_out(view.names.function, by="function")
    return tuple(sorted(functions)), tuple(sorted(name for name in view.names.place if name))


def _key(function: str, place: str) -> str:
    return f"n{SEPARATOR}{function}{SEPARATOR}{place}"


def _cells(names: tuple[tuple[str, ...], tuple[str, ...]]) -> list[tuple[str, str]]:
    functions, places = names
    cells = [("", ""), *((name, "") for name in functions), *(("", name) for name in places)]
    return cells + [(function, place) for function in functions for place in places]


def _problem(text: str) -> str:
    figures = "".join(text.split())  # 1 400 is a number
    if figures and not figures.isdecimal():
        return _("“%(typed)s” is no whole number. Leave the field empty if you do not know.") % {"typed": text}
    if len(figures) > MOST_DIGITS:
        return _("At most %(most)s figures.") % {"most": MOST_DIGITS}
    return ""


def _headcounts(cells: Iterable[tuple[str, str]], typed: Mapping[str, str]) -> Headcounts:
    """The numbers as they were sent; a field that is empty is not known."""
    figures = ((cell, "".join(typed[_key(*cell)].split())) for cell in cells)
    return Headcounts(tuple(Headcount(int(text), *cell) for cell, text in figures if text))
