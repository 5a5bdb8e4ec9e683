"""The columns of a well-made Parquet file, read as an import reads them, but once for each distinct value."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tillit.events import cells, texts
from tillit.events.currencies import USUAL_EXPONENT, exponent, is_code
from tillit.events.faults import Faults
from tillit.events.mapping import FILE_ORDER, Mapping
from tillit.events.money import MoneyReader
from tillit.events.subject import NOBODY, country_of_zone, normalised_texts
from tillit.vocabulary import IdentifierKind

Booleans = NDArray[np.bool_]
NOBODY_NUMBERS = tuple(int(word) for word in sorted(NOBODY) if word in ("0", "-1"))  # what a number column can hold
DENSE = 1 << 26  # person numbers up to here are used as they are; what lies further apart is counted first
_LARGEST_AMOUNT = 1e9  # below it a 64-bit float has its two decimals for certain


@dataclass(frozen=True, slots=True)
class PlainMapping:
    """Which columns are read; None where the mapping has none."""

    kind: IdentifierKind
    subject: str
    time: str
    activity: str | None
    amount: str | None
    currency: str | None
    event_id: str | None

    @property
    def columns(self) -> tuple[str, ...]:
        """Each once."""
        read = (self.subject, self.time, self.activity, self.amount, self.currency, self.event_id)
        return tuple(dict.fromkeys(column for column in read if column is not None))


def plain_mapping(mapping: Mapping, schema: pa.Schema) -> PlainMapping | None:
    """The columns that have to be read; None where the mapping or a column's type is more than a plain one."""
    if len(mapping.events) != 1 or len(mapping.identifiers) != 1 or mapping.margin is not None or mapping.hashed:
        return None
    rule = mapping.events[0]
    ((kind, subjects),) = mapping.identifiers.items()
    one_each = len(rule.time.columns) == len(subjects) == 1 and len(mapping.event_id) <= 1
    if not one_each or rule.once_per or rule.when or mapping.sequence not in (None, FILE_ORDER):
        return None
    found = PlainMapping(
        kind=kind,
        subject=subjects[0],
        time=rule.time.columns[0],
        activity=rule.activity.column if rule.activity.constant is None else None,
        amount=rule.amount,
        currency=None if mapping.currency is None or rule.amount is None else mapping.currency.column,
        event_id=mapping.event_id[0] if mapping.event_id else None,
    )
    types = {field.name: field.type for field in schema}
    numbered = kind not in (IdentifierKind.EMAIL, IdentifierKind.PHONE) and _is_number(types[found.subject])
    moment = types[found.time]
    plain = (
        not any(pa.types.is_nested(each) for each in types.values())
        and (numbered or _is_text(types[found.subject]))
        and (pa.types.is_timestamp(moment) or pa.types.is_date(moment) or _is_number(moment))
        and (found.activity is None or _is_text(types[found.activity]))
        and (found.amount is None or types[found.amount] == pa.float64() or _is_number(types[found.amount]))
        and (found.currency is None or _is_text(types[found.currency]))
        and (found.event_id is None or _is_number(types[found.event_id]))
    )
    return found if plain else None


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind)) and kind != pa.uint64()


def _is_text(kind: pa.DataType) -> bool:
    return bool(kind == pa.string() or (pa.types.is_dictionary(kind) and kind.value_type == pa.string()))


class Persons:
    """Whose events they are, as numbers of this run; identifiers that are one person's share a number."""

    def __init__(self, mapping: Mapping, plain: PlainMapping, span: tuple[int, int] | None, rows: int) -> None:
        """`span`: the smallest and the largest number in the column, where it holds numbers and the file says so."""
        self._kind = plain.kind
        self._region = mapping.region or country_of_zone(mapping.timezone)
        self._lowest = span[0] if span is not None and span[1] - span[0] < DENSE else None
        self._met: dict[str | int, int] = {}
        self._one_at_a_time = Lock()
        self.end = rows if span is None or self._lowest is None else span[1] - span[0] + 1  # all numbers are below it

    def read(self, column: pa.Array, good: Booleans) -> NDArray[np.uint32]:
        """Who each row is about; rows that name nobody become false in `good`."""
        if not pa.types.is_integer(column.type):
            raw = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
            forms = normalised_texts(self._kind, cells.text(raw.dictionary), self._region).dictionary_encode()
            return self._numbered(forms.dictionary, forms.indices.take(raw.indices), good)
        numbers = column.cast(pa.int64())
        if numbers.null_count:
            good &= cells.present(numbers)
            numbers = numbers.fill_null(NOBODY_NUMBERS[0])
        values = numbers.to_numpy()
        for nobody in NOBODY_NUMBERS:
            good &= values != nobody
        if self._lowest is not None:
            dense: NDArray[np.uint32] = (values - self._lowest).astype(
                np.uint32
            )  # nobody's may wrap; they are left out
            return dense
        raw = numbers.dictionary_encode()
        return self._numbered(raw.dictionary, raw.indices, good)

    def _numbered(self, distinct: pa.Array, indices: pa.Array, good: Booleans) -> NDArray[np.uint32]:
        if indices.null_count:
            good &= cells.present(indices)
        with self._one_at_a_time:
            met = [self._met.setdefault(value, len(self._met)) for value in distinct.to_pylist()]
        numbers: NDArray[np.uint32] = np.array([*met, 0], np.uint32)[indices.fill_null(len(met)).to_numpy()]
        return numbers


class Activities:
    """What happened, as codes in the order of meeting."""

    def __init__(self, mapping: Mapping) -> None:
        self._cell = mapping.events[0].activity
        self._met: dict[str, int] = {}
        self._used: set[int] = set()
        self._one_at_a_time = Lock()

    def read(self, table: pa.Table, good: Booleans) -> NDArray[np.int32]:
        """The code of each row; rows without an activity become false in `good`."""
        if self._cell.column is None:
            distinct = texts.activity_of(self._cell, table.slice(0, 1))
            indices = np.zeros(table.num_rows, np.int32)
        else:
            raw = _dictionary(table[self._cell.column])
            distinct = texts.activity_of(self._cell, pa.table({self._cell.column: raw.dictionary}))
            indices = raw.indices.fill_null(-1).to_numpy()
        with self._one_at_a_time:
            names = distinct.to_pylist()
            met = [-1 if name is None else self._met.setdefault(name, len(self._met)) for name in names]
        codes: NDArray[np.int32] = np.array([*met, -1], np.int32)[indices]
        good &= codes >= 0
        return codes

    def use(self, codes: NDArray[np.int32]) -> None:
        """Note that good rows carry these codes."""
        used = np.flatnonzero(np.bincount(codes))
        with self._one_at_a_time:
            self._used.update(used.tolist())

    def coded(self) -> tuple[tuple[str, ...], NDArray[Any]]:
        """The names that good rows carry, sorted, and the final code of each code."""
        names = tuple(sorted(name for name, code in self._met.items() if code in self._used))
        smallest = np.int8 if len(names) <= 127 else np.int16 if len(names) <= 32_767 else np.int32
        final = np.zeros(len(self._met), smallest)
        for code, name in enumerate(names):
            final[self._met[name]] = code
        return names, final


class PlainAmounts:
    """Makes sure that no amount would be refused, rounded or read in another currency's units."""

    def __init__(self, mapping: Mapping, plain: PlainMapping) -> None:
        self._plain = plain
        self._currency = mapping.currency
        self._reader = MoneyReader(mapping, mapping.events[0])
        self._told = False

    @property
    def notes(self) -> tuple[str, ...]:
        """What an import would assume of the amounts."""
        return self._reader.notes

    def are_plain(self, table: pa.Table, there: Booleans) -> bool:
        """Whether every amount of the rows with an event is one with at most two decimals."""
        if self._plain.amount is None:
            return True
        column = table[self._plain.amount].combine_chunks()
        amounts = column.drop_null().cast(pa.float64()).to_numpy()
        finite = amounts[np.isfinite(amounts)]
        if not ((np.abs(finite) < _LARGEST_AMOUNT) & (np.rint(finite * 100) / 100 == finite)).all():
            return False
        plain, said = self._currencies(table)
        if plain and not self._told and not said.all():
            stands = cells.present(column)
            stands[stands] = np.isfinite(amounts)  # NaN and the infinities are no amount
            where = np.flatnonzero(stands & there & ~said)
            # The first is enough for the reader to note what it assumes.
            row = table.take(pa.array(where[:1]))
            self._reader.read(row, np.ones(len(where[:1]), np.bool_), Faults(row.num_rows))
            self._told = len(where) > 0
        return plain

    def _currencies(self, table: pa.Table) -> tuple[bool, Booleans]:
        """Whether all currencies are known and have two decimals, and in which rows there is one."""
        cell = self._currency
        if cell is None or cell.column is None:
            constant = None if cell is None else cell.constant
            return exponent(constant) == USUAL_EXPONENT, np.full(table.num_rows, constant is not None)
        raw = _dictionary(table[cell.column])
        found = cells.text(raw.dictionary)
        words = [cell.rename.get(word, word).upper() for word in found.drop_null().to_pylist()]
        usual = all(is_code(word) and exponent(word) == USUAL_EXPONENT for word in words)
        return usual, cells.present(found.take(raw.indices))


def _dictionary(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """The column as one array with a dictionary."""
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    return column.unify_dictionaries().combine_chunks()
