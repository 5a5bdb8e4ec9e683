"""What is known of a customer before somebody of ours meets them, each piece with where it stands."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from tillit.answers.library import Point
from tillit.journeys.timeline import TimelineRow
from tillit.sentences import Sentence
from tillit.vocabulary import READING_ACTIVITIES, Stage

_FROM_CALLS = "properties."


class SourceKind(StrEnum):
    """Where a line can be looked up."""

    EVENT = "event"
    MONTH = "month"  # an event with people, which is told by its month and has no id
    MESSAGE = "message"
    BOOKING = "booking"
    AGREEMENT = "agreement"
    HANDOFF = "handoff"
    NEED = "need"
    COMPARISON = "comparison"


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """One place. `id` is the event's, the message's number, …; for a month its activity."""

    kind: SourceKind
    id: str


@dataclass(frozen=True, slots=True)
class Question:
    """What the customer asked us in their own words. Times are microseconds UTC here and below."""

    text: str
    at: int
    is_answered: bool
    source: Source


@dataclass(frozen=True, slots=True)
class Promise:
    """What one of us agreed with the customer, or a time they booked.

    Attributes:
        due_on: By when, on the company's calendar; None where no day was said.
        is_booking: A time that the customer booked.
    """

    text: str
    at: int
    due_on: date | None
    is_booking: bool
    source: Source


@dataclass(frozen=True, slots=True)
class Told:
    """What the customer has told us already, so that nobody asks again."""

    text: str
    at: int
    source: Source


Said = Question | Promise | Told


@dataclass(frozen=True, slots=True)
class Weighed:
    """A comparison of ours with somebody else, as customers read it."""

    slug: str
    them: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a briefing is made from.

    Attributes:
        rows: The customer's events, oldest first, as far as the purpose lets them be read (`journeys.timeline.told`).
        stage_of: The stage of each activity that has one.
        goal: What the customer wants, in their own words; None while nobody knows.
        needs: What they said they need when we meet them.
    """

    rows: Sequence[TimelineRow] = ()
    stage_of: Mapping[str, Stage] = field(default_factory=dict)
    goal: Told | None = None
    needs: tuple[Told, ...] = ()
    questions: tuple[Question, ...] = ()
    promises: tuple[Promise, ...] = ()
    told: tuple[Told, ...] = ()
    comparisons: tuple[Weighed, ...] = ()

    @property
    def now(self) -> Sequence[TimelineRow]:
        """Events of the journey that the customer is on."""
        last = self.rows[-1].journey if self.rows else 0
        return [row for row in self.rows if row.journey == last]

    def without(self, struck: Collection[str]) -> Facts:
        """What is left once the customer has struck lines with these marks (`Line.strikes`)."""
        if not struck:
            return self
        goal = None if self.goal is None or mark_of(self.goal.source) in struck else self.goal
        return replace(
            self,
            rows=[row for row in self.rows if mark_of_row(row) not in struck],
            goal=goal,
            needs=tuple(one for one in self.needs if mark_of(one.source) not in struck),
            questions=tuple(one for one in self.questions if mark_of(one.source) not in struck),
            promises=tuple(one for one in self.promises if mark_of(one.source) not in struck),
            told=tuple(one for one in self.told if mark_of(one.source) not in struck),
        )


class Section(StrEnum):
    """What a line of a briefing is about, in the order of the page."""

    NEED = "need"
    STAGE = "stage"
    ASKED = "asked"
    PROMISED = "promised"
    NOT_AGAIN = "not_again"
    COMPARED = "compared"
    PRICES = "prices"
    READ = "read"
    CHALLENGE = "challenge"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a briefing.

    Attributes:
        key: Names the line on its page.
        at: The latest of what it rests on.
        by_month: Only the month of `at` is told.
        sources: At least one.
        strikes: Marks of all that goes when the customer strikes the line: this line for ever, however it is put, and
            what it rests on; with something read, all reading of the same thing. Nobody can read from them what it was.
    """

    section: Section
    key: str
    text: Sentence
    at: int
    by_month: bool
    sources: tuple[Source, ...]
    strikes: frozenset[str]


def line_of(
    section: Section,
    about: str,
    text: Sentence,
    *,
    rows: Sequence[TimelineRow] = (),
    said: Sequence[Said] = (),
    beside: Sequence[Source] = (),
) -> Line:
    """A line about something, from the events and what was said that show it, and what of ours stands beside them."""
    key = _digest(section, about)
    sources = (*(one.source for one in said), *(source_of(row) for row in rows), *beside)
    at = max((*(one.at for one in said), *(row.occurred_at for row in rows)))
    marks = {key, *(mark_of(one.source) for one in said), *(mark_of_row(row) for row in rows)}
    by_month = any(row.by_month for row in rows)
    return Line(section, key, text, at, by_month, tuple(dict.fromkeys(sources)), frozenset(marks))


def mark_of(source: Source) -> str:
    """What striking a line takes away of something that was said."""
    return _digest(source.kind, source.id)


def mark_of_row(row: TimelineRow) -> str:
    """What striking a line takes away of an event: with reading, all of the same thing."""
    if row.activity in READING_ACTIVITIES and row.object:
        return _digest("object", row.object)
    return _digest("event", f"{row.source} {row.event_id}" if row.event_id else f"{row.activity} {row.occurred_at}")


def _digest(kind: str, about: str) -> str:
    return hashlib.blake2b(f"{kind}\n{about}".encode(), digest_size=16).hexdigest()


def source_of(row: TimelineRow) -> Source:
    """Where an event can be looked up."""
    return Source(SourceKind.MONTH, row.activity) if row.by_month else Source(SourceKind.EVENT, row.event_id)


def properties_of(row: TimelineRow) -> dict[str, str]:
    """What a call or a file brought beside the event's own columns, by its plain name."""
    found = json.loads(row.properties) if row.properties else {}
    return {str(name).removeprefix(_FROM_CALLS): str(value) for name, value in found.items()}


def name_of(row: TimelineRow) -> str:
    """What an event is about, as people say it: the product's name or the page's title, else its number or path."""
    brought = properties_of(row)
    return brought.get("name") or brought.get("title") or row.object or ""
