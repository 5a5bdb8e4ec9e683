"""The shared statement of a period: what each team sold at its till, and which web orders it was part of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from tillit.credit.cells import Headcounts, Team, shown_teams
from tillit.credit.not_touchpoints import left_out
from tillit.credit.sales import UNKNOWN, is_till
from tillit.journeys.behind import journeys_of_rows
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
class _Month:
    """What a statement asks, in the codes of a store.

    Attributes:
        cell: Shape (functions + 1, places + 1), by code: a place in `teams`, -1 for none.
    """

    spec: TouchpointSpec
    teams: tuple[Team, ...]
    cell: Indices
    start_at: int
    end_at: int


@dataclass(frozen=True, slots=True)
class _Sold:
    """One bucket's sales of the month, by row; and which teams the web orders among them met, each once."""

    till: Indices
    till_team: Indices
    web: Indices
    met_row: Indices
    met_team: Indices


# Shape (2, teams + 2, currencies + 1): till and web; teams, then all, then without a team; the count, then values.
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
    month = _month(goal, headcounts, names, start_at, end_at)
    teams = len(month.teams)
    parts = view.map(partial(_part, month=month, names=names), columns=COLUMNS)
    total = np.sum(parts, axis=0) if parts else np.zeros((2, teams + 2, len(names.currency) + 1), np.int64)

    def summed(kind: int, row: int) -> Sum:
        worth = dict(zip(names.currency, total[kind, row, 1:].tolist(), strict=True))
        return Sum(int(total[kind, row, 0]), {currency: value for currency, value in worth.items() if value})

    rows = (StatementRow(team, summed(0, place), summed(1, place)) for place, team in enumerate(month.teams))
    return Statement(
        tuple(row for row in rows if row.till.sales or row.web.sales),
        summed(0, teams),
        summed(1, teams),
        int(total[1, teams + 1, 0]),
    )


@dataclass(frozen=True, slots=True)
class InStatement:
    """Journeys of the sales behind one number of a statement.

    Attributes:
        goal: The activity that is a sale.
        team: As the statement shows it; None for all sales of the column.
        web: Web orders the team was part of, rather than sales at its till.
        start_at: As the statement was asked.
        end_at: As the statement was asked.
        headcounts: Which teams stand alone.
    """

    columns: ClassVar[tuple[str, ...]] = COLUMNS
    goal: str
    team: Team | None
    web: bool
    start_at: int
    end_at: int
    headcounts: Headcounts = UNKNOWN

    def holds(self, traces: Traces, names: Names) -> NDArray[np.bool_]:
        month = _month(self.goal, self.headcounts, names, self.start_at, self.end_at)
        sold = _sold(traces, month, names)
        if self.team is None:
            return journeys_of_rows(traces, sold.web if self.web else sold.till)
        if self.team not in month.teams:
            return np.zeros(traces.journeys, np.bool_)
        team = month.teams.index(self.team)
        rows = sold.met_row[sold.met_team == team] if self.web else sold.till[sold.till_team == team]
        return journeys_of_rows(traces, rows)


def _month(goal: str, headcounts: Headcounts, names: Names, start_at: int, end_at: int) -> _Month:
    unknown = left_out(names.function, by="function")
    # Every function could have a team at every place: which of them has sold something must not change the rows.
    pairs = [(function, place) for function in names.function for place in ("", *names.place)]
    shown = shown_teams([team for team in pairs if team[0] not in unknown], headcounts)
    teams = sorted(set(shown.values()))
    cell = np.full((len(names.function) + 1, len(names.place) + 1), -1, dtype=np.int64)
    for (function, place), as_what in shown.items():
        at = names.place.index(place) if place else -1
        cell[names.function.index(function), at] = teams.index(as_what)
    return _Month(TouchpointSpec(goal, "function", leave_out=unknown), tuple(teams), cell, start_at, end_at)


def _sold(traces: Traces, month: _Month, names: Names) -> _Sold:
    if not traces.events:
        return _Sold(*(np.zeros(0, np.int64) for _ in range(5)))
    team = month.cell[traces.function, traces.place]
    found = touched_ways(traces, coded(month.spec, names))
    at = traces.occurred_at[found.ends]
    sold = found.converts & (at >= month.start_at) & (at < month.end_at)
    in_shop = is_till(traces, names)[found.ends]
    till = found.ends[sold & in_shop]
    # Each team counts once on a way, however often it was met.
    touched = sold[found.way] & ~in_shop[found.way] & (team[found.row] >= 0)
    teams = max(len(month.teams), 1)
    way, met = np.divmod(np.unique(found.way[touched] * teams + team[found.row][touched]), teams)
    return _Sold(till, team[till], found.ends[sold & ~in_shop], found.ends[way], met)


def _part(traces: Traces, month: _Month, names: Names) -> _Part:
    assert traces.currency is not None  # noqa: S101 - asked for in `statement`
    assert traces.amount_minor is not None  # noqa: S101
    teams = len(month.teams)
    sums = np.zeros((2, teams + 2, len(names.currency) + 1), dtype=np.int64)
    sold = _sold(traces, month, names)
    worth = np.zeros((traces.events, len(names.currency) + 1), dtype=np.int64)
    worth[:, 0] = 1
    paid = np.flatnonzero(traces.currency >= 0)
    worth[paid, 1 + traces.currency[paid]] = traces.amount_minor[paid]
    known = sold.till_team >= 0
    np.add.at(sums[0], sold.till_team[known], worth[sold.till[known]])
    np.add.at(sums[1], sold.met_team, worth[sold.met_row])
    sums[0, teams] = worth[sold.till].sum(axis=0)
    sums[1, teams] = worth[sold.web].sum(axis=0)
    sums[1, teams + 1] = worth[np.setdiff1d(sold.web, sold.met_row)].sum(axis=0)
    return sums
