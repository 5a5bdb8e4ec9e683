"""How many sales each touchpoint was part of: a count, which is true at any size and shares nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tillit.credit.paths import Paths


@dataclass(frozen=True, slots=True)
class PartOf:
    """One name, the conversions that had it on their way, all conversions, and what the former were worth.

    A conversion counts once for each name on its way, so counts and values of several names never add up to a total.
    """

    name: str
    conversions: int
    of: int
    value_minor: Mapping[str, int]


def part_of(paths: Paths) -> tuple[PartOf, ...]:
    """What each name was part of, most conversions first, ties by name."""
    of = round(float(paths.conversions.sum()))
    found = []
    for name in paths.names:
        met = paths.meets([name])
        value = {currency: round(float(worth[met].sum())) for currency, worth in paths.value_minor.items()}
        found.append(PartOf(name, round(float(paths.conversions[met].sum())), of, value))
    return tuple(sorted(found, key=lambda one: (-one.conversions, one.name)))
