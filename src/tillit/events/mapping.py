"""A mapping: which column of a file is what. Values only; `mapping_toml` reads them, `mapping_dump` writes them."""

from __future__ import annotations

from collections import abc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches

from tillit.errors import MappingError
from tillit.events.column_words import names_employee
from tillit.sentences import sentence
from tillit.vocabulary import IdentifierKind

FILE_ORDER = "file order"
ALL_COLUMNS = "*"
CELL_KEYS = ("channel", "function", "actor", "place", "campaign")  # texts an event may have from a constant or a column
CONSENT_CELL_KEYS = ("purpose", "channel", "answer", "wording", "language", "where")
EPOCH_FORMATS = ("epoch_s", "epoch_ms", "epoch_us")
SERIAL_FORMAT = "excel"  # days since 1899-12-30, as spreadsheets keep times
NAMED_FORMATS = (*EPOCH_FORMATS, SERIAL_FORMAT)


@dataclass(frozen=True, slots=True)
class Cell:
    """A text of an event: the same in every row, or read from a column and renamed where `rename` knows the value."""

    constant: str | None = None
    column: str | None = None
    rename: abc.Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Time:
    """When an event happened: one column, or several (a date and a time) joined by a space.

    `format` is a strptime format or one of `NAMED_FORMATS`; None lets the column say it (ISO 8601 and common forms).
    """

    columns: tuple[str, ...]
    format: str | None = None


@dataclass(frozen=True, slots=True)
class EventRule:
    """How a row gives one event. A row whose time is empty gives none."""

    activity: Cell
    time: Time
    amount: str | None = None
    object: str | None = None
    channel: Cell | None = None
    function: Cell | None = None
    actor: Cell | None = None
    place: Cell | None = None
    campaign: Cell | None = None
    refund: bool = False  # amount and margin count negative, whatever sign the file gives them
    once_per: tuple[str, ...] = ()  # rows that agree in these columns give the event once
    when: abc.Mapping[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # only rows whose column holds one of these words

    @property
    def label(self) -> str:
        """What tells this event from the others of its row: its activity, or the column that names it."""
        return self.activity.constant or self.activity.column or ""

    def columns(self) -> Iterator[tuple[str, str]]:
        """Every column the rule reads, with the key that names it."""
        yield from (("time", column) for column in self.time.columns)
        yield from ((key, cell.column) for key, cell in self.cells() if cell.column is not None)
        yield from (("once_per", column) for column in self.once_per)
        yield from (("when", column) for column in self.when)
        if self.amount is not None:
            yield "amount", self.amount
        if self.object is not None:
            yield "object", self.object

    def cells(self) -> Iterator[tuple[str, Cell]]:
        """Every text that the rule reads or states, with its key."""
        yield from _cells(self, ("activity", *CELL_KEYS))


@dataclass(frozen=True, slots=True)
class ConsentRule:
    """How a row gives one answer: a yes or a no to a purpose. A row without an answer gives none.

    Attributes:
        answer: What says yes or no; a constant where everybody in the file said the same.
        time: When it was given.
        channel: The way of contact, with marketing.
        wording: The version of the words that were answered.
    """

    purpose: Cell
    answer: Cell
    time: Time
    channel: Cell | None = None
    wording: Cell | None = None
    language: Cell | None = None
    where: Cell | None = None

    def columns(self) -> Iterator[tuple[str, str]]:
        """Every column the rule reads, with the key that names it."""
        yield from (("time", column) for column in self.time.columns)
        yield from ((key, cell.column) for key, cell in self.cells() if cell.column is not None)

    def cells(self) -> Iterator[tuple[str, Cell]]:
        """Every text that the rule reads or states, with its key."""
        yield from _cells(self, CONSENT_CELL_KEYS)


def _cells(rule: EventRule | ConsentRule, keys: Sequence[str]) -> Iterator[tuple[str, Cell]]:
    for key in keys:
        cell: Cell | None = getattr(rule, key)
        if cell is not None:
            yield key, cell


@dataclass(frozen=True, slots=True)
class Mapping:
    """How a file's rows become events. `load_mapping` in `mapping_toml` explains each key by its TOML form."""

    events: tuple[EventRule, ...]
    identifiers: abc.Mapping[
        IdentifierKind, tuple[str, ...]
    ]  # in the order they are tried; several columns: first present
    source: str = "file"
    timezone: str | None = None
    namespace: str | None = (
        None  # whose customer and order numbers these are; None: the company's own, the same everywhere
    )
    region: str | None = None  # ISO 3166 country of phone numbers without a country code; else the time zone's
    hashed: bool = False  # `hashed:…` in identifiers is a subject itself, as an export of ours writes it
    sequence: str | None = None  # FILE_ORDER or a column
    event_id: tuple[str, ...] = ()
    currency: Cell | None = None
    decimal: str | None = None  # "." or ","; None lets the column say it
    gross: bool = False
    vat_rate: Decimal | None = None
    margin: str | None = None
    margin_rate: Decimal | None = None
    constants: abc.Mapping[str, str] = field(default_factory=dict)  # of channel, function, actor, place, campaign
    properties: tuple[str, ...] = ()  # columns, or (ALL_COLUMNS,)
    names: abc.Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # kind of name → columns, joined by a space
    consents: tuple[ConsentRule, ...] = ()  # a mapping without events has some

    def __post_init__(self) -> None:
        for key, column in self.columns():
            if names_employee(column):
                raise MappingError(
                    sentence(
                        "{key}: “{column}” names employees, and no event carries an employee. Take the "
                        "column out of the mapping; a place or a function may stand in its stead.",
                        key=key,
                        column=column,
                    )
                )

    def columns(self) -> Iterator[tuple[str, str]]:
        """Every column the mapping reads, with the key that names it; `properties = "*"` names none."""
        for number, rule in enumerate(self.events, start=1):
            yield from ((f"event {number}: {key}", column) for key, column in rule.columns())
        for number, consent in enumerate(self.consents, start=1):
            yield from ((f"consent {number}: {key}", column) for key, column in consent.columns())
        for kind, columns in self.identifiers.items():
            yield from ((f"identifiers: {kind}", column) for column in columns)
        for kind_of_name, columns in self.names.items():
            yield from ((f"names: {kind_of_name}", column) for column in columns)
        yield from (("event_id", column) for column in self.event_id)
        yield from (("properties", column) for column in self.properties if column != ALL_COLUMNS)
        if self.sequence is not None and self.sequence != FILE_ORDER:
            yield "sequence", self.sequence
        if self.currency is not None and self.currency.column is not None:
            yield "currency", self.currency.column
        if self.margin is not None:
            yield "margin", self.margin

    @property
    def labels(self) -> tuple[str, ...]:
        """What tells the events of one row apart in their ids, in the order of `events`; each once."""
        labels: list[str] = []
        for rule in self.events:
            count = sum(label.partition("#")[0] == rule.label for label in labels)
            labels.append(f"{rule.label}#{count + 1}" if count else rule.label)
        return tuple(labels)

    def property_columns(self, columns: Sequence[str]) -> tuple[str, ...]:
        """Which of a file's columns are kept in `properties`; "*": those that nothing else reads, without employees."""
        if ALL_COLUMNS not in self.properties:
            return self.properties
        used = {column for key, column in self.columns() if key != "properties"}
        return tuple(column for column in columns if column not in used and not names_employee(column))


def check_columns(mapping: Mapping, columns: Sequence[str], *, name: str) -> None:
    """Make sure that a file has every column its mapping reads.

    Raises:
        MappingError: It names the key, the column that is missing, and the nearest one the file has.
    """
    present = set(columns)
    for key, column in mapping.columns():
        if column not in present:
            by_lower = {present.lower(): present for present in columns}
            near = get_close_matches(column.lower(), by_lower, n=1, cutoff=0.6)
            remedy = (
                sentence('Did you mean "{column}"?', column=by_lower[near[0]])
                if near
                else sentence("Its columns are: {columns}.", columns=", ".join(columns))
            )
            raise MappingError(
                sentence(
                    '{key} names the column "{column}", which {file} does not have. {remedy}',
                    key=key,
                    column=column,
                    file=name,
                    remedy=remedy,
                )
            )
    for number, rule in enumerate(mapping.events, start=1):
        for key, cell in rule.cells():
            if cell.constant is not None and cell.constant in present:
                raise MappingError(
                    sentence(
                        'event {number}: {key} = "{word}" would write that word into every event, but it is a column '
                        'of {file}. Write {key} = {{column = "{word}"}}.',
                        number=number,
                        key=key,
                        word=cell.constant,
                        file=name,
                    )
                )
    for number, consent in enumerate(mapping.consents, start=1):
        for key, cell in consent.cells():
            if cell.constant is not None and cell.constant in present:
                raise MappingError(
                    sentence(
                        'consent {number}: {key} = "{word}" would write that word into every answer, but it is a '
                        'column of {file}. Write {key} = {{column = "{word}"}}.',
                        number=number,
                        key=key,
                        word=cell.constant,
                        file=name,
                    )
                )
