"""What Home says of meetings."""

from __future__ import annotations

from pathlib import Path

from tillit_web.meetings import telling
from tillit_web.meetings.models import Return
from tillit_web.meetings.queries import policy
from tillit_web.meetings.results import current


def meetings_answer(directory: Path, *, currency: str | None) -> str:
    """The answer of the page Meetings, or what somebody has to read first: why a policy was taken back."""
    alarm = Return.objects.filter(seen_at=None).first()
    if alarm is not None:
        return telling.return_words(alarm)
    found = current(directory, currency=currency)
    if found is None:
        return telling.first_reading()
    return telling.answer(found.standing, policy(directory, currency=currency))
