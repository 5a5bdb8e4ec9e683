"""What holdouts say, for pages; here alone one may say "earned" and "lost", since a lot left customers without it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tillit.credit.results import CorrectedShare
from tillit.credit.trials import Effect
from tillit.credit.vocabulary import Evidence
from tillit.credit.whatif import Estimate, WhatIf
from tillit.meetings.keeping import HOLDOUT
from tillit_web.insight.credit.words import touch_label
from tillit_web.ui.templatetags.tillit import number

EVIDENCE_LABELS: dict[Evidence, Promise] = {
    Evidence.NONE: gettext_lazy("none"),
    Evidence.FEW: gettext_lazy("too few drawn"),
    Evidence.HOLDOUT: gettext_lazy("measured by lot"),
}


@dataclass(frozen=True, slots=True)
class MeasuredRow:
    """One touchpoint's holdout as a row; `lost` is empty where too few were drawn."""

    label: str
    withheld: int
    drawn: int
    lost: str
    value_minor: Mapping[str, int]
    put_right: str
    verdict: str


def measured_rows(effects: Sequence[Effect], corrected: Sequence[CorrectedShare], by: str) -> tuple[MeasuredRow, ...]:
    """A row for each holdout, in the order of the names."""
    put_right = {one.name: one for one in corrected}
    return tuple(
        MeasuredRow(
            _label(by, effect.name),
            effect.withheld,
            effect.withheld + effect.met,
            with_range(effect.lost, effect.low, effect.high),
            effect.value_minor or {},
            with_range(own.conversions, own.low, own.high) if (own := put_right.get(effect.name)) else "",
            verdict(effect),
        )
        for effect in effects
    )


def verdict(effect: Effect) -> str:
    """What may be said of one touchpoint."""
    if effect.evidence is not Evidence.HOLDOUT:
        return _("too few customers were drawn to tell")
    return _("earned") if effect.earns else _("not told from nothing")


def measured_answer(effects: Sequence[Effect], by: str) -> str:
    """The sentence of the touchpoint that was found to earn most; empty where none was."""
    earning = [effect for effect in effects if effect.earns and effect.lost is not None]
    if not earning:
        return ""
    first = max(earning, key=lambda effect: effect.lost or 0.0)
    return _(
        "%(name)s earned %(lost)s of the %(all)s sales where it was not left out (%(low)s to %(high)s; "
        "measured: %(withheld)s of %(drawn)s customers were left without it by lot)."
    ) % {
        "name": _label(by, first.name),
        "lost": number(first.lost),
        "all": number(first.met_conversions),
        "low": number(first.low),
        "high": number(first.high),
        "withheld": number(first.withheld),
        "drawn": number(first.withheld + first.met),
    }


def _label(by: str, name: str) -> str:
    return _("Today's table of who meets whom") if name == HOLDOUT else touch_label(by, name)


def is_lost(found: WhatIf, effects: Sequence[Effect]) -> bool:
    """Whether the measured loss may be told from none: of one touchpoint after Holm, of several by their range."""
    if found.measured is None:
        return False
    return all(effect.earns for effect in effects) if len(effects) == 1 else found.measured.low > 0


def without_answer(label: str, measured: Estimate, *, lost: bool) -> str:
    """What was measured of the touchpoints that are taken away."""
    numbers = {
        "name": label,
        "lost": number(measured.conversions),
        "low": number(measured.low),
        "high": number(measured.high),
    }
    if lost:
        return _("Without “%(name)s”: %(lost)s sales lost (%(low)s to %(high)s), as measured by lot.") % numbers
    return (
        _("Without “%(name)s”: measured by lot, and no loss that can be told from nothing (%(low)s to %(high)s sales).")
        % numbers
    )


def with_range(middle: float | None, low: float | None, high: float | None) -> str:
    """ "400 (350 to 450)"; empty where it is not known."""
    if middle is None:
        return ""
    return _("%(middle)s (%(low)s to %(high)s)") % {
        "middle": number(middle),
        "low": number(low),
        "high": number(high),
    }
