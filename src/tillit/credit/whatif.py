"""What would be without some touchpoints, as far as the data tell: between nothing and everything they touched."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from tillit.credit.baseline import baseline_conversions, baseline_sums, what_is_known
from tillit.credit.markov import chain_of, counted, drawn_shares, removal_shares
from tillit.credit.order import chosen_order, order_fits
from tillit.credit.paths import Paths
from tillit.credit.resampling import Sums, interval, observed, resampled, units_of
from tillit.credit.trials import ADDED_UP, Trial, effects, lost_together
from tillit.credit.vocabulary import Evidence
from tillit.errors import QueryError
from tillit.sentences import Sentence, sentence


@dataclass(frozen=True, slots=True)
class Estimate:
    """Conversions, with the middle 95 % of the resamples, what is assumed (the weakest first), and how it was made."""

    conversions: float
    low: float
    high: float
    assumptions: tuple[Sentence, ...]
    method: Sentence


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The conversions that hang on these names: surely no more than `at_most`, and perhaps none.

    Attributes:
        without: The names that are taken away together.
        conversions: All there are.
        middle: By a chain's removal effects; None where it was not asked for.
        measured: By holdouts of all these names; None where one of them has none, or too small a one.
        value_minor: What `measured` is worth, by currency; None as it.
        evidence: Of `measured`; the other numbers are none.
    """

    without: tuple[str, ...]
    conversions: int
    at_most: Estimate
    at_least: Estimate
    middle: Estimate | None
    measured: Estimate | None
    value_minor: Mapping[str, int] | None
    evidence: Evidence


AT_MOST = (sentence("none of the customers who met it would have come another way"),)
AT_LEAST = (sentence("all of the customers who met it would have come anyway"),)


def what_if(
    paths: Paths, without: Sequence[str], rng: np.random.Generator, *, chain: bool = True, trials: Sequence[Trial] = ()
) -> WhatIf:
    """What hangs on these names, taken away together.

    Args:
        paths: As they were walked.
        without: One name or several.
        rng: For the resamples.
        chain: Whether to say a middle by the removal effects of a Markov chain too.
        trials: Holdouts, of these names and of others.

    Raises:
        QueryError: No path has one of the names; the message says the nearest ones.
    """
    for name in without:
        if name not in paths.names:
            near = difflib.get_close_matches(name, paths.names, n=3, cutoff=0.4) or list(paths.names[:5])
            raise QueryError(
                sentence("no way has the touchpoint '{name}'; did you mean {names}?", name=name, names=", ".join(near))
            )
    met = paths.meets(without).astype(np.float64)
    order = chosen_order(order_fits(paths)) if chain else 0
    model, of_model = chain_of(paths, order) if chain else (None, None)
    codes = [paths.names.index(name) for name in without]
    known = what_is_known(paths)
    touched = Sums(csr_matrix(met[:, None]))  # type: ignore[no-untyped-call]
    base = baseline_sums(paths)
    read = [base, touched, *([of_model] if of_model else [])]
    units = units_of(paths, rng)
    drawn = resampled(units, [units.over(sums) for sums in read], rng)
    of_base, of_touched, *of_chain = (
        np.concatenate([observed(paths, sums)[None, :], rows]) for sums, rows in zip(read, drawn, strict=True)
    )
    shared = of_base[:, 0] - baseline_conversions(of_base, known)
    most = of_touched[:, 0].tolist()
    middle: list[float] = []
    if model is not None:
        shares = [removal_shares(counted(model, of_chain[0][0])), *drawn_shares(model, of_chain[0][1:])]
        for share, of_row, at_most in zip(shares, shared.tolist(), most, strict=True):
            middle.append(min(float(share[codes].sum()) * of_row, at_most))
    asked = [trial for trial in trials if trial.name in without]
    all_tried = len(asked) == len(set(without))
    measured = _measured(asked) if all_tried else None
    single = effects(asked)
    return WhatIf(
        without=tuple(without),
        conversions=round(float(paths.conversions.sum())),
        at_most=_estimate(most, AT_MOST, sentence("every sale with the touch on its way")),
        at_least=Estimate(0.0, 0.0, 0.0, AT_LEAST, sentence("none of them")),
        middle=_estimate(
            middle,
            _middle_assumes(order),
            sentence(
                "removal effects of a Markov chain of order {order}, as parts of all, without the baseline", order=order
            ),
        )
        if middle
        else None,
        measured=measured,
        value_minor=None if measured is None else _sum_of([one.value_minor or {} for one in single]),
        evidence=Evidence.NONE if not all_tried else Evidence.FEW if measured is None else Evidence.HOLDOUT,
    )


def _measured(trials: Sequence[Trial]) -> Estimate | None:
    """What holdouts of these names say is lost without them, while customers were drawn."""
    lost = lost_together(trials)
    if lost is None:
        return None
    assumptions = list(dict.fromkeys(text for effect in effects(trials) for text in effect.assumptions))
    if len(trials) > 1:
        assumptions.insert(0, ADDED_UP)
    customers = sum(int(trial.withheld.sum()) for trial in trials)
    method = sentence("difference to {customers} customers from whom it was withheld by lot", customers=customers)
    return Estimate(*lost, tuple(assumptions), method)


def _sum_of(values: Sequence[Mapping[str, int]]) -> Mapping[str, int]:
    return {currency: sum(value.get(currency, 0) for value in values) for currency in sorted(set().union(*values))}


def _middle_assumes(order: int) -> tuple[Sentence, ...]:
    # A removal effect by itself says how many walks meet a touch, so it is the chain's own "at most"; only as a part
    # of all names' effects does it leave to the others what they were part of too.
    return (
        sentence("a way with several touches hangs on each of them as their removal effects stand to each other"),
        sentence("a removal effect lets whoever comes to a touch end there: nobody replaces it"),
        sentence("what a customer does next depends only on the last {order} touches", order=order),
    )


def _estimate(drawn: Sequence[float], assumptions: tuple[Sentence, ...], method: Sentence) -> Estimate:
    """The first is what was observed, the others are the resamples."""
    low, high = interval(np.array(drawn[1:]))
    return Estimate(drawn[0], min(float(low), drawn[0]), max(float(high), drawn[0]), assumptions, method)
