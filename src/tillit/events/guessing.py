"""Guess the mapping of a file that no recipe knows: from its column names first, then from what stands in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import pyarrow as pa

from tillit.events.column_content import MOST, Content, content_of, too_few_numbers
from tillit.events.column_words import (
    CASES,
    EMPLOYEES,
    HANDLERS,
    IDENTIFIER_WORDS,
    IDENTIFYING,
    LOOSE_ACTIVITIES,
    NO_STEP,
    ORDER_STEPS,
    SESSIONS,
    TIME_ENDINGS,
    WORDS,
    Holds,
    plain_words,
)
from tillit.events.guessed_times import clock_of, counted_in_days, unreadable
from tillit.events.mapping import FILE_ORDER, SERIAL_FORMAT, Cell, EventRule, Mapping, Time
from tillit.sentences import Sentence, paragraph, sentence
from tillit.vocabulary import IdentifierKind

Fits: TypeAlias = Callable[[Content], bool]


@dataclass(frozen=True, slots=True)
class Guess:
    """A mapping and what it is unsure of, or the problem that leaves none."""

    mapping: Mapping | None
    unsure: tuple[Sentence, ...] = ()
    notes: tuple[Sentence, ...] = ()
    problem: Sentence | None = None


def guess_mapping(sample: pa.Table) -> Guess:
    """Guess how a file's rows become events.

    Args:
        sample: Some of its first rows, with all of its columns.
    """
    return _Guesser(sample).guess()


class _Guesser:
    """The columns that nothing has taken yet, and what was said about those that were."""

    def __init__(self, sample: pa.Table) -> None:
        self._rows = sample.num_rows
        self._columns: tuple[str, ...] = tuple(sample.column_names)
        self._plain = {column: plain_words(column) for column in self._columns}
        self._content = {column: content_of(cells) for column, cells in zip(self._columns, sample.columns, strict=True)}
        self._left = [column for column in self._columns if self._plain[column] not in EMPLOYEES]
        self._unsure: list[Sentence] = []
        self._notes: list[Sentence] = []

    def guess(self) -> Guess:
        employees = [column for column in self._columns if column not in self._left]
        if employees:
            self._notes.append(
                sentence("{columns}: left out as employees, whom no event carries.", columns=_listed(employees))
            )
        time = self._time()
        if time is None:
            return Guess(None, problem=self._no_time())
        order = self._named(Holds.ORDER)
        activity = self._named(Holds.ACTIVITY, lambda content: not content.is_time)
        if activity is not None and self._plain[activity] in LOOSE_ACTIVITIES:
            self._unsure.append(
                sentence(
                    '"{column}" is taken for what happened. If it says something else, write another column.',
                    column=activity,
                )
            )
        identifiers = self._identifiers(order)
        if not identifiers:
            return Guess(
                None, problem=self._nothing(sentence("whose the events are"), "customer_id, email, kundnr, kundenr")
            )
        event_id = self._event_id()
        sequence = self._named(Holds.SEQUENCE, lambda content: content.is_number)
        currency = self._named(Holds.CURRENCY)
        rules = self._rules(time, activity, order)
        names = tuple(self._called(WORDS[Holds.NAME]))
        mapping = Mapping(
            events=rules,
            identifiers=identifiers,
            timezone=self._zone(time),
            sequence=sequence or (None if event_id else FILE_ORDER),
            event_id=(event_id,) if event_id else (),
            currency=Cell(column=currency) if currency else None,
            names={"name": names} if names else {},
            properties=self._properties(),
        )
        return Guess(mapping, tuple(self._unsure), tuple(self._notes))

    def _time(self) -> Time | None:
        named = self._named(Holds.TIME, lambda content: content.is_time or content.epoch is not None)
        if named is None:
            named = next((c for c in self._left if self._plain[c].endswith(TIME_ENDINGS) and self._is_time(c)), None)
            named = named or next(filter(self._is_time, self._left), None)
            if named is None:
                return self._days()
            self._take(named)
            self._unsure.append(
                sentence(
                    '"{column}" is taken for when things happened. If another column says it, write that one.',
                    column=named,
                )
            )
        content = self._content[named]
        if not content.has_clock and content.epoch is None:
            clock = self._named(Holds.CLOCK, lambda other: other.clock_share >= MOST)
            if clock is not None:
                return Time((named, clock))
        return Time((named,), content.epoch)

    def _days(self) -> Time | None:
        """A column called like a time that may hold a spreadsheet's days."""
        column = self._named(Holds.TIME, lambda content: content.are_days)
        if column is None:
            return None
        self._unsure.append(counted_in_days(column, self._content[column].example))
        return Time((column,), SERIAL_FORMAT)

    def _no_time(self) -> Sentence:
        """Why no column says when: none is called so, or one is and holds something else."""
        for column in self._left:
            called_so = self._plain[column] in WORDS[Holds.TIME] or self._plain[column].endswith(TIME_ENDINGS)
            if called_so and self._content[column].filled:
                return unreadable(column, self._content[column].example)
        return self._nothing(sentence("when things happened"), "time, date, datum, dato")

    def _zone(self, time: Time) -> str | None:
        """The zone of times without an offset, by the language of the column names."""
        has_offset = any(self._content[column].has_offset for column in time.columns)
        if has_offset or time.format not in (None, SERIAL_FORMAT):
            return None
        found = clock_of(self._plain.values())
        if found is None:
            return None
        self._notes.append(found.note)
        return found.zone

    def _is_time(self, column: str) -> bool:
        return self._content[column].is_time and self._plain[column] not in IDENTIFYING  # nobody acts on a birthday

    def _identifiers(self, order: str | None) -> dict[IdentifierKind, tuple[str, ...]]:
        found: dict[IdentifierKind, tuple[str, ...]] = {}
        for kind, words in IDENTIFIER_WORDS.items():
            persons = tuple(word for word in words if word not in SESSIONS)
            column = self._first_called(persons, lambda content: not content.is_time)
            if column is not None:
                holds_addresses = self._content[column].email_share >= MOST
                found.setdefault(IdentifierKind.EMAIL if holds_addresses else kind, (column,))
        if not found:
            return self._someone(order)
        customer = found.get(IdentifierKind.CUSTOMER, ("",))[0]
        if self._plain.get(customer) in CASES:
            handlers = [column for column in self._left if self._plain[column] in HANDLERS]
            for column in handlers:
                self._left.remove(column)
                self._notes.append(
                    sentence(
                        '"{column}" is left out: beside "{case}" it may name who handled the case.',
                        column=column,
                        case=customer,
                    )
                )
        return found

    def _someone(self, order: str | None) -> dict[IdentifierKind, tuple[str, ...]]:
        """A stand-in where no column is called like a customer."""
        if order is not None:
            self._unsure.append(
                sentence(
                    'No column names a customer, so each order in "{column}" stands for one; journeys end with it.',
                    column=order,
                )
            )
            return {IdentifierKind.ORDER: (order,)}
        session = self._first_called(sorted(SESSIONS))
        if session is not None:
            self._unsure.append(
                sentence('No column names a customer, so each visit in "{column}" stands for one.', column=session)
            )
            return {IdentifierKind.ANONYMOUS: (session,)}
        email = next((column for column in self._left if self._content[column].email_share >= MOST), None)
        if email is not None:
            self._unsure.append(
                sentence('"{column}" holds e-mail addresses and is taken for the customer.', column=email)
            )
            return {IdentifierKind.EMAIL: (self._take(email),)}
        likely = [column for column in self._left if self._content[column].may_be_someone]
        if not likely:
            return {}
        # Of the values that come again, customers have the most different ones.
        best = max(likely, key=lambda column: self._likeness(column))
        content = self._content[best]
        self._unsure.append(
            sentence(
                '"{column}" is taken for the customer: {distinct} different values in {rows} rows. '
                "If another column says whose the event is, write that one.",
                column=best,
                distinct=content.distinct,
                rows=content.filled,
            )
        )
        return {IdentifierKind.CUSTOMER: (self._take(best),)}

    def _likeness(self, column: str) -> tuple[bool, bool, int]:
        content = self._content[column]
        ends_like_an_id = self._plain[column].endswith(("id", "nr", "no", "number", "nummer", "key", "code"))
        return (ends_like_an_id, content.distinct < content.filled, content.distinct)

    def _event_id(self) -> str | None:
        for column in list(self._left):
            content = self._content[column]
            if self._plain[column] in WORDS[Holds.EVENT_ID] and content.filled and not content.is_time:
                if content.distinct == content.filled:
                    return self._take(column)
                self._notes.append(
                    sentence(
                        '"{column}" repeats, so it is no event id; ids are made from the rows instead.', column=column
                    )
                )
        return None

    def _rules(self, time: Time, activity: str | None, order: str | None) -> tuple[EventRule, ...]:
        amount = self._named(Holds.AMOUNT, lambda content: content.is_number)
        if amount is None:
            called_so = (column for column in self._left if self._plain[column] in WORDS[Holds.AMOUNT])
            self._unsure += [said for column in called_so if (said := too_few_numbers(column, self._content[column]))]
        shared = _Shared(
            channel=self._cell(Holds.CHANNEL),
            function=self._cell(Holds.FUNCTION),
            actor=self._cell(Holds.ACTOR),
            place=self._cell(Holds.PLACE),
            campaign=self._cell(Holds.CAMPAIGN),
            object=order or self._named(Holds.OBJECT),
        )
        # A price that few rows have tells some of many activities apart, and does not make each of them an order.
        is_priced = amount is not None and self._content[amount].filled * 2 > self._rows
        if activity is None and (order is not None or is_priced):
            self._unsure.append(
                sentence(
                    "No column says what happened, so every row is read as an order (order_completed). "
                    "If it is something else, write another activity."
                )
            )
            if order is not None and self._content[order].distinct < self._content[order].filled:
                self._unsure.append(
                    sentence(
                        '"{column}" repeats, so every line is read as an order of its own. If each line holds the '
                        'total of the whole order, write once_per = "{column}".',
                        column=order,
                    )
                )
            return (shared.rule(Cell(constant="order_completed"), time, amount=amount), *self._order_steps(shared))
        if activity is None:
            activity = self._few_words()
        if activity is None:
            self._unsure.append(
                sentence('No column says what happened, so every row is called "contact". Write a better activity.')
            )
            return (shared.rule(Cell(constant="contact"), time, amount=amount),)
        return (shared.rule(Cell(column=activity), time, amount=amount),)

    def _few_words(self) -> str | None:
        """A column whose few values come again and again."""
        few = [column for column in self._left if self._content[column].is_few_words]
        named = [column for column in few if self._plain[column].endswith(("status", "state", "steg", "step", "theme"))]
        many = [column for column in few if self._content[column].distinct > 2]  # two are a yes and a no
        if not (named or many):
            return None
        chosen = self._take((named or many)[0])
        self._unsure.append(
            sentence(
                '"{column}" is taken for what happened: {distinct} different values. '
                "If another column says it, write that one.",
                column=chosen,
                distinct=self._content[chosen].distinct,
            )
        )
        return chosen

    def _order_steps(self, shared: _Shared) -> Iterator[EventRule]:
        """What else the time columns of an order file tell: that it was paid, shipped, delivered, cancelled."""
        told: set[str] = set()
        for column in list(self._left):
            words = set(self._plain[column].split("_"))
            if not self._is_time(column) or words & NO_STEP:
                continue
            step = next((step for step, signs in ORDER_STEPS if words & signs and step not in told), None)
            if step is not None:
                told.add(step)
                self._take(column)
                self._unsure.append(
                    sentence('"{column}" is taken for the time of {activity}.', column=column, activity=step)
                )
                yield shared.rule(Cell(constant=step), Time((column,), self._content[column].epoch))

    def _cell(self, holds: Holds) -> Cell | None:
        column = self._named(holds, lambda content: not content.is_time)
        return Cell(column=column) if column is not None else None

    def _properties(self) -> tuple[str, ...]:
        """What is left, but for columns that say who somebody is."""
        hidden = [
            column
            for column in self._left
            if self._plain[column] in IDENTIFYING or self._content[column].email_share > 0 or self._is_someones(column)
        ]
        if hidden:
            self._notes.append(
                sentence("{columns}: left out, as it may tell who somebody is.", columns=_listed(hidden))
            )
        return tuple(column for column in self._left if column not in hidden)

    def _is_someones(self, column: str) -> bool:
        words = {*WORDS[Holds.NAME], *(word for words in IDENTIFIER_WORDS.values() for word in words)} - SESSIONS
        return self._plain[column] in words

    def _named(self, holds: Holds, fits: Fits | None = None) -> str | None:
        """The first column that is called so and holds what its name says."""
        return self._first_called(WORDS[holds], fits)

    def _first_called(self, words: Sequence[str], fits: Fits | None = None) -> str | None:
        return next(self._called(words, fits), None)

    def _called(self, words: Sequence[str], fits: Fits | None = None) -> Iterator[str]:
        for word in words:
            for column in [column for column in self._left if self._plain[column] == word]:
                content = self._content[column]
                if content.filled and (fits is None or fits(content)):
                    yield self._take(column)

    def _take(self, column: str) -> str:
        self._left.remove(column)
        return column

    def _nothing(self, wanted: Sentence, names: str) -> Sentence:
        said = sentence(
            "No column says {wanted}. Its columns are: {columns}. "
            "Give one of them such a name ({names}), or write a mapping that says which it is.",
            wanted=wanted,
            columns=_listed(self._columns[:20]),
            names=names,
        )
        if len(self._columns) > 1:
            return said
        return paragraph(said, sentence("Its first line is taken for column names: remove what stands above them."))


@dataclass(frozen=True, slots=True)
class _Shared:
    """What all events of a row have in common."""

    channel: Cell | None
    function: Cell | None
    actor: Cell | None
    place: Cell | None
    campaign: Cell | None
    object: str | None

    def rule(self, activity: Cell, time: Time, *, amount: str | None = None) -> EventRule:
        return EventRule(
            activity=activity,
            time=time,
            amount=amount,
            object=self.object,
            channel=self.channel,
            function=self.function,
            actor=self.actor,
            place=self.place,
            campaign=self.campaign,
        )


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
