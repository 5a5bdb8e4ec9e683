"""What friction is said to be, as values."""

from __future__ import annotations

from dataclasses import dataclass

from tillit.friction.promise_rules import PromiseRule


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many waits at a step are longer than three of four at comparable steps, in the period of the re-test."""

    slow: int
    expected: float | None  # None: the step could not be compared
    of: int
    limit_seconds: float | None
    p50_seconds: float | None
    p_adjusted: float | None
    suspected: bool
    confirmed: bool


@dataclass(frozen=True, slots=True)
class StepFriction:
    """One step. Sizes are those of the second period, because the first one chose the step for its size.

    Attributes:
        step: The activity, with its channel or place where steps were told apart by it.
        part: Channel, place or property that tells the step from others of its activity; None: all of it.
        natural_end: Declared to be a place where journeys end for a good reason; it is counted and not compared.
        n: Journeys that came here, in the second period.
        n_first: The same in the first.
        exits: Of `n`, journeys that ended here.
        excess_exits: Beyond those of matched journeys at the median comparable step; None: could not be compared.
        low: End of its 95 % range, from resampled customers; as `high`.
        p_adjusted: Of the first period, over all steps and both measures.
        p_retest: Of the second, over those that the first suspects; None for all others.
        goal_share: Share of matched journeys that went on from here and reached the goal.
        value_minor: Excess exits times `goal_share` times the mean value of a goal; None where nothing says it.
        value_low: End of its 95 % range, as `value_high`.
    """

    step: str
    activity: str
    part: str | None
    natural_end: bool
    n: int
    n_first: int
    exits: int
    excess_exits: float | None
    low: float | None
    high: float | None
    p_adjusted: float | None
    p_retest: float | None
    suspected: bool
    confirmed: bool
    goal_share: float | None
    value_minor: int | None
    value_low: int | None
    value_high: int | None
    waiting: Waiting


@dataclass(frozen=True, slots=True)
class Friction:
    """All steps, the worst confirmed ones first.

    Attributes:
        enough: False: fewer finished journeys than a comparison needs; no step has a verdict then.
        journeys: Finished journeys, in the first and the second period.
        open_journeys: Left out, because they may still go on.
        first_at: First event of the first period's first journey, microseconds UTC; None without journeys.
        split_at: First instant of the second period, microseconds UTC.
        over_by: A journey without the goal is finished if its last event is not after this; None: all are.
        currency: Of the values.
        margin_share: Declared share of the order value that is earned; None: values are order values.
    """

    steps: tuple[StepFriction, ...]
    enough: bool
    journeys: tuple[int, int]
    open_journeys: int
    first_at: int | None
    split_at: int | None
    over_by: int | None
    currency: str | None
    margin_share: float | None


@dataclass(frozen=True, slots=True)
class PatternCount:
    """How many journeys show a named pattern, of how many in all; a count, not an effect.

    Attributes:
        goals: Of `journeys`, those that reached the goal.
        of: All journeys of the view.
    """

    name: str
    meaning: str
    journeys: int
    persons: int
    goals: int
    of: int


@dataclass(frozen=True, slots=True)
class PromiseKept:
    """How one promise was kept, and what is missing where it was broken.

    Attributes:
        late: Answered after the time; `unanswered`: not answered, and the time is over; `pending`: it is not over yet.
        broken_journeys: Journeys in which it was broken at least once.
        answers_known: False: no event of the data is an answer, so all count as unanswered.
        p50_seconds: Half of the answered ones waited no longer, by the clock on the wall.
        compared: Matters old enough to tell what came of them; of them `compared_broken` with a broken promise.
        bought: Of the compared: how many of the broken ones reached the goal, and how many of the kept ones.
        lost_goals: More goals that matched customers with a kept promise reach; None: too few to compare.
        low: End of its 95 % range, as `high`.
        value_minor: `lost_goals` times the mean amount of a goal, with its range and currency.
    """

    rule: PromiseRule
    kept: int
    late: int
    unanswered: int
    pending: int
    broken_journeys: int
    answers_known: bool
    p50_seconds: float | None
    compared: int
    compared_broken: int
    bought: tuple[int, int] | None
    lost_goals: float | None
    low: float | None
    high: float | None
    value_minor: int | None
    value_low: int | None
    value_high: int | None
    currency: str | None

    @property
    def broken(self) -> int:
        return self.late + self.unanswered

    @property
    def of(self) -> int:
        """All of which the time is over."""
        return self.kept + self.broken


@dataclass(frozen=True, slots=True)
class Conformance:
    """Every promise, the costliest first; `unseen` are those that nothing in the data asks for."""

    rules: tuple[PromiseKept, ...]
    unseen: tuple[PromiseRule, ...]
    newest_at: int
    horizon_days: int
