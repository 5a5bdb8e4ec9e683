"""What is known of readiness: what was judged, what is switched on, and what may speak."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import msgspec

from tillit.readiness.backtest import HORIZONS_DAYS, Backtest
from tillit.readiness.now import Scorer
from tillit.readiness.recipe import Want
from tillit.sentences import Sentence
from tillit_web.readiness.models import Judged, Switched


@dataclass(frozen=True, slots=True)
class Standing:
    """A want within a horizon: what was found, whether it may speak, whether it does.

    Attributes:
        found: None before it was judged.
    """

    want: Want
    horizon_days: int
    found: Backtest | None
    refusal: Sentence | None
    judged_at: datetime | None
    is_on: bool

    @property
    def may_speak(self) -> bool:
        return self.found is not None and self.found.scorer is not None


def standings() -> tuple[Standing, ...]:
    """Every want within every horizon."""
    return tuple(standing(want, days) for want in Want for days in HORIZONS_DAYS)


def standing(want: Want, horizon_days: int) -> Standing:
    """One want within one horizon."""
    row = Judged.objects.filter(want=want, horizon_days=horizon_days).first()
    is_on = switched_on(want) == horizon_days
    if row is None:
        return Standing(want, horizon_days, None, None, None, is_on)
    refusal = None if row.refusal is None else Sentence.from_json(row.refusal)
    return Standing(want, horizon_days, msgspec.convert(row.found, Backtest), refusal, row.judged_at, is_on)


def switched_on(want: Want) -> int | None:
    """The horizon within which a want may speak, in days; None while it is off."""
    row = Switched.objects.filter(want=want).first()
    return row.horizon_days if row is not None and row.is_on else None


def scorer(want: Want, horizon_days: int) -> Scorer | None:
    """What says a customer's chance; None where later dates do not allow it."""
    newest = Judged.objects.filter(want=want, horizon_days=horizon_days).values_list("pk", "judged_at").first()
    return None if newest is None else _scorer_of(*newest)


@lru_cache(maxsize=16)
def _scorer_of(judged: int, judged_at: datetime) -> Scorer | None:  # noqa: ARG001 - a number may be given anew
    """Of one judgement, which never changes; making a scorer of what the database keeps takes milliseconds."""
    found: Backtest | None = msgspec.convert(Judged.objects.get(pk=judged).found, Backtest)
    return None if found is None else found.scorer


def speaking(want: Want) -> Scorer | None:
    """The scorer of a want that a person has switched on; None while it is off, or may no longer speak."""
    horizon_days = switched_on(want)
    return None if horizon_days is None else scorer(want, horizon_days)


def switches(want: Want, *, limit: int = 5) -> tuple[Switched, ...]:
    """Who switched a want on and off, the newest first."""
    return tuple(Switched.objects.filter(want=want).select_related("by")[:limit])
