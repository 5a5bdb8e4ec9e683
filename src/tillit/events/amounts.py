"""A column of amounts as minor units, whatever sign stands before its decimals.

An amount like 1,234 is read only after its column has shown which sign that is.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tillit.errors import AmbiguityError
from tillit.events import cells
from tillit.events.amountforms import AmountForm, amount_form
from tillit.events.currencies import exponent
from tillit.events.faults import Faults
from tillit.events.shapes import Shaped, Shapes, shapes_of
from tillit.sentences import Sentence, paragraph, sentence

Booleans = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]

# Larger amounts are mistakes, and below it a rate of four decimals cannot overflow 64 bits.
LARGEST_MINOR = 10**14
MOST_DIGITS = 14
_SCIENTIFIC = re.compile(r"[-+]?0+(?:[.,]0+)?E[-+]?0+")
_NO_AMOUNT = pa.array(["null", "none", "nan", "n/a", "na", "-", "--", "\\n"])
_PLAIN = (
    *((space, " ") for space in "\u00a0\u2007\u2009\u202f"),
    *(("−", "-"), ("–", "-"), ("—", "-"), ("’", "'"), ("€", "EUR"), ("£", "GBP"), ("zł", "PLN"), ("Kč", "CZK")),
)


class AmountColumn:
    """Reads one column of amounts, with what the column has shown about its decimal sign."""

    def __init__(self, column: str, decimal: str | None) -> None:
        self._column = column
        self._decimal = decimal
        self._shown: dict[str, tuple[int, str]] = {}  # decimal sign → row and text that prove it
        self._untold: tuple[int, str] | None = None
        self._looked_at: Shaped | None = None
        self._rounded = 0

    @property
    def notes(self) -> tuple[Sentence, ...]:
        notes = []
        if self._untold is not None and len(self._shown) == 1:
            sign, (_, text) = next(iter(self._shown.items()))
            notes.append(
                sentence(
                    '"{sign}" is the decimal sign in "{column}", because of "{text}".',
                    sign=sign,
                    column=self._column,
                    text=text,
                )
            )
        if self._rounded:
            notes.append(
                sentence(
                    'Amounts in "{column}" with more decimals than their currency: {count:,}. '
                    "They were rounded, halves to the even unit.",
                    column=self._column,
                    count=self._rounded,
                )
            )
        return tuple(notes)

    def learn(self, table: pa.Table, numbers: Integers) -> bool:
        """Look at a chunk before it is read; whether the column's decimal sign is known as far as that chunk needs."""
        if self._decimal is not None or not _is_text(table.schema.field(self._column).type):
            return True
        for shape in self._looked(table).shapes:
            form = amount_form(shape.text, None)
            if form is not None:
                self._look(shape, form, numbers)
        return self._untold is None or len(self._shown) == 1

    def conclude(self) -> None:
        """After the whole file was seen.

        Raises:
            AmbiguityError: There are amounts like 1,234, and what the sign is was not shown, or shown both ways.
        """
        if self._untold is None or len(self._shown) == 1:
            return
        row, text = self._untold
        held = sentence('"{column}" holds amounts like "{text}" (row {row}).', column=self._column, text=text, row=row)
        why = sentence("Nothing tells whether its sign is one for thousands or for decimals.")
        if self._shown:
            (row, text), (other_row, other) = list(self._shown.values())[:2]
            why = sentence(
                '"{text}" (row {row}) and "{other}" (row {other_row}) do not agree whether its sign is one for '
                "thousands or for decimals.",
                text=text,
                row=row,
                other=other,
                other_row=other_row,
            )
        remedy = sentence('Write decimal = "," or decimal = "." in the mapping.')
        raise AmbiguityError(paragraph(held, why), remedy)

    def _looked(self, table: pa.Table) -> Shaped:
        if self._looked_at is None or self._looked_at.table is not table:
            texts = self._texts(table)
            self._looked_at = Shaped(table, texts, tuple(shapes_of(texts, cells.present(texts))))
        return self._looked_at

    def read(
        self, table: pa.Table, currencies: pa.Array, there: Booleans, faults: Faults
    ) -> tuple[Integers, Booleans, pa.Array]:
        """Minor units, where an amount stands, and the currencies, completed by words beside the amounts.

        `learn` was content with the chunk.
        """
        looked = self._looked(table)
        present = cells.present(looked.texts)
        stands = present & there
        minor = np.zeros(table.num_rows, dtype=np.int64)
        decimal = self._decimal if _is_text(table.schema.field(self._column).type) else "."
        beside: dict[int, str] = {}
        for shape in looked.shapes if (stands == present).all() else shapes_of(looked.texts, stands):
            form = amount_form(shape.text, decimal)
            if form is not None and form.untold:
                form = amount_form(shape.text, next(iter(self._shown)))
            if form is None or len(form.whole) > MOST_DIGITS or len(form.decimals) > cells.MOST_DECIMALS:
                if _SCIENTIFIC.fullmatch(shape.text):
                    faults.add(
                        shape.places,
                        "amount_unreadable",
                        sentence(
                            '"{example}" in "{column}" is in scientific notation, which may have lost digits. Format '
                            "the column as a number with all its digits where it comes from, and export again.",
                            example=shape.example,
                            column=self._column,
                        ),
                    )
                    continue
                faults.add(
                    shape.places,
                    "amount_unreadable",
                    sentence(
                        '"{example}" in "{column}" is no amount. Write it like 1234.50, or say decimal = "," in the '
                        "mapping.",
                        example=shape.example,
                        column=self._column,
                    ),
                )
                continue
            if form.currencies:
                self._beside(form, shape, currencies, beside, faults)
            self._decode(shape, form, currencies, beside, minor)
        faults.add(
            np.flatnonzero(np.abs(minor) > LARGEST_MINOR),
            "amount_absurd",
            sentence('The amount in "{column}" is above a thousand milliards. Mend it.', column=self._column),
        )
        if beside:
            added = [beside.get(place) for place in range(table.num_rows)]
            currencies = pc.coalesce(currencies, pa.array(added, pa.string()))
        return minor, stands, currencies

    def _texts(self, table: pa.Table) -> pa.Array:
        texts = cells.text(table[self._column])
        if pc.any(pc.not_equal(pc.binary_length(texts), pc.utf8_length(texts))).as_py():
            for written, plain in _PLAIN:
                texts = pc.replace_substring(texts, written, plain)
        nothing = pc.is_in(pc.utf8_lower(texts), value_set=_NO_AMOUNT)
        return pc.if_else(nothing, pa.scalar(None, pa.string()), texts)

    def _look(self, shape: Shapes, form: AmountForm, numbers: Integers) -> None:
        """Remember the first rows that prove a decimal sign, or leave it open."""
        place = 0
        if form.untold:
            # 0,123 is below one: nobody writes thousands that begin with nothing.
            below_one = shape.digits(form.whole) == 0
            if below_one.any():
                sign = shape.text[form.decimals[0] - 1]
                place = int(np.argmax(below_one))
                self._shown.setdefault(sign, (int(numbers[shape.places[place]]), shape.at(place)))
            if self._untold is None:
                place = int(np.argmin(below_one))
                self._untold = (int(numbers[shape.places[place]]), shape.at(place))
        elif form.shows is not None:
            self._shown.setdefault(form.shows, (int(numbers[shape.places[0]]), shape.example))

    def _beside(
        self, form: AmountForm, shape: Shapes, currencies: pa.Array, beside: dict[int, str], faults: Faults
    ) -> None:
        """Hold the word beside an amount against the currency it should have."""
        known = currencies.take(pa.array(shape.places)).to_pylist()
        differing = [
            int(place) for place, code in zip(shape.places, known, strict=True) if code and code not in form.currencies
        ]
        faults.add(
            differing,
            "currency_differs",
            sentence(
                '"{example}" in "{column}" names another currency than the row has. Mend one of them.',
                example=shape.example,
                column=self._column,
            ),
        )
        if len(form.currencies) == 1:
            (only,) = form.currencies
            beside.update((int(place), only) for place, code in zip(shape.places, known, strict=True) if not code)

    def _decode(
        self, shape: Shapes, form: AmountForm, currencies: pa.Array, beside: dict[int, str], minor: Integers
    ) -> None:
        """Write the minor units of one shape's values into `minor`."""
        whole = shape.digits(form.whole)
        codes = currencies.take(pa.array(shape.places)).to_pylist() if _differ(currencies) or beside else []
        exponents = (
            np.array(
                [exponent(code or beside.get(int(place))) for code, place in zip(codes, shape.places, strict=True)]
            )
            if codes
            else np.full(shape.places.size, exponent(currencies[0].as_py()))
        )
        value = np.zeros(shape.places.size, dtype=np.int64)
        for digits in np.unique(exponents):
            at = exponents == digits
            kept, cut = form.decimals[:digits], form.decimals[digits:]
            value[at] = whole[at] * 10 ** int(digits) + shape.digits(kept)[at] * 10 ** (int(digits) - len(kept))
            if cut:
                rest, half = shape.digits(cut)[at], 5 * 10 ** (len(cut) - 1)
                value[at] += (rest > half) | ((rest == half) & (value[at] % 2 == 1))
                self._rounded += int((rest != 0).sum())
        minor[shape.places] = -value if form.negative else value


def _differ(currencies: pa.Array) -> bool:
    return len(pc.unique(currencies)) > 1


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))
