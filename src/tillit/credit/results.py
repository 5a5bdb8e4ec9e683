"""What credit is said to be, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tillit.credit.baseline import Known
from tillit.credit.order import OrderFit
from tillit.credit.trials import Effect
from tillit.credit.vocabulary import Evidence, Model
from tillit.sentences import Sentence


@dataclass(frozen=True, slots=True)
class Share:
    """One name's credit by one model; shares are parts of all conversions, with the middle 95 % of the resamples."""

    name: str
    share: float
    low: float
    high: float
    conversions: float
    value_minor: Mapping[str, int]
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class ModelCredit:
    """One model's credit; `order` is a Markov chain's, None for other models."""

    model: Model
    order: int | None
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Baseline:
    """Conversions that would have come without any touch; None where the data cannot tell."""

    known: Known
    conversions: float | None
    share: float | None
    low: float | None
    high: float | None
    value_minor: Mapping[str, int] | None
    method: Sentence


@dataclass(frozen=True, slots=True)
class Total:
    """All there was: each model's conversions and the baseline's sum to `conversions`, as does their value."""

    conversions: int
    ways: int
    value_minor: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class CorrectedShare:
    """One name's credit as the chain and all holdouts together have it; it may be below nothing."""

    name: str
    conversions: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Credit:
    """Models side by side.

    Attributes:
        fits: How well each order of the chain foretold, where one was needed.
        effects: What each holdout says, in the order of the trials.
        corrected: The chain's credit put right by the holdouts; empty where there are too few of them.
    """

    models: tuple[ModelCredit, ...]
    baseline: Baseline
    total: Total
    fits: tuple[OrderFit, ...]
    effects: tuple[Effect, ...]
    corrected: tuple[CorrectedShare, ...]
