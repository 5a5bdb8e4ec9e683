"""Chances for the rows of a flat table: learnt from earlier rows, held against later ones, blind to what came after.

Tables of leads hold columns that were written once the outcome was clear: how long the call took, what was noted.
A model that sees them is right about the past and useless for the future. A column that alone says more than all
others together is such a suspect: it is named and left out until somebody vouches for it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.special import expit

from tillit.errors import QueryError
from tillit.readiness.encoding import Encoded, encode
from tillit.readiness.logistic import Floats, fit_logistic
from tillit.readiness.model import LEAST_FOR_LEARNING
from tillit.readiness.quality import Quality, auc, quality
from tillit.readiness.ready import Reason
from tillit.sentences import Sentence, sentence

TEACHING_SHARE = 0.8  # of the rows with a known outcome, the first ones
RIDGE = 10.0
FOLDS = 3
MOST_SUSPECTS = 10
MOST_REASONS = 10
CLEAR = 0.75  # a column alone with a lower AUC is an honest hint, however little the others say


@dataclass(frozen=True, slots=True)
class Left:
    """A column that was not used, and why: "after" (said to be), "suspect" or "silent"."""

    column: str
    why: str


@dataclass(frozen=True, slots=True)
class Leads:
    """What a table says.

    Attributes:
        rows: With a known outcome.
        tested: On the last fifth of them, by a model of the first four.
        left: Columns that were not used.
        reasons: The largest weights: what goes with the outcome, in log-odds per deviation or for a yes.
        chances: Shape (all rows of the table,); NaN for those that taught, and for all if it is refused.
    """

    rows: int
    outcomes: int
    tested: Quality | None
    left: tuple[Left, ...]
    reasons: tuple[Reason, ...]
    chances: Floats
    refusal: Sentence | None


def leads(
    columns: dict[str, pa.Array],
    outcome: NDArray[np.float64],
    *,
    known_before: Collection[str],
    known_after: Collection[str],
    rng: np.random.Generator,
) -> Leads:
    """Chances for the later rows of a table, and for those whose outcome is not known.

    Args:
        columns: Name → n values, without the outcome, in the order of time.
        outcome: Shape (n,); 1, 0, or NaN where it is not known.
        known_before: Columns that somebody vouches for.
        known_after: Columns that somebody says were written later.
        rng: Draws what a perfect model would have got.

    Raises:
        QueryError: A named column is not there.
    """
    for name in (*known_before, *known_after):
        if name not in columns:
            raise QueryError(
                sentence("there is no column '{name}'; found: {names}", name=name, names=", ".join(columns))
            )
    known = np.flatnonzero(~np.isnan(outcome))
    hits = int(outcome[known].sum())
    left = [Left(name, "after") for name in known_after]
    nothing = Leads(len(known), hits, None, tuple(left), (), np.full(len(outcome), np.nan), None)
    teaching = known[: round(TEACHING_SHARE * len(known))]
    taught = int(outcome[teaching].sum())
    if min(taught, len(teaching) - taught) < LEAST_FOR_LEARNING:
        return replace(nothing, refusal=_too_few(taught, len(teaching)))
    teaches = np.zeros(len(outcome), np.bool_)
    teaches[teaching] = True
    encoded, silent = encode({name: one for name, one in columns.items() if name not in known_after}, teaches)
    left += [Left(name, "silent") for name in silent]
    y = outcome[teaching]
    suspects = _suspects(encoded, teaching, y, vouched=set(known_before))
    left += [Left(name, "suspect") for name in suspects]
    used = set(encoded.source) - set(suspects)
    x = np.column_stack([np.ones(len(outcome)), encoded.of(used)])
    weights = _fit(x[teaching], y)
    later = known[len(teaching) :]
    chance = expit(x @ weights)
    tested = quality(chance[later], outcome[later] == 1, constant=float(y.mean()), rng=rng)
    if tested is None or not tested.is_useful:
        refusal = sentence("On later rows the chances said no more than one number for everybody, so none are shown.")
        return replace(nothing, tested=tested, left=tuple(left), refusal=refusal)
    names = [name for name, source in zip(encoded.names, encoded.source, strict=True) if source in used]
    return replace(
        nothing,
        tested=tested,
        left=tuple(left),
        reasons=_reasons(names, weights[1:]),
        chances=np.where(teaches, np.nan, chance),
    )


def _suspects(encoded: Encoded, rows: NDArray[np.int64], y: Floats, *, vouched: set[str]) -> tuple[str, ...]:
    """Columns that alone say more than all that is left together, one after the other."""
    found: list[str] = []
    alone = {name: _unseen_auc(encoded.of({name})[rows], y) for name in set(encoded.source) - vouched}
    for name in sorted(alone, key=lambda one: (-alone[one], one))[:MOST_SUSPECTS]:
        others = set(encoded.source) - {*found, name}
        if alone[name] < CLEAR or alone[name] <= _unseen_auc(encoded.of(others)[rows], y):
            break
        found.append(name)
    return tuple(found)


def _unseen_auc(x: Floats, y: Floats) -> float:
    """AUC on thirds of the rows that a model of the other two had not seen; rows lie next to each other in a third."""
    x = np.column_stack([np.ones(len(y)), x])
    fold = np.arange(len(y)) * FOLDS // len(y)
    found = []
    for held_out in range(FOLDS):
        asked = fold == held_out
        if 0 < y[asked].sum() < asked.sum() and 0 < y[~asked].sum() < (~asked).sum():
            found.append(auc(x[asked] @ _fit(x[~asked], y[~asked]), y[asked] == 1))
    return float(np.mean(found)) if found else 0.5


def _fit(x: Floats, y: Floats) -> Floats:
    ridge = np.full(x.shape[1], RIDGE)
    ridge[0] = 1e-6
    return fit_logistic(x, y, ridge)


def _reasons(names: list[str], weights: Floats) -> tuple[Reason, ...]:
    largest = np.argsort(-np.abs(weights), kind="stable")[:MOST_REASONS]
    return tuple(Reason(names[place], float(weights[place])) for place in largest)


def _too_few(hits: int, rows: int) -> Sentence:
    return sentence(
        "Not enough data: the first {rows} rows with a known outcome have it {hits} times, and {least} "
        "with and {least} without it are needed.",
        rows=rows,
        hits=hits,
        least=LEAST_FOR_LEARNING,
    )
