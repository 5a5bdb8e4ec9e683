"""What Home says of calls out: how many nobody had booked, asked for or documented, which is a defect."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

from django.utils.translation import ngettext

from tillit.reports.interval import ShareRange
from tillit_web.ui.templatetags.tillit import number


@dataclass(frozen=True, slots=True)
class CallsLine:
    """One line; `is_defect` where a call was cold."""

    says: str
    is_defect: bool
    link: str


def calls_line(cold: ShareRange, link: str) -> CallsLine | None:
    """The line, quiet where every call had a reason; None where nobody was called.

    Args:
        cold: Calls out of the last thirty days without a reason, of all.
    """
    if not cold.of:
        return None
    counts = {"n": number(cold.count), "of": number(cold.of)}
    if not cold.count:
        says = ngettext(
            "The one call out in the last 30 days had a reason.",
            "Every one of %(of)s calls out in the last 30 days had a reason.",
            cold.of,
        )
        return CallsLine(says % counts, False, link)
    says = ngettext(
        "%(n)s of %(of)s calls out in the last 30 days was cold (%(low)s to %(high)s of 100): nobody had booked it, "
        "asked for it or documented why.",
        "%(n)s of %(of)s calls out in the last 30 days were cold (%(low)s to %(high)s of 100): nobody had booked them, "
        "asked for them or documented why.",
        cold.count,
    )
    reach = {"low": number(floor(100 * cold.low)), "high": number(ceil(100 * cold.high))}
    return CallsLine(says % (counts | reach), True, link)
