"""The page Where it hurts: places ranked by money, patterns, promises, each with the journeys behind it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from tillit.friction.behind import At, AtStep, Shows
from tillit.friction.conformance import Broken
from tillit.friction.promise_rules import Promises
from tillit.friction.results import Friction, PatternCount, PromiseKept, StepFriction
from tillit.reports.interval import ShareRange, share_range
from tillit.reports.size import CASES_BELOW, Size, size_of
from tillit_web.insight.friction_queries import FrictionAnswer
from tillit_web.insight.friction_words import step_name
from tillit_web.insight.links import Link
from tillit_web.insight.pictures.bars import ShareBar


class Evidence(StrEnum):
    """How sure it is that a step is worse than comparable ones."""

    CONFIRMED = "confirmed"  # in a second period too: the word friction is used
    SUSPECTED = "suspected"
    USUAL = "usual"
    UNCOMPARED = "uncompared"


@dataclass(frozen=True, slots=True)
class Place:
    """One step and one of the two things that can be wrong with it.

    Attributes:
        rank: From 1 among what is confirmed, as on the map; 0 for all others.
        share: Journeys that ended here (or waited long), of those that came (or went on).
        more: Beyond what is usual, with its range; None where it could not be compared.
        value: As `more`, in minor units.
    """

    rank: int
    anchor: str
    name: str
    step: StepFriction
    evidence: Evidence
    share: ShareRange
    more: tuple[float, float, float] | None
    value: tuple[int, int, int] | None
    bar: ShareBar | None
    link: str
    came_link: str


@dataclass(frozen=True, slots=True)
class PatternRow:
    pattern: PatternCount
    share: ShareRange
    goals: ShareRange
    link: str


@dataclass(frozen=True, slots=True)
class PromiseRow:
    kept: PromiseKept
    share: ShareRange  # broken, of all of which the time is over
    link: str
    tells_share: bool  # fewer than 30 are cases and not a rate


@dataclass(frozen=True, slots=True)
class FrictionPage:
    """What the page shows; `places` with the confirmed ones first, then by money."""

    friction: Friction | None
    size: Size
    exits: tuple[Place, ...]
    waits: tuple[Place, ...]
    natural_ends: tuple[Place, ...]
    patterns: tuple[PatternRow, ...]
    patterns_unseen: tuple[str, ...]
    promises: tuple[PromiseRow, ...]
    promises_unseen: int
    marks: dict[str, str]
    currency: str | None

    @property
    def confirmed(self) -> tuple[Place, ...]:
        return tuple(place for place in self.exits if place.evidence is Evidence.CONFIRMED)

    @property
    def confirmed_waits(self) -> tuple[Place, ...]:
        return tuple(place for place in self.waits if place.evidence is Evidence.CONFIRMED)

    @property
    def named(self) -> tuple[Place, ...]:
        """The exits that stand above the fold: confirmed or suspected."""
        return tuple(place for place in self.exits if place.evidence in (Evidence.CONFIRMED, Evidence.SUSPECTED))

    @property
    def finished(self) -> int:
        return 0 if self.friction is None else sum(self.friction.journeys)


def friction_page(
    answer: FrictionAnswer, *, goal: str, by: str, promises: Promises, timezone: str, link: Link
) -> FrictionPage:
    """Rank, mark and link."""
    found = answer.friction
    journeys = 0 if found is None else sum(found.journeys)
    exits: list[Place] = []
    waits: list[Place] = []
    ends: list[Place] = []
    if found is not None and found.split_at is not None:
        full = _longest(found)
        for step in found.steps:
            place = _exit(step, found, goal, by, link, full=full)
            (ends if step.natural_end else exits).append(place)
            if found.enough and step.waiting.expected is not None and not step.natural_end:
                waits.append(_wait(step, found, goal, by, link))
        waits.sort(key=lambda one: (one.evidence is not Evidence.CONFIRMED, -(one.more or (0, 0, 0))[0]))
    exits = _ranked(exits, "exit")
    waits = _ranked(waits, "wait")
    marks: dict[str, str] = {}
    for place in (*exits, *waits):
        if place.rank:
            marks.setdefault(place.step.activity, f"#{place.anchor}")
    newest_at = answer.conformance.newest_at
    return FrictionPage(
        friction=found,
        size=size_of(journeys),
        exits=tuple(exits),
        waits=tuple(waits),
        natural_ends=tuple(ends),
        patterns=tuple(
            PatternRow(
                one,
                share_range(one.journeys, one.of),
                share_range(one.goals, one.journeys),
                link(Shows(one.name, newest_at)),
            )
            for one in answer.patterns
            if one.journeys
        ),
        patterns_unseen=tuple(one.name for one in answer.patterns if not one.journeys),
        promises=tuple(
            PromiseRow(
                one,
                share_range(one.broken, one.of),
                link(Broken(one.rule, promises.hours, timezone, newest_at)),
                one.of >= CASES_BELOW,
            )
            for one in answer.conformance.rules
        ),
        promises_unseen=len(answer.conformance.unseen),
        marks=marks,
        currency=None if found is None else found.currency,
    )


def _exit(step: StepFriction, found: Friction, goal: str, by: str, link: Link, *, full: float) -> Place:
    more = _range(step.excess_exits, step.low, step.high)
    value = _range(step.value_minor, step.value_low, step.value_high)
    shown = value if found.currency else more
    return Place(
        rank=0,
        anchor="",
        name=step_name(step.activity, by, step.part),
        step=step,
        evidence=_evidence(step.confirmed, step.suspected, compared=step.excess_exits is not None),
        share=share_range(step.exits, step.n),
        more=more,
        value=None if value is None else (round(value[0]), round(value[1]), round(value[2])),
        bar=None if shown is None else ShareBar(*(_percent(end, full) for end in shown)),
        link=link(_at(step, found, goal, by, At.LEFT)),
        came_link=link(_at(step, found, goal, by, At.CAME)),
    )


def _wait(step: StepFriction, found: Friction, goal: str, by: str, link: Link) -> Place:
    waiting = step.waiting
    over = waiting.slow - (waiting.expected or 0.0)
    return Place(
        rank=0,
        anchor="",
        name=step_name(step.activity, by, step.part),
        step=step,
        evidence=_evidence(waiting.confirmed, waiting.suspected, compared=True),
        share=share_range(waiting.slow, waiting.of),
        more=(over, over, over),
        value=None,
        bar=None,
        link=link(_at(step, found, goal, by, At.SLOW)),
        came_link=link(_at(step, found, goal, by, At.CAME)),
    )


def _at(step: StepFriction, found: Friction, goal: str, by: str, did: At) -> AtStep:
    return AtStep(
        activity=step.activity,
        goal=goal,
        did=did,
        began_from=found.split_at or 0,
        over_by=found.over_by,
        by=by if by in ("channel", "place") else None,
        part=step.part,
        limit_seconds=step.waiting.limit_seconds if did is At.SLOW else None,
    )


def _ranked(places: list[Place], kind: str) -> list[Place]:
    """Numbers for the confirmed ones, which stand first, and an anchor for each."""
    ranked = []
    for number, place in enumerate(places, start=1):
        rank = number if place.evidence is Evidence.CONFIRMED else 0
        ranked.append(replace(place, rank=rank, anchor=f"{kind}-{number}"))
    return ranked


def _evidence(confirmed: bool, suspected: bool, *, compared: bool) -> Evidence:
    if confirmed:
        return Evidence.CONFIRMED
    if suspected:
        return Evidence.SUSPECTED
    return Evidence.USUAL if compared else Evidence.UNCOMPARED


def _range(middle: float | None, low: float | None, high: float | None) -> tuple[float, float, float] | None:
    return None if middle is None or low is None or high is None else (middle, low, high)


def _longest(found: Friction) -> float:
    """The far end of the longest whisker among the steps that a bar is drawn for."""
    ends = [
        (step.value_high if found.currency else step.high) or 0.0
        for step in found.steps
        if step.confirmed or step.suspected
    ]
    return max(ends, default=1.0) or 1.0


def _percent(value: float, full: float) -> float:
    return round(min(max(value / full, 0.0), 1.0) * 100, 2)
