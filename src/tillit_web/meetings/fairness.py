"""Whether groups of customers are met alike, in words for the page *Meetings*."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tillit.evaluation.by_group import COMPARED_FROM, Group, GroupEffect, group_effects
from tillit.evaluation.decisions import Bools
from tillit.evaluation.log_table import LogTable
from tillit.meetings.fairness import KNOWN, LEAST_CUSTOMERS, NEW, TENURE, Audit, Gap, Measure
from tillit_web.ui.templatetags.tillit import number

KINDS: Mapping[str, str | Promise] = {
    "language": gettext_lazy("Language"),
    "channel": gettext_lazy("Channel"),
    "country": gettext_lazy("Country"),
    "region": gettext_lazy("Region"),
    TENURE: gettext_lazy("Known to you"),
}
VALUES: Mapping[str, str | Promise] = {KNOWN: gettext_lazy("yes"), NEW: gettext_lazy("no, new")}
MEASURES: Mapping[Measure, str | Promise] = {
    Measure.PERSON: gettext_lazy("met a person at once, of 100"),
    Measure.WAIT: gettext_lazy("were told to wait, minutes"),
    Measure.GOOD: gettext_lazy("ended well, of 100"),
}


@dataclass(frozen=True, slots=True)
class GapLine:
    """One comparison; `worse` with its range, above 0 where the group is worse off."""

    group: str
    measure: str | Promise
    customers: int
    mine: str
    others: str
    worse: str
    low: str
    high: str
    is_alarm: bool


@dataclass(frozen=True, slots=True)
class EffectLine:
    """What a person adds in a group, in 100; None where that cannot be said."""

    group: str
    customers: int
    effect: tuple[str, str, str] | None


@dataclass(frozen=True, slots=True)
class FairnessPart:
    """The section; `few` are groups of which nothing can be said yet."""

    answer: str
    gaps: tuple[GapLine, ...]
    few: tuple[str, ...]
    effects: tuple[EffectLine, ...]


def effects_by_group(
    table: LogTable, at: list[int], groups: Iterable[Mapping[str, str]], *, as_of_days: float
) -> tuple[GroupEffect, ...]:
    """The effect in each declared group, and for customers who were known or new.

    Args:
        at: When each decision was made, in the order of the log; `groups` what was stated of it. The table is in the
            order of time.
    """
    order = np.argsort(np.array(at, np.int64), kind="stable")
    stated = list(groups)
    members: dict[Group, Bools] = {}
    for place, row in enumerate(order.tolist()):
        for group in stated[row].items():
            members.setdefault(group, np.zeros(len(table), np.bool_))[place] = True
    known = table.decisions.context[:, 1] > 0 if len(table) else np.zeros(0, np.bool_)
    if table.linked.any():
        members[TENURE, KNOWN], members[TENURE, NEW] = table.linked & known, table.linked & ~known
    return group_effects(table, members, as_of_days=as_of_days)


def fairness_part(found: Audit | None, effects: Iterable[GroupEffect]) -> FairnessPart | None:
    """What the page says; None while nothing was decided."""
    if found is None or not (found.gaps or found.too_few):
        return None
    return FairnessPart(
        answer=_answer(found),
        gaps=tuple(_gap(gap) for gap in sorted(found.gaps, key=lambda gap: (not gap.is_alarm, gap.name, gap.value))),
        few=tuple(
            _("%(group)s: %(n)s customers") % {"group": _group(name, value), "n": number(customers)}
            for name, value, customers in found.too_few
        ),
        effects=tuple(_effect(one) for one in effects),
    )


def _answer(found: Audit) -> str:
    if found.alarms:
        worst = max(found.alarms, key=lambda gap: gap.gap)
        return _(
            "A person is harder to get for “%(group)s”: %(mine)s of 100 meet one at once, of others with the same "
            "needs %(others)s (%(low)s to %(high)s fewer)."
        ) % {
            "group": _group(worst.name, worst.value),
            "mine": number(100 * worst.mine),
            "others": number(100 * worst.others),
            "low": number(100 * worst.low),
            "high": number(100 * worst.high),
        }
    if not found.gaps:
        return _(
            "Too few to tell whether groups are met alike: %(n)s customers of a group are needed, and as many others."
        ) % {"n": number(LEAST_CUSTOMERS)}
    return _("For no group is a person surely harder to get, by more than 5 of 100.")


def _gap(gap: Gap) -> GapLine:
    scale, digits = (1.0, 1) if gap.measure is Measure.WAIT else (100.0, 0)
    mine, others, worse, low, high = (
        number(scale * one, digits) for one in (gap.mine, gap.others, gap.gap, gap.low, gap.high)
    )
    return GapLine(
        _group(gap.name, gap.value), MEASURES[gap.measure], gap.customers, mine, others, worse, low, high, gap.is_alarm
    )


def _effect(one: GroupEffect) -> EffectLine:
    effect = None
    if one.effect is not None:
        value, low, high = (number(100 * end) for end in (one.effect.value, one.effect.low, one.effect.high))
        effect = (value, low, high)
    return EffectLine(_group(one.name, one.value), one.customers, effect)


def _group(name: str, value: str) -> str:
    return f"{KINDS.get(name, name)}: {VALUES.get(value, value) if name == TENURE else value}"


def needed_for_effect() -> int:
    """Customers of a group from which on the effect of a person is told."""
    return COMPARED_FROM
