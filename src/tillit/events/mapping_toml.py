"""Mappings as TOML files, read with errors that say what to write instead; `mapping_dump` writes them.

```toml
source = "shopify"                      # where the ids are unique; default "file"
timezone = "Europe/Stockholm"           # of times without an offset; default UTC, and said
namespace = "shopify"                   # customer and order numbers are this system's own: 12 here is no 12 elsewhere
region = "SE"                           # of phone numbers without a country code; default the time zone's country
subjects = "hashed"                     # "hashed:…" in identifiers is the code itself, as tillit export writes it
sequence = "file order"                 # or a column; settles equal times
event_id = "Id"                         # a column or a list of them; absent: made from the raw cells
currency = "SEK"                        # or {column = "Currency"}
decimal = ","                           # absent: the column says it
money = "gross"                         # default "net"; gross needs vat_rate
vat_rate = 0.25
margin = {column = "Margin"}            # or margin_rate = 0.4
constants = {channel = "store", function = "sales", actor = "person", place = "Malmö", campaign = "spring"}
identifiers = {email = "Email", phone = ["Mobile", "Phone"], order = "Name"}
properties = ["Tags", "Note"]           # "*" = every column that nothing else reads
names = {name = ["First name", "Last name"]}

[[event]]                               # one for each event that a row may give
activity = "order_completed"            # or {column = "Type", rename = {purchase = "order_completed"}}
time = "Created at"                     # or {column = "Created at", format = "%d.%m.%Y %H:%M"} (or epoch_s, epoch_ms,
                                        # epoch_us, excel), or {columns = [...]}
amount = "Total"
object = "Name"
channel = {column = "Source name"}      # a bare text is a constant; so for function, actor, place, campaign
refund = false
once_per = "Name"
when = {"Financial status" = ["paid"]}

[[consent]]                             # one for each answer that a row may hold; a file of answers has no [[event]]
purpose = "marketing"                   # or {column = "Purpose", rename = {news = "marketing"}}
channel = "email"                       # with marketing: email, phone or sms
answer = {column = "Newsletter"}        # yes or no, in the words of `answers`
time = "Answered at"
wording = "2026-02"                     # the version of the words
language = "sv"
where = {column = "Form"}               # page, shop, form
```
"""

from __future__ import annotations

import tomllib
from collections import abc
from collections.abc import Sequence
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tillit.errors import MappingError
from tillit.events.mapping import (
    CELL_KEYS,
    CONSENT_CELL_KEYS,
    NAMED_FORMATS,
    Cell,
    ConsentRule,
    EventRule,
    Mapping,
    Time,
)
from tillit.vocabulary import ASKED_FOR, Actor, ContactChannel, Function, IdentifierKind, Purpose

RATE_DECIMALS = 4
TOP_KEYS = (
    "source",
    "timezone",
    "namespace",
    "region",
    "subjects",
    "sequence",
    "event_id",
    "currency",
    "decimal",
    "money",
    "vat_rate",
    "margin",
    "margin_rate",
    "constants",
    "identifiers",
    "properties",
    "names",
    "event",
    "consent",
)
EVENT_KEYS = ("activity", "time", "amount", "object", *CELL_KEYS, "refund", "once_per", "when")
CONSENT_KEYS = (*CONSENT_CELL_KEYS, "time")


def load_mapping(path: Path) -> Mapping:
    """Read a mapping file.

    Raises:
        MappingError: The file is missing, no TOML, or holds something a mapping cannot; key and remedy are named.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as missing:
        raise MappingError(f"There is no mapping {path}. `tillit inspect FILE --write` writes one.") from missing
    except (OSError, UnicodeDecodeError) as refused:
        raise MappingError(f"The mapping {path} cannot be read as UTF-8 text: {refused}.") from refused
    return parse_mapping(text, name=path.name)


def parse_mapping(text: str, *, name: str) -> Mapping:
    """Read a mapping from the text of a TOML file; `name` stands in the errors. Raises as `load_mapping`."""
    try:
        table = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise MappingError(f"{name} is not TOML: {error}. Texts need quotation marks, lists need [ ].") from error
    return mapping_from_table(table, name=name)


def mapping_from_table(table: abc.Mapping[str, Any], *, name: str) -> Mapping:
    """Read a mapping from a parsed TOML table, its floats as `Decimal`. Raises as `load_mapping`."""
    return _Form(name).mapping(table)


class _Form:
    """Turns TOML tables into a mapping; every refusal names the file, the key, what was found and what to write."""

    def __init__(self, name: str) -> None:
        self._name = name

    def mapping(self, table: abc.Mapping[str, Any]) -> Mapping:
        self._known(table, TOP_KEYS, "")
        events, consents = table.get("event", []), table.get("consent", [])
        if not isinstance(consents, list):
            raise self._error("consent", consents, 'blocks: [[consent]], purpose = "…", answer = {column = "…"}')
        if not isinstance(events, list) or not (events or consents):
            raise self._error("event", table.get("event"), 'at least one block: [[event]], activity = "…", time = "…"')
        identifiers = self._table(table, "identifiers", tuple(IdentifierKind))
        if not identifiers:
            raise self._error("identifiers", identifiers, 'whose event it is, for example {email = "Email"}')
        money = table.get("money", "net")
        if money not in ("net", "gross"):
            raise self._error("money", money, '"net" or "gross"')
        vat_rate = self._rate(table, "vat_rate")
        if (money == "gross") != (vat_rate is not None):
            raise MappingError(
                f'{self._name}: money = "gross" and vat_rate belong together. Write both, for example '
                'money = "gross" and vat_rate = 0.25, or neither for amounts without VAT.'
            )
        margin, margin_rate = self._column(table, "margin"), self._rate(table, "margin_rate")
        if margin is not None and margin_rate is not None:
            raise MappingError(f"{self._name}: margin and margin_rate are two answers to one question. Keep one.")
        subjects = table.get("subjects", "clear")
        if subjects not in ("clear", "hashed"):
            raise self._error("subjects", subjects, '"clear", or "hashed" for a file that tillit export wrote')
        decimal = table.get("decimal")
        if decimal not in (None, ".", ","):
            raise self._error("decimal", decimal, '"." or ","')
        properties = table.get("properties", [])
        return Mapping(
            events=tuple(self._event(block, f"event {place}: ") for place, block in enumerate(events, start=1)),
            identifiers={
                IdentifierKind(kind): self._columns(identifiers, kind, "identifiers: ") for kind in identifiers
            },
            source=self._text(table, "source") or "file",
            timezone=self._zone(table),
            namespace=self._text(table, "namespace"),
            region=self._text(table, "region"),
            hashed=subjects == "hashed",
            sequence=self._text(table, "sequence"),
            event_id=self._columns(table, "event_id"),
            currency=self._cell(table, "currency"),
            decimal=decimal,
            gross=money == "gross",
            vat_rate=vat_rate,
            margin=margin,
            margin_rate=margin_rate,
            constants=self._constants(table),
            properties=("*",) if properties == "*" else self._columns(table, "properties"),
            names={kind: self._columns(table["names"], kind, "names: ") for kind in self._table(table, "names")},
            consents=tuple(self._consent(block, f"consent {place}: ") for place, block in enumerate(consents, start=1)),
        )

    def _consent(self, block: object, where: str) -> ConsentRule:
        if not isinstance(block, dict):
            raise self._error(where, block, "a block of keys under [[consent]]")
        self._known(block, CONSENT_KEYS, where)
        cells = {key: self._cell(block, key, where) for key in CONSENT_CELL_KEYS}
        purpose, answer, channel = cells["purpose"], cells["answer"], cells["channel"]
        if purpose is None:
            raise self._error(f"{where}purpose", None, f'one of {", ".join(ASKED_FOR)}, or {{column = "…"}}')
        if answer is None:
            raise self._error(f"{where}answer", None, '{column = "…"}, or "yes" where everybody in the file said it')
        for key, cell, words in (
            ("purpose", purpose, tuple(ASKED_FOR)),
            ("channel", channel, tuple(ContactChannel)),
            ("answer", answer, ("yes", "no")),
        ):
            if cell is not None and cell.constant is not None:
                self._word(cell.constant, words, f"{where}{key}")
        if channel is None and purpose.constant in (None, Purpose.MARKETING):
            raise self._error(f"{where}channel", None, f"by which way: one of {', '.join(ContactChannel)}")
        return ConsentRule(
            purpose=purpose,
            answer=answer,
            time=self._time(block, where),
            channel=channel,
            wording=cells["wording"],
            language=cells["language"],
            where=cells["where"],
        )

    def _event(self, block: object, where: str) -> EventRule:
        if not isinstance(block, dict):
            raise self._error(where, block, "a block of keys under [[event]]")
        self._known(block, EVENT_KEYS, where)
        activity = self._cell(block, "activity", where)
        if activity is None:
            raise self._error(f"{where}activity", None, 'a name, or {column = "…"}')
        refund = block.get("refund", False)
        if not isinstance(refund, bool):
            raise self._error(f"{where}refund", refund, "true or false")
        cells = {key: self._cell(block, key, where) for key in CELL_KEYS}
        for key, words in (("function", tuple(Function)), ("actor", tuple(Actor))):
            cell = cells[key]
            if cell is not None and cell.constant is not None:
                self._word(cell.constant, words, f"{where}{key}")
        when = self._table(block, "when", where=where)
        return EventRule(
            activity=activity,
            time=self._time(block, where),
            amount=self._column(block, "amount", where),
            object=self._column(block, "object", where),
            refund=refund,
            once_per=self._columns(block, "once_per", where),
            when={column: self._columns(when, column, f"{where}when: ") for column in when},
            **cells,
        )

    def _time(self, block: abc.Mapping[str, Any], where: str) -> Time:
        found = block.get("time")
        wanted = 'a column, or {column = "…", format = "%Y-%m-%d %H:%M"}'
        if isinstance(found, str) and found:
            return Time((found,))
        if not isinstance(found, dict):
            raise self._error(f"{where}time", found, wanted)
        self._known(found, ("column", "columns", "format"), f"{where}time: ")
        columns = self._columns(found, "columns" if "columns" in found else "column", f"{where}time: ")
        if not columns:
            raise self._error(f"{where}time", found, wanted)
        pattern = self._text(found, "format", f"{where}time: ")
        if pattern is not None and "%" not in pattern and pattern not in NAMED_FORMATS:
            raise self._error(
                f"{where}time: format", pattern, f"a form like %d.%m.%Y %H:%M, or one of {', '.join(NAMED_FORMATS)}"
            )
        return Time(columns, pattern)

    def _cell(self, table: abc.Mapping[str, Any], key: str, where: str = "") -> Cell | None:
        found = table.get(key)
        if found is None:
            return None
        if isinstance(found, str) and found.strip():
            return Cell(constant=found)
        if not isinstance(found, dict) or not isinstance(found.get("column"), str):
            raise self._error(f"{where}{key}", found, 'a text for every event, or {column = "…"}')
        self._known(found, ("column", "rename"), f"{where}{key}: ")
        rename = self._table(found, "rename", where=f"{where}{key}: ")
        for value in rename:
            self._text(rename, value, f"{where}{key}: rename: ")
        return Cell(column=found["column"], rename=dict(rename))

    def _column(self, table: abc.Mapping[str, Any], key: str, where: str = "") -> str | None:
        found = table.get(key)
        if isinstance(found, dict):
            self._known(found, ("column",), f"{where}{key}: ")
            found = found.get("column", "")
        if found is not None and (not isinstance(found, str) or not found):
            raise self._error(f"{where}{key}", found, "the name of a column")
        return found

    def _columns(self, table: abc.Mapping[str, Any], key: str, where: str = "") -> tuple[str, ...]:
        found = table.get(key, [])
        columns = [found] if isinstance(found, str) else found
        if not isinstance(columns, list) or not all(isinstance(column, str) and column for column in columns):
            raise self._error(f"{where}{key}", found, 'a text or a list of texts, for example ["A", "B"]')
        return tuple(columns)

    def _text(self, table: abc.Mapping[str, Any], key: str, where: str = "") -> str | None:
        found = table.get(key)
        if found is not None and (not isinstance(found, str) or not found.strip()):
            raise self._error(f"{where}{key}", found, "a text in quotation marks")
        return found

    def _table(
        self, table: abc.Mapping[str, Any], key: str, known: Sequence[str] = (), *, where: str = ""
    ) -> abc.Mapping[str, Any]:
        found = table.get(key, {})
        if not isinstance(found, dict):
            raise self._error(f"{where}{key}", found, "a table in braces, for example {email = …}")
        if known:
            self._known(found, known, f"{where}{key}: ")
        return found

    def _constants(self, table: abc.Mapping[str, Any]) -> dict[str, str]:
        constants = self._table(table, "constants", CELL_KEYS)
        texts = {key: self._text(constants, key, "constants: ") or "" for key in constants}
        for key, words in (("function", tuple(Function)), ("actor", tuple(Actor))):
            if key in texts:
                self._word(texts[key], words, f"constants: {key}")
        return texts

    def _rate(self, table: abc.Mapping[str, Any], key: str) -> Decimal | None:
        found = table.get(key)
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, int | Decimal) or not 0 <= found < 1:
            raise self._error(key, found, "a share from 0 up to 1, for example 0.25 for 25 percent")
        if Decimal(found) != round(Decimal(found), RATE_DECIMALS):
            raise self._error(key, found, f"it with at most {RATE_DECIMALS} decimals")
        return Decimal(found)

    def _zone(self, table: abc.Mapping[str, Any]) -> str | None:
        zone = self._text(table, "timezone")
        if zone is not None:
            try:
                ZoneInfo(zone)
            except (KeyError, ValueError, OSError):
                raise self._error("timezone", zone, "a zone like Europe/Stockholm") from None
        return zone

    def _word(self, found: str, words: Sequence[str], where: str) -> None:
        if found not in words:
            raise self._error(where, found, f"one of {', '.join(words)}")

    def _known(self, table: abc.Mapping[str, Any], keys: Sequence[str], where: str) -> None:
        for key in table:
            if key not in keys:
                near = get_close_matches(key, keys, n=1, cutoff=0.5)
                remedy = f'Did you mean "{near[0]}"?' if near else f"Known here: {', '.join(keys)}."
                raise MappingError(f'{self._name}: {where}"{key}" is no key of a mapping. {remedy}')

    def _error(self, key: str, found: object, wanted: str) -> MappingError:
        shown = "is missing" if found is None else f"is {found!r}"
        return MappingError(f"{self._name}: {key} {shown}. Write {wanted}.")
