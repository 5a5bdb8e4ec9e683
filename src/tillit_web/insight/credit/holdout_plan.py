"""How a manager could learn what a touchpoint brings: customers and weeks at the present pace, or that it cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tillit.credit.paths import Paths
from tillit.credit.plan import WEEKS, WITHHELD_SHARES, Plan, Reach, customers_needed, plans, reach_of
from tillit.journeys.touchpoint_parts import TouchpointPaths
from tillit_web.ui.templatetags.tillit import number

WEEK = 7 * 86_400_000_000  # microseconds
A_TENTH = 0.1  # of the sales it is part of: what a manager would want to know of
HALF = 0.5  # left out for every second one: the fewest customers that can tell
LONGEST = max(WEEKS)


@dataclass(frozen=True, slots=True)
class HoldoutPlan:
    """What can be learnt.

    Attributes:
        answer: In one sentence.
        pace: Who comes, in one sentence.
        rows: How many of 100 are left without it, and the cell of each of `WEEKS`.
    """

    answer: str
    pace: str
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def reaches(found: TouchpointPaths, paths: Paths) -> Mapping[str, Reach]:
    """Who comes to each touchpoint in a week; those that were part of no sale are left out."""
    weeks = (found.last_at - found.first_at) / WEEK
    known = {name: reach_of(paths, name, weeks=weeks) for name in paths.names}
    return {name: reach for name, reach in known.items() if reach is not None}


def holdout_plan(reach: Reach) -> HoldoutPlan:
    """The plan of a holdout in words and as a table."""
    every = plans(reach)
    return HoldoutPlan(
        _answer(reach, next(one for one in every if (one.withheld_share, one.weeks) == (HALF, LONGEST))),
        _("At the present pace %(customers)s customers a week come to it, and %(sales)s of 100 buy.")
        % {"customers": number(reach.customers_a_week), "sales": number(100 * reach.sales_a_customer)},
        tuple(
            (number(100 * share), tuple(_cell(one) for one in every if one.withheld_share == share))
            for share in WITHHELD_SHARES
        ),
    )


def _answer(reach: Reach, longest: Plan) -> str:
    needed = customers_needed(reach, A_TENTH, withheld_share=HALF)
    weeks = ceil(needed / reach.customers_a_week)
    if weeks <= LONGEST:
        said = ngettext(
            "By lot: leave it out for half of %(customers)s customers, %(weeks)d week at the present pace, to learn "
            "whether it brings a tenth of these sales.",
            "By lot: leave it out for half of %(customers)s customers, %(weeks)d weeks at the present pace, to learn "
            "whether it brings a tenth of these sales.",
            weeks,
        )
        return said % {"customers": number(needed), "weeks": weeks}
    if longest.findable is not None:
        return _(
            "By lot: left out for half of the %(customers)s customers of %(weeks)d weeks, it shows if it brings "
            "%(part)s of 100 of these sales or more. Whether it brings less cannot be known at your size."
        ) % {
            "customers": number(longest.customers),
            "weeks": LONGEST,
            "part": number(ceil(100 * longest.findable)),
        }
    return _(
        "By lot it cannot be known at your size: in %(weeks)d weeks %(customers)s customers come to it, and it takes "
        "at least %(needed)s."
    ) % {
        "weeks": LONGEST,
        "customers": number(longest.customers),
        "needed": number(customers_needed(reach, 1.0, withheld_share=HALF)),
    }


def _cell(one: Plan) -> str:
    if one.findable is None:
        return _("too few")
    return _("%(part)s of 100") % {"part": number(ceil(100 * one.findable))}
