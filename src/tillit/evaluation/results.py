"""What an evaluation says: values for pages, commands and tests."""

from __future__ import annotations

from dataclasses import dataclass

from tillit.sentences import Sentence


@dataclass(frozen=True, slots=True)
class Span:
    """A share or a difference of shares, with a range that holds however often one looks."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Effect:
    """What a person adds to the machine: P(good outcome) of the one minus the other, where both were allowed.

    Attributes:
        stage: As the log calls it; None for all stages together.
        n: Decisions that could have gone either way.
        customers: How many customers they are.
        ess: As many equally weighted decisions of the rarer kind; None where nobody logged the draw.
        max_weight: The largest weight one decision carries.
        grade: "A" drawn by chance and enough, "B" drawn by chance and few, "C" not drawn by chance, "–" not asked.
        person_minus_machine: In −1 … 1; None if refused, as `low` and `high` (95 %, customers independent).
        p_holm: Chance of a difference as large if there were none, for all stages together (Holm); None overall.
        live_low: With `live_high` a range that holds however often one looks.
        claim: "person", "machine" or "none" (no difference shown); None if refused.
    """

    stage: str | int | None
    n: int
    customers: int
    ess: float | None
    max_weight: float | None
    grade: str
    person_minus_machine: float | None = None
    low: float | None = None
    high: float | None = None
    live_low: float | None = None
    live_high: float | None = None
    p_holm: float | None = None
    claim: str | None = None


@dataclass(frozen=True, slots=True)
class PolicyValue:
    """What every decision that could go either way would have brought on average under one policy.

    `ips` and `snips` are the same value without a model, to see that the model does not decide.
    """

    name: str
    stage: str | int | None
    value: float
    low: float
    high: float
    ips: float
    snips: float
    n: int
    ess: float


@dataclass(frozen=True, slots=True)
class Observed:
    """What a log without propensities can say, never more than a hint: grade C.

    `e_value`: something unseen that goes with both the choice and the outcome this many times as often would explain
    all of the difference.
    """

    adjusted_difference: float
    e_value: float
    n: int


@dataclass(frozen=True, slots=True)
class StageDrift:
    """What a person adds at a stage in the earlier and the later half of the time, and the range of its change."""

    stage: str | int
    earlier: float
    later: float
    low: float
    high: float
    p_holm: float


@dataclass(frozen=True, slots=True)
class Drift:
    """Whether what a person adds has changed.

    Attributes:
        middle_at_days: Where the halves meet, on the clock of `at_days`; as many decisions before as after.
        p_value: Chance of changes as large, over all stages at once, if nothing had changed.
        is_found: Whether that is at most 5 %; then numbers over the whole time are an average of two truths.
    """

    middle_at_days: float
    p_value: float
    is_found: bool
    stages: tuple[StageDrift, ...]


@dataclass(frozen=True, slots=True)
class WholeWay:
    """P(good outcome) at the moments of customers who were met as today, minus that of those kept on another policy."""

    difference: float
    low: float
    high: float
    kept: float
    others: float
    kept_customers: int
    other_customers: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is not answered, and why."""

    about: str
    code: str
    reason: Sentence


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All a log of decisions says.

    Attributes:
        decisions: Rows of the log.
        not_drawn: Rows without propensities.
        immature_share: Share of drawn decisions whose outcome is not known yet.
        spoken_of: Share of drawn decisions that could have gone either way; the others have no other side.
        unit: What `PolicyValue.value` counts: "reward" or "outcome".
        drift: None if there are too few decisions to tell.
        whole_way: None if too few customers were kept on another policy.
    """

    decisions: int
    not_drawn: int
    immature_share: float
    spoken_of: float
    unit: str
    overall: Effect
    stages: tuple[Effect, ...]
    policies: tuple[PolicyValue, ...]
    observed: Observed | None
    refusals: tuple[Refusal, ...]
    drift: Drift | None = None
    whole_way: WholeWay | None = None
