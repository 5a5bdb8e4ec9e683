"""How finely sales may be told apart, so that none is narrowed to fewer than five employees.

Every door asks here: pages, statement, exports, commands. Three things together keep a person out: places and teams
that are too small stand together, so do the remainders that a subtraction would give, and time is told in whole months.
What this cannot do is said in docs/methods/employees.md.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TypeAlias

from tillit.errors import StoreError
from tillit.sentences import sentence

FEWEST_EMPLOYEES = 5
TOGETHER = "(together)"  # what is too small to stand alone
ANY_PLACE = ""  # of a team: its function, wherever the small teams are
FILE = "employees.json"

Team: TypeAlias = tuple[str, str]  # function, place; ANY_PLACE where an event has none


@dataclass(frozen=True, slots=True)
class Headcount:
    """How many people work in a function, at a place, in a function at a place, or (both empty) in the company."""

    employees: int
    function: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Headcounts:
    """What the owner has said; what nobody has said is unknown."""

    rows: tuple[Headcount, ...] = ()

    def of(self, *, function: str = "", place: str = "") -> int | None:
        """How many; None where it is unknown."""
        for row in self.rows:
            if (row.function, row.place) == (function, place):
                return row.employees
        return None


def tells_apart(by: str, headcounts: Headcounts, *, fewest: int = FEWEST_EMPLOYEES) -> bool:
    """Whether sales may be told apart by this at all: a company below five employees sees channels and campaigns."""
    company = headcounts.of()
    return by not in ("function", "place") or company is None or company == 0 or company >= fewest


def shown_names(
    by: str, names: Collection[str], headcounts: Headcounts, *, fewest: int = FEWEST_EMPLOYEES
) -> dict[str, str]:
    """What each function or place is shown as: its own name, or TOGETHER with others.

    A place of unknown size counts as too small, a function of unknown size does not: functions are what small teams
    are merged into. What stands together has at least `fewest` people, so that no difference of two numbers is about
    fewer. A place where nobody works, such as a web shop, stands alone: it narrows a sale to no one.

    Args:
        by: "function" or "place"; by anything else every name is shown.
        names: All that occur in the data.
        headcounts: What the owner has said.
        fewest: 0 turns merging off; only a test that attacks the rule does.
    """
    if by not in ("function", "place"):
        return {name: name for name in names}
    if not tells_apart(by, headcounts, fewest=fewest):
        return dict.fromkeys(names, TOGETHER)
    counts = {name: headcounts.of(**{by: name}) for name in names}
    alone = [name for name, count in counts.items() if _stands_alone(count, fewest, unknown=by == "function")]
    small = counts.keys() - set(alone)
    together = sum(counts[name] or 0 for name in small)
    # Smallest first, unknown ones last; ties by name, so that the same company always gets the same rows.
    alone.sort(key=lambda name: (counts[name] is None, counts[name] or 0, name))
    peopled = [name for name in alone if counts[name] != 0]
    while small and together < fewest and peopled:
        taken = peopled.pop(0)
        small = small | {taken}
        known = counts[taken]
        together += fewest if known is None else known
    return {name: TOGETHER if name in small else name for name in names}


def _stands_alone(count: int | None, fewest: int, *, unknown: bool) -> bool:
    if count is None:
        return unknown or fewest == 0
    return count == 0 or count >= fewest


def shown_teams(teams: Collection[Team], headcounts: Headcounts, *, fewest: int = FEWEST_EMPLOYEES) -> dict[Team, Team]:
    """What each team is shown as: itself, or its function at any place, or functions together.

    A team stands alone if it has at least `fewest` people and so have those that its function and its place have left
    beside the teams that stand alone, where there are any: a total less what is shown never is a small team.

    Args:
        teams: Every (function, place) that occurs in the data.
        headcounts: What the owner has said.
        fewest: 0 turns merging off.
    """
    if fewest == 0:
        return {team: team for team in teams}
    functions = shown_names("function", {function for function, _ in teams}, headcounts, fewest=fewest)
    people = {team: headcounts.of(function=team[0], place=team[1]) if team[1] else None for team in teams}
    alone = {
        team: count
        for team, count in people.items()
        if count is not None and count >= fewest and functions[team[0]] != TOGETHER
    }
    while (taken := _leaves_too_few(people, alone, headcounts, fewest)) is not None:
        del alone[taken]
    merged: dict[Team, Team] = {}
    for team in teams:
        merged[team] = team if team in alone else (functions[team[0]], ANY_PLACE)
    return merged


def _leaves_too_few(
    people: Mapping[Team, int | None], alone: Mapping[Team, int], headcounts: Headcounts, fewest: int
) -> Team | None:
    """The smallest team of a function or place whose remainder is too small or unknown; None if all is well."""
    for axis in (0, 1):
        for name in sorted({team[axis] for team in alone}):
            total = headcounts.of(function=name) if axis == 0 else headcounts.of(place=name)
            members = {team for team in people if team[axis] == name}
            shown = {team: alone[team] for team in members if team in alone}
            rest = [people[team] for team in members if team not in alone]
            left = total - sum(shown.values()) if total is not None else _known_sum(rest)
            if rest and (left is None or 0 < left < fewest):
                return min(shown, key=lambda team: (shown[team], team))
    return None


def _known_sum(counts: Collection[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def whole_months(from_on: date | None, to_on: date | None) -> tuple[date | None, date | None]:
    """The period, widened to whole months: on one day, or in the difference of two periods, only a shift worked."""
    first = from_on.replace(day=1) if from_on else None
    if to_on is None:
        return first, None
    after = (to_on.replace(day=28) + timedelta(days=4)).replace(day=1)
    return first, after - timedelta(days=1)


def read_headcounts(directory: Path) -> Headcounts:
    """What the owner of this data directory has said; nothing where there is no file.

    Raises:
        StoreError: The file is there and cannot be read as what it claims to be.
    """
    path = directory / FILE
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return Headcounts(
            tuple(Headcount(int(row["employees"]), str(row["function"]), str(row["place"])) for row in rows)
        )
    except FileNotFoundError:
        return Headcounts()
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(
            sentence(
                "{path} cannot be read, so nothing is told apart by place or function. Remove it and write the numbers "
                "again under Settings.",
                path=str(path),
            )
        ) from error


def write_headcounts(directory: Path, headcounts: Headcounts) -> None:
    """Keep what the owner says, in one step: a reader sees the old numbers or the new ones."""
    rows = [{"function": row.function, "place": row.place, "employees": row.employees} for row in headcounts.rows]
    draft = directory / f".{FILE}.{os.getpid()}"
    draft.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    draft.replace(directory / FILE)
