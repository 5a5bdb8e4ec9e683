"""The coalitions that Shapley values are sums over: which touchpoints stood together on ways, and what came of them.

Only sets that somebody met are there; all others are worth nothing, so the sums over them are the values themselves and
not near them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tillit.credit.paths import Floats, Paths
from tillit.journeys.numbering import numbered
from tillit.journeys.stretches import Stretches

ERROR = 0.0  # of Shapley values as parts of conversions: each coalition is summed over


@dataclass(frozen=True, slots=True)
class Coalition:
    """The ways that met exactly these names, in any order and however often.

    Attributes:
        names: In alphabetical order; none: no known touch.
        ways: That converted or not.
        conversions: Of these.
        value_minor: What they were worth, by currency.
        each: Conversions of them that each of the names gets by its Shapley value, the baseline taken out. A name's
            credit is the sum over the coalitions it stands in.
    """

    names: tuple[str, ...]
    ways: int
    conversions: int
    value_minor: Mapping[str, int]
    each: float


def coalitions(paths: Paths, *, baseline: float = 0.0) -> tuple[Coalition, ...]:
    """All of them, most conversions first, then most ways; ties by name.

    Args:
        paths: As they were walked.
        baseline: Conversions that would have come anyway, at least those of ways without a touch.
    """
    names = max(len(paths.names), 1)
    path, name = np.divmod(numbered(paths.path_of_touch * names + paths.codes)[0], names)
    lengths = np.bincount(path, minlength=len(paths.lengths))
    sets = Stretches(name, np.append(0, np.cumsum(lengths)))
    number, first = sets.distinct()
    distinct = sets.take(first)

    def summed(of_path: Floats) -> Floats:
        return np.bincount(number, weights=of_path, minlength=len(first)).astype(np.float64)

    conversions, ways = summed(paths.conversions), summed(paths.conversions + paths.nulls)
    worth = {currency: summed(value) for currency, value in paths.value_minor.items()}
    touched = float(conversions[distinct.lengths > 0].sum())
    part = (float(conversions.sum()) - max(baseline, float(conversions.sum()) - touched)) / touched if touched else 0.0
    order = np.lexsort((np.arange(len(first)), -ways, -conversions))  # distinct ones stand in the order of their names
    return tuple(
        Coalition(
            tuple(paths.names[code] for code in distinct.codes[distinct.offsets[row] : distinct.offsets[row + 1]]),
            round(float(ways[row])),
            round(float(conversions[row])),
            {currency: round(float(value[row])) for currency, value in worth.items()},
            float(conversions[row]) * part / int(distinct.lengths[row]) if distinct.lengths[row] else 0.0,
        )
        for row in order.tolist()
    )


@dataclass(frozen=True, slots=True)
class Common:
    """The coalitions with most conversions, and what the `others` come to together."""

    rows: tuple[Coalition, ...]
    others: int
    other_ways: int
    other_conversions: int


def most_common(found: Sequence[Coalition], most: int) -> Common:
    """The first so many of `coalitions`; the rest is added up."""
    rest = found[most:]
    ways, conversions = sum(one.ways for one in rest), sum(one.conversions for one in rest)
    return Common(tuple(found[:most]), len(rest), ways, conversions)
