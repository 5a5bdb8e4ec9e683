"""No number is about fewer than five employees: not by itself, and not as the difference of two others."""

from __future__ import annotations

from datetime import date
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillit.credit.cells import (
    ANY_PLACE,
    FEWEST_EMPLOYEES,
    TOGETHER,
    Headcount,
    Headcounts,
    read_headcounts,
    shown_names,
    shown_teams,
    tells_apart,
    whole_months,
    write_headcounts,
)
from tillit.errors import StoreError


def places(**counts: int) -> Headcounts:
    return Headcounts(tuple(Headcount(count, place=name) for name, count in counts.items()))


@pytest.mark.parametrize(
    ("known", "together"),
    [
        pytest.param({}, {"Lund", "Malmö", "Visby"}, id="of nobody is anything known"),
        pytest.param({"Malmö": 9, "Lund": 5, "Visby": 5}, set(), id="all are large enough"),
        pytest.param({"Malmö": 9, "Lund": 3, "Visby": 2}, {"Lund", "Visby"}, id="two small ones make five"),
        pytest.param({"Malmö": 9, "Lund": 6, "Visby": 2}, {"Lund", "Visby"}, id="the smallest large one joins"),
        pytest.param({"Malmö": 9, "Lund": 6}, {"Lund", "Visby"}, id="unknown may be one person"),
        pytest.param({"Malmö": 9, "Lund": 6, "Visby": 0}, set(), id="nobody works in the web shop"),
        pytest.param({"Malmö": 4, "Lund": 3, "Visby": 2}, {"Lund", "Malmö", "Visby"}, id="all are small"),
    ],
)
def test_places_that_stand_together(known: dict[str, int], together: set[str]) -> None:
    shown = shown_names("place", ("Malmö", "Lund", "Visby"), places(**known))
    assert {name for name, as_what in shown.items() if as_what == TOGETHER} == together
    assert all(as_what in (name, TOGETHER) for name, as_what in shown.items())


def test_a_function_of_unknown_size_stands_alone_and_a_small_one_does_not() -> None:
    known = Headcounts((Headcount(2, function="service"),))
    assert shown_names("function", ("sales", "service"), Headcounts()) == {"sales": "sales", "service": "service"}
    assert set(shown_names("function", ("sales", "service"), known).values()) == {TOGETHER}


def test_a_company_of_four_sees_channels_only() -> None:
    four = Headcounts((Headcount(4), Headcount(9, function="sales")))
    assert not tells_apart("function", four)
    assert not tells_apart("place", four)
    assert tells_apart("channel", four)
    assert shown_names("function", ("sales", "service"), four) == {"sales": TOGETHER, "service": TOGETHER}
    assert shown_names("channel", ("web", "store"), four) == {"web": "web", "store": "store"}


def test_with_merging_off_everything_is_told_apart() -> None:
    assert shown_names("place", ("Lund",), places(Lund=1), fewest=0) == {"Lund": "Lund"}
    assert shown_names("place", ("Lund",), Headcounts(), fewest=0) == {"Lund": "Lund"}
    assert shown_teams([("sales", "Lund")], Headcounts(), fewest=0) == {("sales", "Lund"): ("sales", "Lund")}


@given(
    st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 12), min_size=1), st.sampled_from(["function", "place"])
)
def test_no_sum_or_difference_of_rows_is_about_one_to_four_people(counts: dict[str, int], by: str) -> None:
    """The rows, the total of all, and every total less some rows, where the company has five or more."""
    rows = [Headcount(count, **{by: name}) for name, count in counts.items()]
    shown = shown_names(by, tuple(counts), Headcounts(tuple(rows)))
    sizes: dict[str, int] = {}
    for name, as_what in shown.items():
        sizes[as_what] = sizes.get(as_what, 0) + counts[name]
    if sum(counts.values()) < FEWEST_EMPLOYEES:
        return
    for size in range(1, len(sizes) + 1):
        for chosen in combinations(sizes.values(), size):
            assert sum(chosen) == 0 or sum(chosen) >= FEWEST_EMPLOYEES, (counts, shown)


TEAMS = (("sales", "Malmö"), ("sales", "Lund"), ("sales", ANY_PLACE), ("service", "Malmö"))


def company(**people: int) -> Headcounts:
    """ "sales_Malmö", "sales", "at_Malmö" and how many."""
    rows = []
    for name, count in people.items():
        function, _, place = name.partition("_")
        rows.append(Headcount(count, "" if function == "at" else function, place))
    return Headcounts(tuple(rows))


def test_a_team_stands_alone_where_its_function_and_its_place_leave_enough_beside_it() -> None:
    known = company(sales=12, sales_Malmö=6, sales_Lund=6, at_Malmö=12, service=9, service_Malmö=6, at_Lund=6)
    assert shown_teams(TEAMS, known) == {team: team for team in TEAMS}


def test_a_small_team_is_merged_with_its_function() -> None:
    known = company(sales=9, sales_Malmö=6, sales_Lund=3, at_Malmö=6, at_Lund=3, service=8, service_Malmö=0)
    shown = shown_teams(TEAMS, known)
    assert shown["sales", "Lund"] == ("sales", ANY_PLACE)
    # The other three of sales would be what is left of it, so Malmö's six stand with them.
    assert shown["sales", "Malmö"] == ("sales", ANY_PLACE)


def test_a_large_team_whose_place_leaves_two_people_is_not_shown() -> None:
    known = company(sales=20, sales_Malmö=6, sales_Lund=14, at_Malmö=8, at_Lund=14, service=9, service_Malmö=2)
    shown = shown_teams(TEAMS, known)
    assert shown["sales", "Malmö"] == ("sales", ANY_PLACE), "all of Malmö less its sales are two people"
    assert shown["sales", "Lund"] == ("sales", "Lund")


def test_without_numbers_teams_are_their_functions() -> None:
    assert set(shown_teams(TEAMS, Headcounts()).values()) == {("sales", ANY_PLACE), ("service", ANY_PLACE)}


@pytest.mark.parametrize(
    ("period", "widened"),
    [
        ((date(2026, 2, 14), date(2026, 2, 14)), (date(2026, 2, 1), date(2026, 2, 28))),
        ((date(2026, 12, 31), date(2027, 1, 1)), (date(2026, 12, 1), date(2027, 1, 31))),
        ((None, date(2028, 2, 3)), (None, date(2028, 2, 29))),
        ((None, None), (None, None)),
    ],
)
def test_a_day_is_its_month(period: tuple[date | None, date | None], widened: tuple[date | None, date | None]) -> None:
    assert whole_months(*period) == widened


def test_what_the_owner_says_comes_back(tmp_path: Path) -> None:
    assert read_headcounts(tmp_path) == Headcounts()
    said = company(sales=12, sales_Malmö=6, at_Malmö=9)
    write_headcounts(tmp_path, said)
    assert read_headcounts(tmp_path) == said
    assert said.of(function="sales", place="Malmö") == 6
    assert said.of(place="Lund") is None


def test_a_file_that_cannot_be_read_is_no_permission(tmp_path: Path) -> None:
    (tmp_path / "employees.json").write_text('[{"employees": "many"}]')
    with pytest.raises(StoreError, match="write the numbers"):
        read_headcounts(tmp_path)
