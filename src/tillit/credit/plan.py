"""How large a holdout must be to learn what: before it begins, since afterwards it is too late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist

from tillit.credit.paths import Paths
from tillit.credit.resampling import CONFIDENCE
from tillit.credit.trials import FEWEST_CUSTOMERS, FEWEST_DRAWN, FEWEST_SALES
from tillit.errors import QueryError
from tillit.sentences import sentence

POWER = 0.8  # how often a name that adds exactly so much is found to add something
WITHHELD_SHARES = (0.05, 0.1, 0.2, 0.5)
WEEKS = (4, 8, 13, 26)


@dataclass(frozen=True, slots=True)
class Reach:
    """Customers who come to a touchpoint, and how many sales they make each on average."""

    customers_a_week: float
    sales_a_customer: float


@dataclass(frozen=True, slots=True)
class Plan:
    """One holdout, as it could be.

    Attributes:
        withheld_share: Of the customers who would meet the name, drawn by lot.
        weeks: How long.
        customers: Who are drawn in that time, on both sides.
        withheld: Those from whom it is withheld.
        findable: The smallest part of these customers' sales that the name must bring to be found in 8 of 10 such
            holdouts; None where they are too few for any number, or more than all of the sales had to be brought.
    """

    withheld_share: float
    weeks: int
    customers: int
    withheld: int
    findable: float | None


def reach_of(paths: Paths, name: str, *, weeks: float) -> Reach | None:
    """Who comes to a touchpoint in a week; None where no sale had it on its way, so that nothing could be missing.

    Args:
        paths: As they were walked; each way counts as a customer who could be drawn.
        name: One of their touchpoints.
        weeks: From the first to the last event; less than one counts as one.
    """
    met = paths.meets([name])
    sales, ways = float(paths.conversions[met].sum()), float((paths.conversions + paths.nulls)[met].sum())
    return Reach(ways / max(weeks, 1.0), sales / ways) if sales else None


def plans(
    reach: Reach, *, withheld_shares: Sequence[float] = WITHHELD_SHARES, weeks: Sequence[int] = WEEKS
) -> tuple[Plan, ...]:
    """What could be learnt from holdouts of these sizes and lengths, the smallest and shortest first."""
    return tuple(_plan(reach, share, duration) for share in withheld_shares for duration in weeks)


def customers_needed(reach: Reach, part: float, *, withheld_share: float) -> int:
    """Customers to draw, on both sides, to find a name that brings this part of their sales.

    Raises:
        QueryError: The part is not above 0 and at most 1, or nothing is sold.
    """
    if not 0 < part <= 1 or not reach.sales_a_customer > 0:
        raise QueryError(
            sentence(
                "a part of {part:g} of {sales:g} sales a customer cannot be looked for",
                part=part,
                sales=reach.sales_a_customer,
            )
        )
    fewest = max(FEWEST_CUSTOMERS, FEWEST_SALES / reach.sales_a_customer) / min(withheld_share, 1 - withheld_share)
    # The variance of one customer's sales is taken to be their mean: a little too much where nobody buys twice.
    spread = reach.sales_a_customer / (withheld_share * (1 - withheld_share))
    return ceil(max(FEWEST_DRAWN, fewest, spread * (_errors() / (part * reach.sales_a_customer)) ** 2))


def _plan(reach: Reach, withheld_share: float, weeks: int) -> Plan:
    customers = int(reach.customers_a_week * weeks)
    withheld = round(customers * withheld_share)
    side = min(withheld, customers - withheld)
    findable = None
    if customers >= FEWEST_DRAWN and side >= FEWEST_CUSTOMERS and side * reach.sales_a_customer >= FEWEST_SALES:
        error = sqrt(reach.sales_a_customer / (withheld_share * (1 - withheld_share)) / customers)
        part = _errors() * error / reach.sales_a_customer
        findable = part if part <= 1 else None
    return Plan(withheld_share, weeks, customers, withheld, findable)


def _errors() -> float:
    """How many standard errors apart what is there must be from nothing."""
    normal = NormalDist()
    return normal.inv_cdf((1 + CONFIDENCE) / 2) + normal.inv_cdf(POWER)
