"""Several models of credit on the same ways, with what would have come anyway and how sure each share is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from tillit.credit.baseline import METHOD, Known, baseline_conversions, untouched, what_is_known
from tillit.credit.markov import chain_of, removal_shares
from tillit.credit.order import ORDERS, OrderFit, chosen_order, order_fit
from tillit.credit.paths import Floats, Paths
from tillit.credit.resampling import Outcomes, interval, observed, resampled
from tillit.credit.rounding import whole_units
from tillit.credit.rules import rule_weights
from tillit.credit.shapley import shapley_weights
from tillit.credit.vocabulary import Evidence, Model
from tillit.errors import QueryError
from tillit.sentences import Sentence, sentence

Sharer: TypeAlias = Callable[[Floats, Floats], Floats]  # ways and worth (rows, paths) to shares (rows, names)


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
class Credit:
    """Models side by side; `fits` says how well each order of the chain foretold, where one was asked for."""

    models: tuple[ModelCredit, ...]
    baseline: Baseline
    total: Total
    fits: tuple[OrderFit, ...]


@dataclass(frozen=True, slots=True)
class _Prepared:
    model: Model
    order: int | None
    shares_of: Sharer


def credit(paths: Paths, models: Sequence[Model], rng: np.random.Generator) -> Credit:
    """The credit of each name by each model.

    Args:
        paths: With at least one touch and one conversion.
        models: In the order wanted.
        rng: For the resamples.

    Raises:
        QueryError: No conversion has a touch before it.
    """
    if not paths.conversions[paths.lengths > 0].any():
        raise QueryError(sentence("no conversion has a touch before it, so there is no credit to share"))
    known = what_is_known(paths)
    fits = tuple(order_fit(paths, order) for order in ORDERS) if Model.MARKOV in models else ()
    prepared = [_prepared(paths, model, fits) for model in models]
    point = observed(paths)
    all_conversions = float(paths.conversions.sum())
    without = float(baseline_conversions(paths, point, known)[0])
    drawn: list[list[Floats]] = [[] for _ in prepared]
    drawn_without = []
    for outcomes in resampled(paths, rng):
        total = np.maximum(outcomes.conversions.sum(axis=1), 1)
        base = baseline_conversions(paths, outcomes, known) / total
        drawn_without.append(base)
        for shares, one in zip(drawn, prepared, strict=True):
            shares.append(one.shares_of(outcomes.ways, outcomes.conversions) * (1 - base)[:, None])
    totals = {currency: round(float(value.sum())) for currency, value in paths.value_minor.items()}
    shared = {currency: _shared_value(paths, currency, without, total) for currency, total in totals.items()}
    share_without = without / all_conversions
    low, high = interval(np.concatenate(drawn_without))
    is_known = known is not Known.NO
    return Credit(
        models=tuple(
            _model_credit(paths, one, point, all_conversions - without, shared, np.concatenate(draws))
            for one, draws in zip(prepared, drawn, strict=True)
        ),
        baseline=Baseline(
            known,
            without if is_known else None,
            share_without if is_known else None,
            min(float(low), share_without) if is_known else None,
            max(float(high), share_without) if is_known else None,
            {name: total - shared[name] for name, total in totals.items()} if is_known else None,
            METHOD[known],
        ),
        total=Total(round(all_conversions), round(float(point.ways.sum())), totals),
        fits=fits,
    )


def _shared_value(paths: Paths, currency: str, without: float, total: int) -> int:
    """What of a currency's value is shared: of each conversion with a touch, the part that is no baseline."""
    none = untouched(paths) == 1
    touched = float(paths.conversions[~none].sum())
    if without == 0:
        return total
    part = (touched - (without - float(paths.conversions[none].sum()))) / touched if touched else 0.0
    return round(part * float(paths.value_minor[currency][~none].sum()))


def _prepared(paths: Paths, model: Model, fits: Sequence[OrderFit]) -> _Prepared:
    if model is Model.MARKOV:
        order = chosen_order(fits)
        chain = chain_of(paths, order)

        def by_chain(ways: Floats, worth: Floats) -> Floats:
            return np.stack([removal_shares(chain, *row) for row in zip(ways, worth, strict=True)])

        return _Prepared(model, order, by_chain)
    weights = shapley_weights(paths) if model is Model.SHAPLEY else rule_weights(paths, model)

    def by_path(_: Floats, worth: Floats) -> Floats:
        shared: Floats = worth @ weights
        whole = shared.sum(axis=1, keepdims=True)
        return np.asarray(np.divide(shared, whole, out=np.zeros_like(shared), where=whole > 0))

    return _Prepared(model, None, by_path)


def _model_credit(
    paths: Paths, one: _Prepared, point: Outcomes, conversions: float, shared: Mapping[str, int], draws: Floats
) -> ModelCredit:
    parts = one.shares_of(point.ways, point.conversions)[0]
    all_conversions = float(paths.conversions.sum())
    values = {}
    for currency, total in shared.items():
        worth = paths.value_minor[currency]
        # Where refunds eat up all value, a model has nothing to go by but the conversions.
        by_value = one.shares_of(point.ways, worth[None, :])[0] if worth[paths.lengths > 0].sum() > 0 else parts
        values[currency] = whole_units((by_value * total).tolist(), total)
    low, high = interval(draws)
    share = parts * conversions / all_conversions
    return ModelCredit(
        one.model,
        one.order,
        tuple(
            Share(
                name=name,
                share=float(share[code]),
                low=float(min(low[code], share[code])),
                high=float(max(high[code], share[code])),
                conversions=float(parts[code] * conversions),
                value_minor={currency: units[code] for currency, units in values.items()},
                evidence=Evidence.NONE,
            )
            for code, name in enumerate(paths.names)
        ),
    )
