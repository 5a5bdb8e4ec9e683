"""How far one customer has come, for staff: stage and reasons, with the events behind them, and never a number.

Only from what the customer lets us use for decisions that suit them, and as staff may read it. Beside contact details
it is not shown at all. What the timeline tells by the month is no reason here: "in the last days" would tell the day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tillit.journeys.timeline import TimelineRow
from tillit.readiness.now import Hold, Life, Scorer, readiness_now
from tillit.readiness.points import Point, score
from tillit.readiness.recipe import Want
from tillit.vocabulary import Stage
from tillit_web.insight.near_words import HOLD_LABELS, WANT_LABELS, feature_words

MOST_REASONS = 4
MOST_EVENTS = 5  # opened by one reason


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """What speaks for it or against it; `places` are those of its events on the timeline, from 1."""

    words: str
    speaks_for: bool
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WantLine:
    words: str
    reasons: tuple[ReasonLine, ...]


@dataclass(frozen=True, slots=True)
class NearCustomer:
    stage: Stage | None
    holds: tuple[str, ...]
    wants: tuple[WantLine, ...]


def near_customer(
    rows: Sequence[TimelineRow], shown: Sequence[TimelineRow], speaking: Mapping[Want, Scorer], *, at: int
) -> NearCustomer | None:
    """Stage, reasons and what speaks against an offer; None where nothing may be used, or nothing is switched on.

    Args:
        rows: The events that may be used, oldest first.
        shown: The rows of the timeline, as it shows them.
        speaking: What a person has switched on.
        at: Microseconds UTC.
    """
    life = _life_of(rows)
    told = {want: (readiness_now(life, one, at), score(life, one, at)) for want, one in speaking.items()}
    place_of = {(row.source, row.event_id): place for place, row in enumerate(shown, start=1) if row.event_id}
    places = [place_of.get((row.source, row.event_id)) for row in rows]
    wants, holds, stage = [], list[Hold](), None
    for want, (now, log) in told.items():
        if now is None or log is None:
            continue
        told_points = [point for point in log.points if all(places[share.place] for share in point.shares)]
        largest = sorted(told_points, key=lambda point: -abs(point.adds))[:MOST_REASONS]
        wants.append(WantLine(str(WANT_LABELS[want]), tuple(_reason(point, places) for point in largest)))
        holds = [one for one in now.holds if one is not Hold.JUST_BOUGHT or all(places)]
        stage = now.stage
    if not wants:
        return None
    return NearCustomer(stage, tuple(str(HOLD_LABELS[one]) for one in holds), tuple(wants))


def _life_of(rows: Sequence[TimelineRow]) -> Life:
    names = tuple(dict.fromkeys(row.activity for row in rows))
    code = {name: place for place, name in enumerate(names)}
    activity = np.array([code[row.activity] for row in rows], np.int32)
    return Life(activity, np.array([row.occurred_at for row in rows], np.int64), names)


def _reason(point: Point, places: Sequence[int | None]) -> ReasonLine:
    largest = sorted(point.shares, key=lambda share: -abs(share.adds))
    opened = [place for share in largest if (place := places[share.place]) is not None]
    return ReasonLine(feature_words(point.feature), point.adds > 0, tuple(sorted(opened[:MOST_EVENTS])))
