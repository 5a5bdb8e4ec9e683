"""One customer, now: the features that training has, from the sealed life and what came since, and what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from tillit.journeys.traces import Traces
from tillit.readiness.features import MICROS_PER_DAY, known_at
from tillit.readiness.logistic import Floats
from tillit.readiness.model import Model, chance_of
from tillit.readiness.quality import Bin
from tillit.readiness.ready import range_of
from tillit.readiness.recipe import COMPLAINTS, PURCHASES, SOLUTIONS, WANTS_A_PERSON, Recipe
from tillit.vocabulary import ACTIVITY_BY_NAME, Stage

JUST_BOUGHT_DAYS = 7.0
COMPLAINT_DAYS = 90.0  # a complaint that nothing has solved
CALM_DAYS = 30.0
CALM_LEAST_DAYS = 3  # different days with reading and comparing
_CALM = frozenset({Stage.EXPLORE, Stage.COMPARE})


class Hold(StrEnum):
    """Why a customer is left in peace, whatever the chance says."""

    JUST_BOUGHT = "just_bought"
    OPEN_COMPLAINT = "open_complaint"
    LEFT_ALONE = "left_alone"  # they asked for it
    CALM = "researching_calmly"  # reads and compares over days, with no step towards an order or a person


@dataclass(frozen=True, slots=True)
class Lived:
    """One event of a person; ordered as the log orders: by time, sequence, id."""

    occurred_at: int
    activity: str
    sequence: int = 0
    event_id: str = ""


@dataclass(frozen=True, slots=True)
class Life:
    """One person's events in order.

    Attributes:
        activity: Shape (n,); codes of `names`.
        occurred_at: Shape (n,); microseconds UTC.
        names: What the codes stand for.
    """

    activity: NDArray[np.int32]
    occurred_at: NDArray[np.int64]
    names: tuple[str, ...]

    @classmethod
    def empty(cls) -> Life:
        """Of somebody of whom nothing is sealed."""
        return cls(np.zeros(0, np.int32), np.zeros(0, np.int64), ())

    def with_recent(self, recent: Sequence[Lived]) -> Life:
        """The life with events that no build holds yet, each where it belongs.

        A recent event of the same moment as a sealed one goes after it: only a build compares their ids.
        """
        if not recent:
            return self
        ordered = sorted(recent, key=lambda one: (one.occurred_at, one.sequence, one.event_id))
        code = {name: place for place, name in enumerate(self.names)}
        for one in ordered:
            code.setdefault(one.activity, len(code))
        at = np.array([one.occurred_at for one in ordered], np.int64)
        place = np.searchsorted(self.occurred_at, at, side="right")
        return Life(
            np.insert(self.activity, place, [code[one.activity] for one in ordered]).astype(np.int32),
            np.insert(self.occurred_at, place, at),
            tuple(code),
        )

    def traces(self) -> Traces:
        """The whole life as one journey."""
        return Traces(
            offsets=np.array([0, len(self.activity)]),
            person=np.zeros(1, np.int64),
            number=np.ones(1, np.int32),
            reached_goal=np.zeros(1, np.bool_),
            activity=self.activity,
            occurred_at=self.occurred_at,
        )


@dataclass(frozen=True, slots=True)
class Scorer:
    """Everything that says one customer's chance: names and numbers, nobody's data.

    Attributes:
        bins: What came on later dates, by what was said.
    """

    recipe: Recipe
    model: Model
    horizon_days: float
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Now:
    """What can be said of one customer at a moment.

    Attributes:
        chance: With `low` and `high` what came, on later dates, to those given about as much.
        parts: Name of a feature → what it adds to the log-odds, against the typical customer.
        holds: Why they are left in peace; empty: nothing speaks against an offer.
        stage: Of the last event that has one.
    """

    chance: float
    low: float
    high: float
    parts: dict[str, float]
    holds: tuple[Hold, ...]
    stage: Stage | None


def features_now(life: Life, recipe: Recipe, at: int) -> Floats | None:
    """Shape (1, f); what is known of one customer, by the function that training uses; None before any event."""
    if not len(life.activity):
        return None
    known = known_at(life.traces(), recipe.coded(life.names), at, 0.0)
    return known.features if len(known.person) else None


def readiness_now(life: Life, scorer: Scorer, at: int, *, left_alone: bool = False) -> Now | None:
    """The chance of one customer who is here, and what speaks against an offer; None where nothing is known of them.

    Args:
        life: The sealed life with what came since.
        at: Microseconds UTC; what came later plays no part.
        left_alone: The customer asked to be left alone.
    """
    features = features_now(life, scorer.recipe, at)
    if features is None:
        return None
    parts = scorer.model.parts(features)
    chance = float(chance_of(parts, scorer.model.intercept)[0])
    named = dict(zip(scorer.model.names, parts[0].tolist(), strict=True))
    past = [(int(t), life.names[code]) for t, code in zip(life.occurred_at, life.activity, strict=True) if t <= at]
    return Now(chance, *range_of(chance, scorer.bins), named, _holds(past, at, left_alone), _stage(past))


def _holds(past: Sequence[tuple[int, str]], at: int, left_alone: bool) -> tuple[Hold, ...]:
    """`past`: events up to the moment, in order, as (time, activity)."""
    last = {name: (place, moment) for place, (moment, name) in enumerate(past)}

    def latest(names: frozenset[str]) -> tuple[int, float]:
        place, moment = max((last[name] for name in names if name in last), default=(-1, 0))
        return place, (at - moment) / MICROS_PER_DAY if place >= 0 else float("inf")

    (_, bought_days), (complained, complaint_days), (solved, _) = map(latest, (PURCHASES, COMPLAINTS, SOLUTIONS))
    found = [Hold.LEFT_ALONE] if left_alone else []
    if complained > solved and complaint_days <= COMPLAINT_DAYS:
        found.append(Hold.OPEN_COMPLAINT)
    if bought_days <= JUST_BOUGHT_DAYS:
        found.append(Hold.JUST_BOUGHT)
    elif _is_calm(past, at):
        found.append(Hold.CALM)
    return tuple(found)


def _is_calm(past: Sequence[tuple[int, str]], at: int) -> bool:
    lately = [(moment, name) for moment, name in past if (at - moment) / MICROS_PER_DAY <= CALM_DAYS]
    stages = [(moment, _stage_of(name)) for moment, name in lately]
    if any(stage is Stage.DECIDE for _, stage in stages) or any(name in WANTS_A_PERSON for _, name in lately):
        return False
    return len({moment // MICROS_PER_DAY for moment, stage in stages if stage in _CALM}) >= CALM_LEAST_DAYS


def _stage(past: Sequence[tuple[int, str]]) -> Stage | None:
    return next((stage for _, name in reversed(past) if (stage := _stage_of(name)) is not None), None)


def _stage_of(name: str) -> Stage | None:
    known = ACTIVITY_BY_NAME.get(name)
    return None if known is None else known.stage
