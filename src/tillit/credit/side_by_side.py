"""Several models of credit on the same ways, with what would have come anyway and how sure each share is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np

from tillit.credit.baseline import METHOD, Known, baseline_conversions, baseline_sums, untouched, what_is_known
from tillit.credit.correction import Corrected, corrected
from tillit.credit.markov import chain_of, counted, drawn_shares, removal_shares
from tillit.credit.order import ORDERS, OrderFit, chosen_order, order_fit
from tillit.credit.paths import Floats, Paths, empty
from tillit.credit.resampling import Sums, beside, interval, observed, resampled
from tillit.credit.results import Baseline, CorrectedShare, Credit, ModelCredit, Share, Total
from tillit.credit.rounding import whole_units
from tillit.credit.rules import rule_weights
from tillit.credit.shapley import shapley_weights
from tillit.credit.trials import Effect, Trial, effects
from tillit.credit.vocabulary import Evidence, Model
from tillit.errors import QueryError
from tillit.sentences import sentence

Sharer: TypeAlias = Callable[[Floats], Floats]  # sums (rows, sums) to shares (rows, names)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A model: the sums that it reads, and how it shares by those of the data and by those of resamples."""

    model: Model
    order: int | None
    sums: Sums
    shares_of: Sharer
    shares_drawn: Sharer

    def shares(self, ways: Floats, worth: Floats) -> Floats:
        """Shape (names,); arguments as of `Sums.over`."""
        shares: Floats = self.shares_of(self.sums.over(ways, worth)[None, :])[0]
        return shares


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
    read = [baseline_sums(paths), *(one.sums for one in prepared)]
    point = observed(paths, read[0])[None, :]
    all_conversions = float(paths.conversions.sum())
    found = effects(trials)
    put_right = _put_right(paths, fits, trials, found)
    known = what_is_known(paths) if put_right is None else Known.HOLDOUT
    if put_right is None:
        without = float(baseline_conversions(point, known)[0])
    else:
        without = float(np.clip(all_conversions - put_right.total, 0, all_conversions))
    drawn, *of_models = np.split(
        resampled(paths, beside(read), rng), np.cumsum([sums.size for sums in read])[:-1], axis=1
    )
    if put_right is None:
        drawn_without = baseline_conversions(drawn, known) / np.maximum(drawn[:, 0], 1)
    else:
        added = rng.normal(put_right.total, put_right.total_error, len(drawn))
        drawn_without = np.clip(1 - added / all_conversions, 0, 1)
    draws = [
        one.shares_drawn(sums) * (1 - drawn_without)[:, None] for one, sums in zip(prepared, of_models, strict=True)
    ]
    totals = {currency: round(float(value.sum())) for currency, value in paths.value_minor.items()}
    shared = {currency: _shared_value(paths, currency, without, total) for currency, total in totals.items()}
    share_without = without / all_conversions
    low, high = interval(drawn_without)
    is_known = known is not Known.NO
    evidence = {effect.name: effect.evidence for effect in found}
    return Credit(
        models=tuple(
            _model_credit(paths, one, all_conversions - without, shared, of_model, evidence)
            for one, of_model in zip(prepared, draws, strict=True)
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
        total=Total(round(all_conversions), round(all_conversions + float(paths.nulls.sum())), totals),
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
    chain = chain_of(paths, chosen_order(fits))
    model = removal_shares(counted(chain, observed(paths, chain.sums)))
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

        def by_chain(rows: Floats) -> Floats:
            return np.stack([removal_shares(counted(chain, row)) for row in rows])

        return _Prepared(model, order, chain.sums, by_chain, partial(drawn_shares, chain))
    weights = shapley_weights(paths) if model is Model.SHAPLEY else rule_weights(paths, model)

    def as_parts(shared: Floats) -> Floats:
        whole = shared.sum(axis=1, keepdims=True)
        return np.asarray(np.divide(shared, whole, out=np.zeros_like(shared), where=whole > 0))

    return _Prepared(model, None, Sums(empty(weights.shape), weights), as_parts, as_parts)


def _model_credit(
    paths: Paths,
    one: _Prepared,
    conversions: float,
    shared: Mapping[str, int],
    draws: Floats,
    evidence: Mapping[str, Evidence],
) -> ModelCredit:
    ways = paths.conversions + paths.nulls
    parts = one.shares(ways, paths.conversions)
    all_conversions = float(paths.conversions.sum())
    values = {}
    for currency, total in shared.items():
        worth = paths.value_minor[currency]
        # Where refunds eat up all value, a model has nothing to go by but the conversions.
        by_value = one.shares(ways, worth) if worth[paths.lengths > 0].sum() > 0 else parts
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
