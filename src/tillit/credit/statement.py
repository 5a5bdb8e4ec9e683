"""The shared statement of a period: what each team sold at its till, and which web orders it was part of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from tillit.credit.cells import ANY_PLACE, Headcounts, Team, shown_teams
from tillit.credit.not_touchpoints import left_out
from tillit.credit.sales import is_till
from tillit.journeys.touchpoints import TouchpointSpec, coded, touched_ways
from tillit.journeys.traces import Names, Traces
from tillit.journeys.view import View

Indices = NDArray[np.int64]
COLUMNS = ("channel", "function", "place", "amount_minor", "currency")


@dataclass(frozen=True, slots=True)
class Sum:
    """Sales, and what they were worth by currency."""

    sales: int
    value_minor: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A team's till sales and the web orders it was part of; the latter count once for every team on their way."""

    team: Team
    till: Sum
    web: Sum


@dataclass(frozen=True, slots=True)
class Statement:
    """All teams, the whole of both columns, and the web orders that no team was part of as far as is known."""

    rows: tuple[StatementRow, ...]
    till: Sum
    web: Sum
    web_alone: int


@dataclass(frozen=True, slots=True)
class _Coded:
    touch: TouchpointSpec
    cell: Indices  # shape (functions + 1, places + 1), by code; -1 = no team
    cells: int
    start_at: int
    end_at: int


# Shape (2, cells + 2, currencies + 1): till and web; teams, then all, then without a team; the count, then values.
_Part = NDArray[np.int64]


def statement(view: View, goal: str, headcounts: Headcounts, *, start_at: int, end_at: int) -> Statement:
    """What was sold from `start_at` until before `end_at`, by the teams that may be told apart.

    Args:
        view: All journeys; one that began earlier may end with a sale of this period.
        goal: The activity that is a sale.
        headcounts: Which teams are large enough to stand alone.
        start_at: Microseconds UTC, the beginning of a month.
        end_at: Microseconds UTC, the beginning of the month after the last one.

    Raises:
        QueryError: The goal never happens.
    """
    names = view.names
    unknown = left_out(names.function, by="function")
    functions = [name for name in names.function if name not in unknown]
    seen: set[Team] = set()
    for part in view.map(partial(_teams, names=names), columns=("function", "place")):
        seen |= part
    shown = shown_teams({team for team in seen if team[0] in functions}, headcounts)
    teams = sorted(set(shown.values()))
    cell = np.full((len(names.function) + 1, len(names.place) + 1), -1, dtype=np.int64)
    for (function, place), as_what in shown.items():
        at = names.place.index(place) if place else -1
        cell[names.function.index(function), at] = teams.index(as_what)
    asked = _Coded(TouchpointSpec(goal, "function", leave_out=unknown), cell, len(teams), start_at, end_at)
    parts = view.map(partial(_part, asked=asked, names=names), columns=COLUMNS)
    total = np.sum(parts, axis=0) if parts else np.zeros((2, len(teams) + 2, len(names.currency) + 1), np.int64)

    def summed(kind: int, row: int) -> Sum:
        worth = dict(zip(names.currency, total[kind, row, 1:].tolist(), strict=True))
        return Sum(int(total[kind, row, 0]), {currency: value for currency, value in worth.items() if value})

    rows = (StatementRow(team, summed(0, place), summed(1, place)) for place, team in enumerate(teams))
    return Statement(
        tuple(row for row in rows if row.till.sales or row.web.sales),
        summed(0, len(teams)),
        summed(1, len(teams)),
        int(total[1, len(teams) + 1, 0]),
    )


def _teams(traces: Traces, names: Names) -> set[Team]:
    assert traces.function is not None  # noqa: S101 - asked for in `statement`
    assert traces.place is not None  # noqa: S101
    pairs = np.unique(np.stack([traces.function, traces.place]), axis=1).T.tolist()
    return {
        (names.function[function], names.place[place] if place >= 0 else ANY_PLACE)
        for function, place in pairs
        if function >= 0
    }


def _part(traces: Traces, asked: _Coded, names: Names) -> _Part:
    found_sums = np.zeros((2, asked.cells + 2, len(names.currency) + 1), dtype=np.int64)
    if not traces.events:
        return found_sums
    assert traces.currency is not None  # noqa: S101 - asked for in `statement`
    assert traces.amount_minor is not None  # noqa: S101
    team = asked.cell[traces.function, traces.place]
    found = touched_ways(traces, coded(asked.touch, names))
    at = traces.occurred_at[found.ends]
    sold = found.converts & (at >= asked.start_at) & (at < asked.end_at)
    in_shop = is_till(traces, names)[found.ends]
    worth = np.zeros((len(found.ends), len(names.currency) + 1), dtype=np.int64)
    worth[:, 0] = 1
    paid = np.flatnonzero(traces.currency[found.ends] >= 0)
    worth[paid, 1 + traces.currency[found.ends][paid]] = traces.amount_minor[found.ends][paid]
    till = np.flatnonzero(sold & in_shop)
    _add(found_sums[0], team[found.ends][till], worth[till], asked.cells)
    # Each team counts once on a way, however often it was met.
    touched = sold[found.way] & ~in_shop[found.way] & (team[found.row] >= 0)
    pairs = np.unique(found.way[touched] * asked.cells + team[found.row][touched])
    way, cell = np.divmod(pairs, max(asked.cells, 1))
    _add(found_sums[1], cell, worth[way], asked.cells)
    web = np.flatnonzero(sold & ~in_shop)
    found_sums[0, asked.cells] = worth[till].sum(axis=0)
    found_sums[1, asked.cells] = worth[web].sum(axis=0)
    found_sums[1, asked.cells + 1] = worth[np.setdiff1d(web, way)].sum(axis=0)
    return found_sums


def _add(sums: NDArray[np.int64], cell: Indices, worth: NDArray[np.int64], cells: int) -> None:
    known = (cell >= 0) & (cell < cells)
    np.add.at(sums, cell[known], worth[known])
