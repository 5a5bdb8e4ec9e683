"""How far a share counted on few people can be from the truth."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class ShareRange:
    """`count` of `of`, and the range in which the share itself lies with the stated confidence; shares are 0 to 1."""

    count: int
    of: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """The observed share; 0 where nobody was counted."""
        return self.count / self.of if self.of else 0.0


def share_range(count: int, of: int, *, confidence: float = CONFIDENCE) -> ShareRange:
    """The share of `of` units that `count` are, with its Wilson interval.

    Wilson's interval keeps its promise with few units and near 0 and 1, where the textbook one (share ± 2 errors)
    leaves the possible range and says "certain" when 0 of 5 did something.

    Args:
        count: Units that did it, 0 to `of`.
        of: Units that could have; with 0 the range is everything, 0 to 1.
        confidence: How often, over many such samples, the range holds the truth; in (0, 1).

    Raises:
        ValueError: `count` is not between 0 and `of`.

    Source: Wilson (1927), doi:10.1080/01621459.1927.10502953.
    """
    if not 0 <= count <= of:
        raise ValueError(f"{count} of {of} is not a share; count the same units in both")
    if of == 0:
        return ShareRange(0, 0, 0.0, 1.0)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = count / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    reach = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    # At 0 and at all the ends are exactly 0 and 1; floating point would miss them by a hair and print "-0".
    low = 0.0 if count == 0 else middle - reach
    high = 1.0 if count == of else middle + reach
    return ShareRange(count, of, low, high)
