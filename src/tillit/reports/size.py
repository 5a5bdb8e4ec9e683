"""What may be shown at which size, so that few customers are met as cases and not as rates."""

from __future__ import annotations

from enum import StrEnum

CASES_BELOW = 30
COUNTS_BELOW = 300
COMPARISON_BELOW = 3_000
MEDIAN_FROM = 5  # waits: the middle one of fewer is some customer's own
NINE_OF_TEN_FROM = 10  # waits: of fewer, what nine of ten stay below is the longest


class Size(StrEnum):
    """How much a page may say about a group, by its number of counted outcomes."""

    CASES = "cases"  # under 30: one by one, never a rate
    COUNTS = "counts"  # under 300: counts with their range, no comparison of groups
    COMPARISON = "comparison"  # under 3,000: one comparison chosen beforehand
    FULL = "full"


def size_of(counted: int) -> Size:
    """The step of the ladder that `counted` outcomes reach."""
    if counted < CASES_BELOW:
        return Size.CASES
    if counted < COUNTS_BELOW:
        return Size.COUNTS
    if counted < COMPARISON_BELOW:
        return Size.COMPARISON
    return Size.FULL
