"""Events and facts to brief about, made by hand."""

from __future__ import annotations

import json
from datetime import date

from tillit.desk.facts import Promise, Question, Source, SourceKind, Told
from tillit.journeys.timeline import TimelineRow

NOON = 1_778_587_200_000_000  # 2026-05-12 12:00 UTC
MINUTE = 60_000_000
DAY = 24 * 60 * MINUTE


def row(
    number: int, activity: str, about: str | None = None, *, journey: int = 1, by_month: bool = False, **brought: str
) -> TimelineRow:
    """An event `number` minutes after noon."""
    return TimelineRow(
        journey=journey,
        event_id="" if by_month else f"e{number}",
        source="site",
        origin_row=0,
        occurred_at=NOON + number * MINUTE,
        sequence=0,
        received_at=NOON,
        subject_kind="email",
        activity=activity,
        channel="web",
        function="marketing",
        actor="customer",
        amount_minor=None,
        margin_minor=None,
        currency=None,
        place=None,
        campaign=None,
        object=None if by_month else about,
        properties=json.dumps(brought) if brought else None,
    )


def question(number: int, text: str, *, answered: bool = False) -> Question:
    return Question(text, NOON + number * MINUTE, answered, Source(SourceKind.MESSAGE, str(number)))


def promise(number: int, text: str, due: str | None = None, *, booking: bool = False) -> Promise:
    due_on = None if due is None else date.fromisoformat(due)
    kind = SourceKind.BOOKING if booking else SourceKind.AGREEMENT
    return Promise(text, NOON + number * MINUTE, due_on, booking, Source(kind, str(number)))


def told(text: str, kind: SourceKind = SourceKind.HANDOFF) -> Told:
    return Told(text, NOON, Source(kind, text))
