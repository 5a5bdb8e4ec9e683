"""Several models of credit on the same ways, with what would have come anyway and how sure each share is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np
from scipy.sparse import csr_matrix

from tillit.credit.baseline import METHOD, Known, baseline_conversions, baseline_sums, untouched, what_is_known
from tillit.credit.correction import Corrected, corrected
from tillit.credit.markov import Chain, chain_of, counted, drawn_shares, removal_shares
from tillit.credit.order import OrderFit, chosen_order, order_fits
from tillit.credit.paths import Floats, Paths
from tillit.credit.resampling import Sums, Units, interval, observed, resampled, units_of
from tillit.credit.results import Baseline, CorrectedShare, Credit, ModelCredit, Share, Total
from tillit.credit.rounding import whole_units
from tillit.credit.rules import rule_weights
from tillit.credit.shapley import shapley_weights
from tillit.credit.trials import Effect, Trial, effects
from tillit.credit.vocabulary import Evidence, Model
from tillit.errors import QueryError
from tillit.sentences import sentence

Sharer: TypeAlias = Callable[[Floats], Floats]  # sums, shape (…, sums), to parts, shape (…, names)


@dataclass(frozen=True, slots=True)
class _Read:
    """What a model says of the data, and what it needs for the ranges.

    Attributes:
        order: A chain's, None for other models.
        by_conversions: Shape (names,); parts of all conversions.
        by_value: By currency, shape (names,); parts of all money.
        of_units: Shape (units, sums), sparse; what is summed of those who are drawn.
        parts_drawn: Sums of draws, shape (rows, sums), to parts, shape (rows, names).
    """

    model: Model
    order: int | None
    by_conversions: Floats
    by_value: Mapping[str, Floats]
    of_units: csr_matrix
    parts_drawn: Sharer


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
    fits = order_fits(paths) if needs_chain else ()
    units, base, sold = units_of(paths, rng), baseline_sums(paths), paths.of_worth()
    read = [_read(paths, sold, units, model, fits) for model in models]
    point = observed(paths, base)[None, :]
    all_conversions = float(paths.conversions.sum())
    found = effects(trials)
    put_right = _put_right(paths, fits, trials, found)
    known = what_is_known(paths) if put_right is None else Known.HOLDOUT
    if put_right is None:
        without = float(baseline_conversions(point, known)[0])
    else:
        without = float(np.clip(all_conversions - put_right.total, 0, all_conversions))
    drawn, *of_models = resampled(units, [units.over(base), *(one.of_units for one in read)], rng)
    if put_right is None:
        drawn_without = baseline_conversions(drawn, known) / np.maximum(drawn[:, 0], 1)
    else:
        added = rng.normal(put_right.total, put_right.total_error, len(drawn))
        drawn_without = np.clip(1 - added / all_conversions, 0, 1)
    draws = [one.parts_drawn(sums) * (1 - drawn_without)[:, None] for one, sums in zip(read, of_models, strict=True)]
    totals = {currency: round(float(value.sum())) for currency, value in paths.value_minor.items()}
    shared = {currency: _shared_value(paths, currency, without, total) for currency, total in totals.items()}
    share_without = without / all_conversions
    low, high = interval(drawn_without)
    is_known = known is not Known.NO
    evidence = {effect.name: effect.evidence for effect in found}
    return Credit(
        models=tuple(
            _model_credit(paths, one, all_conversions - without, shared, of_model, evidence)
            for one, of_model in zip(read, draws, strict=True)
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
    chain, sums = chain_of(paths, chosen_order(fits))
    model = removal_shares(counted(chain, observed(paths, sums)))
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


def _read(paths: Paths, sold: Paths, units: Units, model: Model, fits: Sequence[OrderFit]) -> _Read:
    """What one model says. Its numbers of single paths are many; they end here, before those of the next are made.

    Args:
        sold: The paths of worth, which is all that rules share.
    """
    order: int | None = None
    parts: Sharer = _as_parts
    parts_drawn: Sharer = _as_parts
    if model is Model.MARKOV:
        order = chosen_order(fits)
        chain, sums = chain_of(paths, order)
        parts, parts_drawn = partial(_by_chain, chain), partial(drawn_shares, chain)
    else:
        sums = Sums(shapley_weights(sold) if model is Model.SHAPLEY else rule_weights(sold, model))
    ways, touched = paths.conversions + paths.nulls, paths.lengths > 0
    by_conversions = parts(sums.over(ways, paths.conversions))
    by_value = {
        # Where refunds eat up all value, a model has nothing to go by but the conversions.
        currency: parts(sums.over(ways, worth)) if worth[touched].sum() > 0 else by_conversions
        for currency, worth in paths.value_minor.items()
    }
    return _Read(model, order, by_conversions, by_value, units.over(sums), parts_drawn)


def _by_chain(chain: Chain, sums: Floats) -> Floats:
    return removal_shares(counted(chain, sums))


def _as_parts(sums: Floats) -> Floats:
    whole = sums.sum(axis=-1, keepdims=True)
    return np.asarray(np.divide(sums, whole, out=np.zeros_like(sums), where=whole > 0))


def _model_credit(
    paths: Paths,
    one: _Read,
    conversions: float,
    shared: Mapping[str, int],
    draws: Floats,
    evidence: Mapping[str, Evidence],
) -> ModelCredit:
    values = {
        currency: whole_units((one.by_value[currency] * total).tolist(), total) for currency, total in shared.items()
    }
    low, high = interval(draws)
    share = one.by_conversions * conversions / float(paths.conversions.sum())
    return ModelCredit(
        one.model,
        one.order,
        tuple(
            Share(
                name=name,
                share=float(share[code]),
                low=float(min(low[code], share[code])),
                high=float(max(high[code], share[code])),
                conversions=float(one.by_conversions[code] * conversions),
                value_minor={currency: units[code] for currency, units in values.items()},
                evidence=evidence.get(name, Evidence.NONE),
            )
            for code, name in enumerate(paths.names)
        ),
    )
