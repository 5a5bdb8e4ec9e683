"""Amounts as whole minor units, by integer arithmetic alone.

Decimals beyond the currency's are rounded half to even; so are net amounts out of gross ones, and margins by a rate."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tillit.events import cells
from tillit.events.amounts import AmountColumn
from tillit.events.currencies import is_code
from tillit.events.faults import Faults
from tillit.events.mapping import EventRule, Mapping
from tillit.sentences import Sentence, sentence

Booleans = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Money:
    """Nullable columns of one rule's events, as long as the chunk's table."""

    amount_minor: pa.Array
    margin_minor: pa.Array
    currency: pa.Array


class MoneyReader:
    """Reads amount, margin and currency of one `[[event]]`, chunk after chunk."""

    def __init__(self, mapping: Mapping, rule: EventRule) -> None:
        self._mapping = mapping
        self._amount = None if rule.amount is None else AmountColumn(rule.amount, mapping.decimal)
        self._margin = None if mapping.margin is None else AmountColumn(mapping.margin, mapping.decimal)
        self._refund = rule.refund
        self._without_currency = False

    @property
    def notes(self) -> tuple[Sentence, ...]:
        """What was assumed so far."""
        notes = [note for column in self._columns() for note in column.notes]
        if self._without_currency:
            notes.append(
                sentence('Amounts have no currency; two decimals were assumed. Name it: currency = "SEK", for example.')
            )
        if self._amount is not None and self._mapping.margin_rate is not None:
            notes.append(
                sentence(
                    "Margins are assumed: {rate} of the amount without VAT.", rate=float(self._mapping.margin_rate)
                )
            )
        return tuple(notes)

    def learn(self, table: pa.Table, numbers: Integers) -> bool:
        """Look at a chunk before it is read; whether the decimal sign needs no more looking for."""
        told = [column.learn(table, numbers) for column in self._columns()]
        return all(told)

    def conclude(self) -> None:
        """After the whole file was seen.

        Raises:
            AmbiguityError: There are amounts like 1,234, and none tells what the comma is, or some tell it one way and
                some the other.
        """
        for column in self._columns():
            column.conclude()

    def read(self, table: pa.Table, there: Booleans, faults: Faults) -> Money:
        """Read the money of a chunk's events, once `learn` was content with it.

        Args:
            there: Where the rule gives an event.
            faults: Takes the rows whose amount cannot be read.
        """
        nothing = pa.nulls(table.num_rows, pa.int64())
        if self._amount is None:
            return Money(nothing, nothing, pa.nulls(table.num_rows, pa.string()))
        currencies = self._currencies(table, there, faults)
        minor, stands, currencies = self._amount.read(table, currencies, there, faults)
        self._without_currency |= bool((stands & ~cells.present(currencies)).any())
        if self._mapping.vat_rate is not None:
            kept = 1 / (1 + Fraction(self._mapping.vat_rate))
            minor = _times(minor, kept)
        margin, margin_stands = np.zeros(table.num_rows, dtype=np.int64), np.zeros(table.num_rows, dtype=np.bool_)
        if self._margin is not None:
            margin, margin_stands, _ = self._margin.read(table, currencies, there, faults)
        elif self._mapping.margin_rate is not None:
            margin, margin_stands = _times(minor, Fraction(self._mapping.margin_rate)), stands
        if self._refund:
            minor, margin = -np.abs(minor), -np.abs(margin)
        nobody = pa.scalar(None, pa.string())
        return Money(
            pa.array(minor, mask=~stands),
            pa.array(margin, mask=~margin_stands),
            pc.if_else(pa.array(stands | margin_stands), currencies, nobody),
        )

    def _columns(self) -> tuple[AmountColumn, ...]:
        return tuple(column for column in (self._amount, self._margin) if column is not None)

    def _currencies(self, table: pa.Table, there: Booleans, faults: Faults) -> pa.Array:
        cell = self._mapping.currency
        if cell is None or cell.column is None:
            constant = None if cell is None else cell.constant
            return pa.repeat(pa.scalar(constant, pa.string()), table.num_rows)
        found = cells.text(table[cell.column]).dictionary_encode()
        words = [cell.rename.get(word, word).upper() for word in found.dictionary.to_pylist()]
        codes = pa.array([word if is_code(word) else None for word in words], pa.string()).take(found.indices)
        unknown = np.flatnonzero(there & cells.present(found) & ~cells.present(codes))
        if unknown.size:
            faults.add(
                unknown,
                "currency_unknown",
                sentence(
                    '"{example}" in "{column}" is no currency. Write three letters: SEK.',
                    example=found[int(unknown[0])].as_py(),
                    column=cell.column,
                ),
            )
        return codes


def _times(minor: Integers, factor: Fraction) -> Integers:
    """Minor units times a rate, halves to the even unit."""
    whole, rest = np.divmod(minor * factor.numerator, factor.denominator)
    up = (2 * rest > factor.denominator) | ((2 * rest == factor.denominator) & (whole % 2 == 1))
    rounded: Integers = whole + up
    return rounded
