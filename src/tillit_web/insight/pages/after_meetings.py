"""Who comes back after a visit, advice or a quote: the part of Where it hurts beside the pattern of silent leavers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tillit.friction.after_meetings import AfterMeeting, AfterMeetings, BoughtBy, Met, Silent, SilentAfter
from tillit.journeys.behind import AnyCondition
from tillit_web.insight.links import Link
from tillit_web.insight.pages.behind import CaseRow
from tillit_web.insight.pictures.curve import Curve, Point, curve

Cases = Callable[[AnyCondition], tuple[CaseRow, ...]]


@dataclass(frozen=True, slots=True)
class DayRow:
    """One line of the table: what came within so many days, and what became of those silent for so many."""

    by: BoughtBy
    silent: Silent
    bought_link: str
    silent_link: str
    came_link: str


@dataclass(frozen=True, slots=True)
class AfterPart:
    """One kind of meeting; `cases` are its journeys where there are too few for a share, else none."""

    after: AfterMeeting
    link: str
    rows: tuple[DayRow, ...]
    picture: Curve | None
    points: tuple[tuple[Point, str], ...]
    cases: tuple[CaseRow, ...]


def after_parts(found: AfterMeetings, *, goal: str, link: Link, cases: Cases) -> tuple[AfterPart, ...]:
    """Link every number; `cases` are asked for where a kind of meeting has too few customers."""
    return tuple(_part(one, found.newest_at, goal, link, cases) for one in found.meetings)


def _part(one: AfterMeeting, newest_at: int, goal: str, link: Link, cases: Cases) -> AfterPart:
    everybody = Met(one.meeting, goal)
    rows = []
    for silent in one.silent:
        by = one.by_day[silent.days]
        bought, quiet, came = (
            Met(one.meeting, goal, silent.days),
            SilentAfter(one.meeting, goal, silent.days, newest_at),
            SilentAfter(one.meeting, goal, silent.days, newest_at, bought=True),
        )
        rows.append(DayRow(by, silent, link(bought), link(quiet), link(came)))
    picture = curve(one.by_day)
    points = () if picture is None else picture.points
    return AfterPart(
        after=one,
        link=link(everybody),
        rows=tuple(rows),
        picture=picture,
        points=tuple((point, link(Met(one.meeting, goal, point.by.day))) for point in points),
        cases=() if one.enough else cases(everybody),
    )
