"""Several models of credit on the same ways, with what would have come anyway and how sure each share is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from tillit.credit.baseline import METHOD, Known, baseline_conversions, untouched, what_is_known
from tillit.credit.correction import Corrected, corrected
from tillit.credit.markov import chain_of, removal_shares
from tillit.credit.order import ORDERS, OrderFit, chosen_order, order_fit
from tillit.credit.paths import Floats, Paths
from tillit.credit.resampling import Outcomes, interval, observed, resampled
from tillit.credit.results import Baseline, CorrectedShare, Credit, ModelCredit, Share, Total
from tillit.credit.rounding import whole_units
from tillit.credit.rules import rule_weights
from tillit.credit.shapley import shapley_weights
from tillit.credit.trials import Effect, Trial, effects
from tillit.credit.vocabulary import Evidence, Model
from tillit.errors import QueryError
from tillit.sentences import sentence

Sharer: TypeAlias = Callable[[Floats, Floats], Floats]  # ways and worth (rows, paths) to shares (rows, names)


@dataclass(frozen=True, slots=True)
class _Prepared:
    model: Model
    order: int | None
    shares_of: Sharer


def credit(paths: Paths, models: Sequence[Model], rng: np.random.Generator, *, trials: Sequence[Trial] = ()) -> Credit:
    """The credit of each name by each model.

    Args:
        paths: With at least one touch and one conversion.
        models: In the order wanted.
        rng: For the resamples.
        trials: Holdouts of names, where there were any. From three on they say the baseline.

    Raises:
        QueryError: No conversion has a touch before it.
    """
    if not paths.conversions[paths.lengths > 0].any():
        raise QueryError(sentence("no conversion has a touch before it, so there is no credit to share"))
    needs_chain = Model.MARKOV in models or bool(trials)
    fits = tuple(order_fit(paths, order) for order in ORDERS) if needs_chain else ()
    prepared = [_prepared(paths, model, fits) for model in models]
    point = observed(paths)
    all_conversions = float(paths.conversions.sum())
    found = effects(trials)
    put_right = _put_right(paths, fits, trials, found)
    known = what_is_known(paths) if put_right is None else Known.HOLDOUT
    if put_right is None:
        without = float(baseline_conversions(paths, point, known)[0])
    else:
        without = float(np.clip(all_conversions - put_right.total, 0, all_conversions))
    drawn: list[list[Floats]] = [[] for _ in prepared]
    drawn_without = []
    for outcomes in resampled(paths, rng):
        total = np.maximum(outcomes.conversions.sum(axis=1), 1)
        if put_right is None:
            base = baseline_conversions(paths, outcomes, known) / total
        else:
            base = np.clip(1 - rng.normal(put_right.total, put_right.total_error, len(total)) / all_conversions, 0, 1)
        drawn_without.append(base)
        for shares, one in zip(drawn, prepared, strict=True):
            shares.append(one.shares_of(outcomes.ways, outcomes.conversions) * (1 - base)[:, None])
    totals = {currency: round(float(value.sum())) for currency, value in paths.value_minor.items()}
    shared = {currency: _shared_value(paths, currency, without, total) for currency, total in totals.items()}
    share_without = without / all_conversions
    low, high = interval(np.concatenate(drawn_without))
    is_known = known is not Known.NO
    evidence = {effect.name: effect.evidence for effect in found}
    return Credit(
        models=tuple(
            _model_credit(paths, one, point, all_conversions - without, shared, np.concatenate(draws), evidence)
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
        effects=found,
        corrected=() if put_right is None else _corrected_shares(paths.names, put_right),
    )


def _corrected_shares(names: Sequence[str], put_right: Corrected) -> tuple[CorrectedShare, ...]:
    return tuple(
        CorrectedShare(name, float(put_right.lost[code]), float(put_right.low[code]), float(put_right.high[code]))
        for code, name in enumerate(names)
    )


def _put_right(
    paths: Paths, fits: Sequence[OrderFit], trials: Sequence[Trial], found: Sequence[Effect]
) -> Corrected | None:
    """The chain's credit for all the paths' conversions, corrected by trials that may have seen a part of them."""
    if not trials:
        return None
    point = observed(paths)
    model = _prepared(paths, Model.MARKOV, fits).shares_of(point.ways, point.conversions)[0]
    conversions = float(paths.conversions.sum())
    measured, error = np.full(len(paths.names), np.nan), np.full(len(paths.names), np.nan)
    for trial, effect in zip(trials, found, strict=True):
        if effect.lost is not None and effect.error is not None and trial.name in paths.names:
            of_all = conversions / float(trial.conversions.sum())
            code = paths.names.index(trial.name)
            measured[code], error[code] = effect.lost * of_all, effect.error * of_all
    return corrected(model * float(paths.conversions[paths.lengths > 0].sum()), measured, error)


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
    paths: Paths,
    one: _Prepared,
    point: Outcomes,
    conversions: float,
    shared: Mapping[str, int],
    draws: Floats,
    evidence: Mapping[str, Evidence],
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
                evidence=evidence.get(name, Evidence.NONE),
            )
            for code, name in enumerate(paths.names)
        ),
    )
