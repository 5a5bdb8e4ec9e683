"""How a manager could learn by turns what a touchpoint brings: how many weeks, or that it cannot be known."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tillit.credit.turns import FEWEST_WEEKS, Counted, TurnsPlan, quickest
from tillit.vocabulary import Channel, Function
from tillit_web.insight.credit.words import is_by_lot
from tillit_web.ui.templatetags.tillit import number

# Customers come here with and without what takes turns there (a sign, an answer within the hour).
STAYS = frozenset({Channel.STORE.value, Function.SERVICE.value})
COUNTED_LABELS: dict[Counted, Promise] = {
    Counted.ON_ITS_WAYS: gettext_lazy("Sales on its ways: something at it takes turns"),
    Counted.BY_SHOP: gettext_lazy("The same, one half of the shops with it while the other is without"),
    Counted.EVERY: gettext_lazy("All sales: it is taken away itself, and its sales may come another way"),
}


@dataclass(frozen=True, slots=True)
class TurnsRow:
    """One way to count; `weeks` is the cell of each part of the sales on its ways."""

    label: str
    sales_a_week: float
    weeks: tuple[str, ...]
    least: str


@dataclass(frozen=True, slots=True)
class TurnsWords:
    """What can be learnt by turns.

    Attributes:
        answer: In one sentence.
        is_first: Whether by turns is how one would find out about this name, and not by lot.
        uneven: How much fortnights differ, in one sentence; empty without rows.
        rows: A way to count each; empty where there are too few weeks to tell.
    """

    answer: str
    is_first: bool
    uneven: str
    rows: tuple[TurnsRow, ...]


def turns_words(plans: tuple[TurnsPlan, ...], name: str) -> TurnsWords:
    """The plans in words and as a table."""
    told = quickest(plans, is_taken_away=name not in STAYS)
    return TurnsWords(
        _answer(told),
        not is_by_lot(name),
        "" if told is None else _uneven(told.unevenness),
        tuple(
            TurnsRow(
                str(COUNTED_LABELS[plan.counted]),
                plan.sales_a_week,
                tuple(_weeks(weeks) for weeks in plan.weeks_needed),
                _least(plan.findable),
            )
            for plan in plans
        ),
    )


def _answer(plan: TurnsPlan | None) -> str:
    if plan is None:
        return _("How long it takes by turns is not known before %(weeks)s whole weeks of sales are there.") % {
            "weeks": number(FEWEST_WEEKS)
        }
    tenth = plan.weeks_needed[0]
    if tenth is not None:
        return _(
            "By turns: %(weeks)s weeks, two with and two without, show whether it brings a tenth of the sales on its "
            "ways."
        ) % {"weeks": number(tenth)}
    if plan.findable is not None:
        return _(
            "By turns, half a year shows if it brings %(part)s of 100 of the sales on its ways or more; whether it "
            "brings a tenth of them cannot be known within a year at your size."
        ) % {"part": number(ceil(100 * plan.findable))}
    return _(
        "By turns it cannot be known at your size: weeks differ so much that half a year would not show it, even if "
        "it brought all of the sales on its ways."
    )


def _uneven(unevenness: float) -> str:
    if unevenness < 1.05:
        return _("Neighbouring fortnights differ no more than chance alone makes them.")
    return _("Neighbouring fortnights differ %(times)s times as much as chance alone would make them (variance).") % {
        "times": number(unevenness, 1)
    }


def _weeks(weeks: int | None) -> str:
    if weeks is None:
        return _("not in a year")
    return ngettext("%(weeks)d week", "%(weeks)d weeks", weeks) % {"weeks": weeks}


def _least(part: float | None) -> str:
    return _("not even all") if part is None else _("%(part)s of 100") % {"part": number(ceil(100 * part))}
