"""An answer that a named person wrote, and when it may be used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

LANGUAGES = ("sv", "nb", "en")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the library.

    Attributes:
        key: Its name in the library; the same for ever.
        language: One of `LANGUAGES`.
        questions: How customers put it, the heading first; at least one unless the answer stands alone.
        text: The answer, as its owner wrote it (Markdown).
        checked_on: When its owner last said that it is right.
        review_days: For how many days that holds.
    """

    key: str
    language: str
    questions: tuple[str, ...]
    text: str
    checked_on: date
    review_days: int

    @property
    def holds_until(self) -> date:
        """The last day on which the machine may give it."""
        return self.checked_on + timedelta(days=self.review_days)

    def is_stale(self, today: date) -> bool:
        """Whether its owner has to look at it again before the machine gives it to anybody."""
        return today > self.holds_until


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a comparison.

    Attributes:
        better: "us", "them" or "even".
        source: Where a reader can check it: an address, a test, a page of a manual.
        seen_on: When it was so.
    """

    text: str
    better: str
    source: str
    seen_on: date


def missing_for_honesty(points: tuple[Point, ...], *, today: date, holds_days: int) -> tuple[str, ...]:
    """What keeps a comparison from being shown.

    Returns:
        Of "no_loss" (no point where the other is better), "no_source" (a point nobody can check) and "expired" (a point
        seen longer ago than `holds_days`); empty: it may be shown.
    """
    said = []
    if not any(point.better == "them" for point in points):
        said.append("no_loss")
    if any(not point.source.strip() for point in points):
        said.append("no_source")
    if any(today > point.seen_on + timedelta(days=holds_days) for point in points):
        said.append("expired")
    return tuple(said)
