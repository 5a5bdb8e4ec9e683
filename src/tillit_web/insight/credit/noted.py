"""How much each number depends on touches being written down, as the page says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tillit.credit.sensitivity import Sensitivity
from tillit.events.told import WITH_PEOPLE
from tillit_web.insight.credit.words import touch_label
from tillit_web.ui.templatetags.tillit import number


@dataclass(frozen=True, slots=True)
class NotedRow:
    """One name today, and if only half of its touches had been noted; shares are of 100 sales, empty below models."""

    label: str
    part_of: int
    part_of_then: float
    share: str
    share_then: str


@dataclass(frozen=True, slots=True)
class Noted:
    """The name to speak of in one sentence, and a row for each."""

    answer: str
    rows: tuple[NotedRow, ...]


def noted(found: Sequence[Sensitivity], by: str, *, has_shares: bool) -> Noted | None:
    """The table, most sales first; None where no sale had a touch.

    Args:
        found: As the core gives it.
        by: What is told apart.
        has_shares: Whether there are enough sales to say what coalitions give.
    """
    rows = sorted((one for one in found if one.part_of), key=lambda one: (-one.part_of, one.name))
    if not rows:
        return None
    told = next((one for one in rows if one.name in WITH_PEOPLE), rows[0])
    return Noted(
        _answer(told, by, has_shares=has_shares),
        tuple(
            NotedRow(
                touch_label(by, one.name),
                one.part_of,
                one.part_of_then,
                number(100 * one.share, 1) if has_shares else "",
                _then(one) if has_shares else "",
            )
            for one in rows
        ),
    )


def _then(one: Sensitivity) -> str:
    return _("%(middle)s (%(low)s to %(high)s)") % {
        "middle": number(100 * one.share_then, 1),
        "low": number(100 * one.low, 1),
        "high": number(100 * one.high, 1),
    }


def _answer(one: Sensitivity, by: str, *, has_shares: bool) -> str:
    if has_shares:
        return _(
            "“%(name)s” has %(share)s of 100 sales by coalitions; were every second of its touches not noted, it would "
            "have %(then)s."
        ) % {"name": touch_label(by, one.name), "share": number(100 * one.share, 1), "then": _then(one)}
    return _(
        "“%(name)s” was part of %(now)s sales; were every second of its touches not noted, it would be of %(then)s."
    ) % {"name": touch_label(by, one.name), "now": number(one.part_of), "then": number(one.part_of_then)}
