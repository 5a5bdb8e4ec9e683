"""A chunk of raw cells and a mapping become events, links and contacts; what cannot be read is refused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tillit.events import cells, texts
from tillit.events.answers import AnswerReader, answers_of
from tillit.events.chunks import RawChunk
from tillit.events.contract import CONTACT_SCHEMA, EVENT_SCHEMA, LINK_SCHEMA
from tillit.events.faults import Faults
from tillit.events.mapping import FILE_ORDER, EventRule, Mapping
from tillit.events.money import Money, MoneyReader
from tillit.events.properties import properties_of
from tillit.events.rowids import row_ids
from tillit.events.settling import IdKind
from tillit.events.subject import Identified, Subjects
from tillit.events.times import TimeReader
from tillit.sentences import Sentence, sentence
from tillit.vocabulary import IdentifierKind

Booleans = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]

LINK_RULE = "same row"
# A link knows the row it came from until it is settled, so that it can follow its event.
DRAFT_LINK_SCHEMA = LINK_SCHEMA.append(pa.field("origin_row", pa.int64(), nullable=False))


@dataclass(frozen=True, slots=True)
class Converted:
    """One chunk after its mapping; `events[i]` and `links[i]` come from the mapping's i-th `[[event]]`."""

    events: tuple[pa.Table, ...]
    links: tuple[pa.Table, ...]
    contacts: pa.Table
    answers: pa.Table  # ANSWER_SCHEMA
    answer_contacts: pa.Table  # of rows that gave an answer and no event
    faults: Faults  # by place in the chunk's table
    rows_without_event: int  # taken, but every time was empty
    further_lines: int  # taken, but an earlier row gave all their events


@dataclass(frozen=True, slots=True)
class _Reading:
    """What one `[[event]]` reads from a chunk; arrays as long as the chunk's table."""

    micros: Integers
    there: Booleans  # there is an event, readable or not
    activity: pa.Array
    money: Money
    ids: pa.Array


@dataclass(frozen=True, slots=True)
class _Identity:
    """Who a row is about: the first identifier present, and the others."""

    subject: pa.Array
    kind: pa.Array
    by_kind: dict[IdentifierKind, Identified]


class Converter:
    """Converts the chunks of one file, one after the other."""

    def __init__(self, mapping: Mapping, columns: tuple[str, ...], subjects: Subjects, *, received_at: int) -> None:
        self._mapping = mapping
        self._property_columns = mapping.property_columns(columns)
        self._subjects = subjects
        self._received_at = received_at
        self._times = tuple(TimeReader(rule.time, mapping.timezone) for rule in mapping.events)
        self._money = tuple(MoneyReader(mapping, rule) for rule in mapping.events)
        self._answers = tuple(AnswerReader(rule, mapping, received_at=received_at) for rule in mapping.consents)

    @property
    def id_kinds(self) -> tuple[IdKind, ...]:
        """Where the ids of each `[[event]]` come from."""
        of_rows = IdKind.GIVEN if self._mapping.event_id else IdKind.DERIVED
        return tuple(IdKind.ONCE if rule.once_per else of_rows for rule in self._mapping.events)

    @property
    def notes(self) -> tuple[Sentence, ...]:
        """What was assumed while converting, each sentence once."""
        said = [note for reader in self._times for note in reader.notes]
        said += [note for reader in self._money for note in reader.notes]
        said += [note for answers in self._answers for note in answers.notes]
        return tuple(dict.fromkeys(said))

    def learn(self, chunk: RawChunk) -> bool:
        """Look at a chunk before it is converted; whether what only whole columns tell is told, as far as met."""
        numbers = chunk.row_numbers()
        told = [reader.learn(chunk.table, numbers) for reader in self._times]
        told += [reader.learn(chunk.table, numbers) for reader in self._money]
        told += [answers.learn(chunk.table, numbers) for answers in self._answers]
        return all(told)

    def conclude(self) -> None:
        """After the whole file was looked at.

        Raises:
            AmbiguityError: A column can be read in two ways, and nothing in it tells which.
        """
        for times in self._times:
            times.conclude()
        for money in self._money:
            money.conclude()
        for answers in self._answers:
            answers.conclude()

    def convert(self, chunk: RawChunk) -> Converted:
        """Convert one chunk. A row any of whose events cannot be read is refused whole."""
        table, mapping = chunk.table, self._mapping
        faults = Faults(table.num_rows)
        readings = self._read(chunk, faults)
        answered = [reader.read(table, faults) for reader in self._answers]
        happened = _any([reading.there for reading in readings], table.num_rows)
        some = happened | _any([answer.there for answer in answered], table.num_rows)
        identity = self._identify(table)
        faults.add(
            np.flatnonzero(some & ~cells.present(identity.subject)),
            "subject_missing",
            sentence(
                "The row names nobody in {columns}. Fill one in, or map another column.",
                columns=_listed(mapping.identifiers.values()),
            ),
        )
        sequence = self._sequence(chunk, some, faults)
        properties = properties_of(table, self._property_columns)
        events, links = [], []
        gave = np.zeros(table.num_rows, dtype=np.bool_)
        for rule, reading in zip(mapping.events, readings, strict=True):
            first = _first_of_each(reading.ids, reading.there) if rule.once_per else reading.there
            taken = np.flatnonzero(first & ~faults.refused)
            gave[taken] = True
            event = self._events(rule, table, reading, identity, sequence, properties, chunk.row_numbers(), taken)
            events.append(event)
            links.append(_links(identity, event, taken))
        good = ~faults.refused
        answers = answers_of(answered, identity.by_kind, chunk, faults.refused)
        return Converted(
            events=tuple(events),
            links=tuple(links),
            contacts=self._contacts(table, identity, np.flatnonzero(gave)),
            answers=answers,
            answer_contacts=self._contacts(table, identity, _rows_in(answers, chunk, gave)),
            faults=faults,
            rows_without_event=int((good & ~some).sum()),
            further_lines=int((good & happened & ~gave).sum()),
        )

    def _read(self, chunk: RawChunk, faults: Faults) -> list[_Reading]:
        mapping, table = self._mapping, chunk.table
        readings = []
        ids: pa.Array | None = None
        for place, rule in enumerate(mapping.events):
            micros, there = self._times[place].read(table, _asked(rule, table), faults)
            activity = texts.activity_of(rule.activity, table)
            faults.add(
                np.flatnonzero(there & ~cells.present(activity)),
                "activity_missing",
                sentence(
                    'The row says no activity in "{column}". Fill it in, or leave its time empty.',
                    column=rule.activity.column or "",
                ),
            )
            money = self._money[place].read(table, there, faults)
            if rule.once_per:
                own = cells.joined([cells.text(table[column]) for column in rule.once_per], "|")
            else:
                ids = self._row_ids(table) if ids is None else ids
                own = ids
            faults.add(
                np.flatnonzero(there & ~cells.present(own)),
                "id_missing",
                sentence(
                    "The row needs an id in {columns}. Fill it in.",
                    columns=_listed([rule.once_per or mapping.event_id]),
                ),
            )
            if rule.once_per or len(mapping.events) > 1:
                own = pc.binary_join_element_wise(own, mapping.labels[place], ":")
            readings.append(_Reading(micros, there, activity, money, own))
        return readings

    def _row_ids(self, table: pa.Table) -> pa.Array:
        columns = self._mapping.event_id
        if columns:
            return cells.joined([cells.text(table[column]) for column in columns], "|")
        return pa.array(row_ids(table), pa.string())

    def _identify(self, table: pa.Table) -> _Identity:
        by_kind = {
            kind: self._subjects.identify(kind, pc.coalesce(*(cells.text(table[column]) for column in columns)))
            for kind, columns in self._mapping.identifiers.items()
        }
        subject = pc.coalesce(*(found.subjects for found in by_kind.values()))
        names = [
            pc.if_else(pc.is_valid(found.subjects), str(kind), pa.scalar(None, pa.string()))
            for kind, found in by_kind.items()
        ]
        return _Identity(subject, pc.coalesce(*names), by_kind)

    def _sequence(self, chunk: RawChunk, some: Booleans, faults: Faults) -> Integers:
        column = self._mapping.sequence
        if column is None:
            return np.zeros(chunk.table.num_rows, dtype=np.int64)
        if column == FILE_ORDER:
            return chunk.row_numbers()
        found = cells.text(chunk.table[column])
        whole = pc.fill_null(pc.match_substring_regex(found, r"^[+-]?[0-9]{1,18}$"), False)
        faults.add(
            np.flatnonzero(some & ~whole.to_numpy(zero_copy_only=False)),
            "sequence_unreadable",
            sentence('"{column}" gives the order of equal times and needs a whole number here.', column=column),
        )
        numbers: Integers = pc.if_else(whole, found, "0").cast(pa.int64()).to_numpy(zero_copy_only=False)
        return numbers

    def _events(
        self,
        rule: EventRule,
        table: pa.Table,
        reading: _Reading,
        identity: _Identity,
        sequence: Integers,
        properties: pa.Array,
        numbers: Integers,
        taken: Integers,
    ) -> pa.Table:
        def given(key: str) -> pa.Array:
            return texts.text_of(key, getattr(rule, key), self._mapping, table)

        rows = table.num_rows
        whole = pa.Table.from_pydict(
            {
                "event_id": reading.ids,
                "source": pa.repeat(self._mapping.source, rows),
                "occurred_at": pa.array(reading.micros),
                "sequence": pa.array(sequence),
                "received_at": pa.repeat(pa.scalar(self._received_at, pa.int64()), rows),
                "clock_skew": pa.repeat(pa.scalar(0, pa.int64()), rows),
                "subject": identity.subject,
                "subject_kind": identity.kind,
                "activity": reading.activity,
                "channel": texts.channel_or_unknown(given("channel")),
                "function": texts.function_or_implied(given("function"), reading.activity),
                "actor": texts.actor_or_implied(given("actor"), reading.activity),
                "amount_minor": reading.money.amount_minor,
                "margin_minor": reading.money.margin_minor,
                "currency": reading.money.currency,
                "place": given("place"),
                "campaign": given("campaign"),
                "object": pa.nulls(rows, pa.string()) if rule.object is None else cells.text(table[rule.object]),
                "properties": properties,
                "origin_row": pa.array(numbers),
            }
        )
        return (whole if taken.size == rows else whole.take(taken)).cast(EVENT_SCHEMA)

    def _contacts(self, table: pa.Table, identity: _Identity, gave: Integers) -> pa.Table:
        """What rows that gave an event say in clear; of other rows nothing is kept."""
        parts = [self._subjects.contacts(kind, found, gave) for kind, found in identity.by_kind.items()]
        for kind, columns in self._mapping.names.items():
            names = cells.joined([cells.text(table[column]) for column in columns], " ")
            part = pa.table({"subject": identity.subject, "value": names}).take(gave).drop_null()
            part = part.group_by(["subject", "value"]).aggregate([])
            part = part.append_column("kind", pa.repeat(kind, part.num_rows))
            parts.append(part.select(CONTACT_SCHEMA.names).cast(CONTACT_SCHEMA))
        return pa.concat_tables(parts)


def _asked(rule: EventRule, table: pa.Table) -> Booleans:
    """Rows in which the rule may give an event at all."""
    asked: Booleans = np.ones(table.num_rows, dtype=np.bool_)
    for column, words in rule.when.items():
        wanted = pa.array([word.strip().lower() for word in words], pa.string())
        found = pc.is_in(pc.utf8_lower(cells.text(table[column])), value_set=wanted)
        asked &= found.to_numpy(zero_copy_only=False)
    return asked


def _first_of_each(ids: pa.Array, there: Booleans) -> Booleans:
    """Of the rows that give one event together, the first; it gives the event even if it must be refused for it."""
    codes = ids.dictionary_encode().indices.fill_null(-1).to_numpy(zero_copy_only=False)
    places = np.flatnonzero(there)
    first: Booleans = np.zeros(there.size, dtype=np.bool_)
    first[places[np.unique(codes[places], return_index=True)[1]]] = True
    return first


def _links(identity: _Identity, events: pa.Table, taken: Integers) -> pa.Table:
    """The other identifiers of the rows that gave these events, each tied to the subject."""
    parts = []
    kept = {name: events[name].combine_chunks() for name in ("event_id", "source", "occurred_at", "origin_row")}
    left, left_kind = events["subject"].combine_chunks(), events["subject_kind"].combine_chunks()
    for kind, found in list(identity.by_kind.items())[1:]:
        other = found.subjects.take(taken)
        columns = {
            "left": left,
            "left_kind": left_kind,
            "right": other,
            "right_kind": pa.repeat(str(kind), taken.size),
            "rule": pa.repeat(LINK_RULE, taken.size),
            **kept,
        }
        tied = pc.and_(pc.is_valid(other), pc.not_equal(left_kind, str(kind)))
        parts.append(pa.table(columns).filter(tied).cast(DRAFT_LINK_SCHEMA))
    return pa.concat_tables(parts) if parts else DRAFT_LINK_SCHEMA.empty_table()


def _rows_in(answers: pa.Table, chunk: RawChunk, gave: Booleans) -> Integers:
    """Places of the rows that gave an answer and no event."""
    places = np.searchsorted(chunk.row_numbers(), answers["origin_row"].to_numpy())
    only: Integers = np.unique(places[~gave[places]])
    return only


def _any(there: list[Booleans], rows: int) -> Booleans:
    found: Booleans = np.logical_or.reduce(there) if there else np.zeros(rows, dtype=np.bool_)
    return found


def _listed(groups: Iterable[tuple[str, ...]]) -> str:
    names = [column for group in groups for column in group]
    return ", ".join(f'"{name}"' for name in names)
