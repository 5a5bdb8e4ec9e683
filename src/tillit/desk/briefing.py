"""At most one page about a customer whom one of us is about to meet, each line with its source.

It is made from what happened alone: no model writes it, and what nobody saw or said is not in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from tillit.desk.challenge import price_of, worth_challenging
from tillit.desk.facts import Facts, Line, Section, Told, line_of, name_of
from tillit.journeys.timeline import TimelineRow
from tillit.sentences import Sentence, sentence
from tillit.vocabulary import READING_ACTIVITIES, Stage

MOST_LINES = 20  # with headings and the line worth challenging, one page
# What one needs while one answers stands beside the conversation; the rest is on the page.
CORE = (Section.NEED, Section.STAGE, Section.ASKED, Section.PROMISED, Section.PRICES)
MOST_BESIDE = 2  # lines of a section there
READ = frozenset(
    {"page_viewed", "screen_viewed", "article_viewed", "product_viewed", "product_clicked", "reviews_read"}
)
ASKED = frozenset({"question_asked", "ticket_opened", "complaint_made", "quote_requested"})
BOUGHT = frozenset({"order_completed", "deal_won"})

_STAGES: dict[Stage, Sentence] = {
    Stage.NEED: sentence("Has noticed a need."),
    Stage.EXPLORE: sentence("Is looking around."),
    Stage.COMPARE: sentence("Is comparing."),
    Stage.DECIDE: sentence("Is about to decide."),
    Stage.RECEIVE: sentence("Has ordered, and waits for it."),
    Stage.USE: sentence("Uses what was bought."),
    Stage.STAY: sentence("Has come back to us."),
}


@dataclass(frozen=True, slots=True)
class Briefing:
    """One page.

    Attributes:
        lines: By section, in the order of `Section`; at most `MOST_LINES`.
        more: How many lines did not fit.
        challenge: What the customer may have missed; None where nothing shows it.
    """

    lines: tuple[Line, ...]
    more: int
    challenge: Line | None

    @property
    def sections(self) -> tuple[tuple[Section, tuple[Line, ...]], ...]:
        """The lines under their headings."""
        found: defaultdict[Section, list[Line]] = defaultdict(list)
        for line in self.lines:
            found[line.section].append(line)
        return tuple((section, tuple(lines)) for section, lines in found.items())

    @property
    def core(self) -> tuple[tuple[Section, tuple[Line, ...]], ...]:
        """The first lines of the sections that one needs while one answers."""
        return tuple((section, lines[:MOST_BESIDE]) for section, lines in self.sections if section in CORE)


def brief(facts: Facts, *, struck: Collection[str] = ()) -> Briefing:
    """The briefing of one customer.

    The first line of each section comes first, then the second of each, until the page is full.

    Args:
        struck: What lines that the customer took away strike (`Line.strikes`): neither they nor what they rest on ever
            comes back.
    """
    of_section: defaultdict[Section, list[Line]] = defaultdict(list)
    left = facts.without(struck)
    for line in _all_lines(left):
        if line.key not in struck:
            of_section[line.section].append(line)
    ranked = [line for rank in zip_longest(*(of_section[section] for section in Section)) for line in rank if line]
    order = list(Section)
    kept = sorted(ranked[:MOST_LINES], key=lambda line: order.index(line.section))
    return Briefing(tuple(kept), max(0, len(ranked) - MOST_LINES), worth_challenging(left, struck=struck))


def _all_lines(facts: Facts) -> Iterator[Line]:
    """Every line, the most telling of each section first."""
    if facts.goal is not None:
        yield _told(Section.NEED, sentence("Wants: {goal}", goal=facts.goal.text), facts.goal)
    for need in facts.needs:
        yield _told(Section.NEED, sentence("Has said to need: {need}", need=need.text), need)
    yield from _stage(facts)
    yield from _asked(facts)
    for promise in sorted(facts.promises, key=lambda one: one.at, reverse=True):
        due = "" if promise.due_on is None else promise.due_on.isoformat()
        if promise.is_booking:
            words = sentence("Booked for {due}: {what}", due=due, what=promise.text)
        elif due:
            words = sentence("We promised by {due}: {what}", due=due, what=promise.text)
        else:
            words = sentence("We promised: {what}", what=promise.text)
        yield line_of(Section.PROMISED, promise.source.id, words, said=[promise])
    yield from _known(facts)
    rows = facts.now
    yield from _compared(rows)
    yield from _prices(rows)
    yield from _read(rows)


def _stage(facts: Facts) -> Iterator[Line]:
    for row in reversed(facts.rows):
        stage = facts.stage_of.get(row.activity)
        if stage is not None:
            line = line_of(Section.STAGE, "", _STAGES[stage], rows=[row])
            # Whoever strikes what we make of them has not struck the thing that they looked at last.
            yield replace(line, strikes=frozenset({line.key}))
            return


def _asked(facts: Facts) -> Iterator[Line]:
    """Questions in their own words, those without an answer first; then those of which only that they were asked."""
    for question in sorted(facts.questions, key=lambda one: (one.is_answered, -one.at)):
        words = (
            sentence("Asked: “{question}”", question=question.text)
            if question.is_answered
            else sentence("Asked, and has no answer yet: “{question}”", question=question.text)
        )
        yield line_of(Section.ASKED, question.source.id, words, said=[question])
    for row in reversed(facts.rows):
        if row.activity in ASKED:
            said = _ASKED_BY[row.activity]
            yield line_of(Section.ASKED, row.event_id or f"{row.activity} {row.occurred_at}", said, rows=[row])


_ASKED_BY: dict[str, Sentence] = {
    "question_asked": sentence("Asked us something."),
    "ticket_opened": sentence("Told us of a problem."),
    "complaint_made": sentence("Complained."),
    "quote_requested": sentence("Asked for an offer."),
}


def _known(facts: Facts) -> Iterator[Line]:
    """What nobody has to ask again."""
    for told in sorted(facts.told, key=lambda one: one.at, reverse=True):
        yield _told(Section.NOT_AGAIN, sentence("Has told us: {what}", what=told.text), told)
    bought = [row for row in facts.rows if row.activity in BOUGHT]
    if bought:
        yield line_of(
            Section.NOT_AGAIN, "bought", sentence("Has bought from us: {count}", count=len(bought)), rows=bought
        )


def _compared(rows: Sequence[TimelineRow]) -> Iterator[Line]:
    found = [row for row in rows if row.activity == "products_compared" and row.object]
    names = tuple(dict.fromkeys(map(name_of, reversed(found))))
    if names:
        about = " ".join(sorted({row.object or "" for row in found}))
        yield line_of(Section.COMPARED, about, sentence("Compared: {what}", what=", ".join(names)), rows=found)


def _prices(rows: Sequence[TimelineRow]) -> Iterator[Line]:
    """The last price seen of each thing, the latest first."""
    for about, seen in _by_object(row for row in rows if row.activity in READING_ACTIVITIES and price_of(row)):
        price = price_of(seen[-1])
        if price is not None:
            said = sentence("Saw {what} at {price}", what=name_of(seen[-1]), price=price.text)
            yield line_of(Section.PRICES, about, said, rows=seen[-1:])


def _read(rows: Sequence[TimelineRow]) -> Iterator[Line]:
    """What was read most often, then latest, first."""
    found = list(_by_object(row for row in rows if row.activity in READ))
    for about, seen in sorted(found, key=lambda each: (-len(each[1]), -each[1][-1].occurred_at, each[0])):
        said = sentence("Read: {what} ({count})", what=name_of(seen[-1]), count=len(seen))
        yield line_of(Section.READ, about, said, rows=seen)


def _by_object(rows: Iterable[TimelineRow]) -> Iterator[tuple[str, list[TimelineRow]]]:
    """What has an object, by it; the one seen latest first."""
    found: defaultdict[str, list[TimelineRow]] = defaultdict(list)
    for row in rows:
        if row.object:
            found[row.object].append(row)
    yield from sorted(found.items(), key=lambda each: (-each[1][-1].occurred_at, each[0]))


def _told(section: Section, text: Sentence, told: Told) -> Line:
    return line_of(section, f"{told.source.kind} {told.source.id} {told.text}", text, said=[told])
