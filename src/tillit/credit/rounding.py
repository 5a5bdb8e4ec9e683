"""Fractions of money in whole minor units that add up."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import floor


def whole_units(quotas: Sequence[float], total: int) -> list[int]:
    """The quotas in whole units, none moved by a whole unit, and the sum exactly `total`.

    Each gets its whole part; what is left goes to the largest remainders. Ties go to the first name, so a re-run never
    moves a unit between names.

    Args:
        quotas: In the order of the names; they sum to `total`, but for half a unit of rounding.
        total: To be reached.
    """
    if not quotas:
        return []
    exact = [Fraction(quota).limit_denominator(10**9) for quota in quotas]
    units = [floor(quota) for quota in exact]
    by_remainder = sorted(range(len(exact)), key=lambda place: (units[place] - exact[place], place))
    left = total - sum(units)
    for turn in range(abs(left)):
        place = by_remainder[turn % len(exact)] if left > 0 else by_remainder[-1 - turn % len(exact)]
        units[place] += 1 if left > 0 else -1
    return units
