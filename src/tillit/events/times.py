"""Times of a column as microseconds since 1970 in UTC.

Without a format a column may hold ISO 8601, the common forms with the year first or with dots (day first), names of
months, and seconds, milliseconds or microseconds since 1970. Dates like 03/04/2026 are read only after the column
has shown which number is the day. A time without an offset is the mapping's zone's (see `zones`), else UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tillit.errors import AmbiguityError
from tillit.events import cells
from tillit.events.faults import Faults
from tillit.events.mapping import EPOCH_FORMATS, NAMED_FORMATS, SERIAL_FORMAT, Time
from tillit.events.shapes import Shaped, Shapes, shapes_of
from tillit.events.timeforms import Form, check_format, form_by, form_of, pattern_like, serial_form
from tillit.events.wall_clock import MICROS, from_serial, wall_clock
from tillit.events.zones import to_utc
from tillit.sentences import Sentence, sentence

Booleans = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]

EARLIEST = 0  # 1970: what lies before is a placeholder (0001-01-01, 1900-01-01), not a customer
LATEST = int(datetime(2101, 1, 1, tzinfo=UTC).timestamp()) * MICROS  # 9999-12-31 means "never"
# Words that programs write for "no time"; the row gives no event then.
_NO_TIME = pa.array(["null", "none", "nan", "nat", "n/a", "na", "-", "\\n", "0000-00-00", "0000-00-00 00:00:00"])
# Spreadsheets count days from 1899-12-30; these numbers are 1954 to 2119 there, and the first day of 1970 as seconds.
_SERIAL_LOW, _SERIAL_HIGH = 20_000, 80_000


@dataclass(slots=True)
class _Order:
    """What a column has shown about dates like 03/04/2026; row number and text."""

    day_first: tuple[int, str] | None = None
    month_first: tuple[int, str] | None = None
    untold: tuple[int, str] | None = None
    short: tuple[int, str] | None = None  # like 26-03-01, where the year may also stand first


class TimeReader:
    """Reads the times of one `[[event]]`, chunk after chunk."""

    def __init__(self, rule: Time, timezone: str | None) -> None:
        self._rule = rule
        self._timezone = timezone
        self._format = rule.format if rule.format not in NAMED_FORMATS else None
        self._epoch = EPOCH_FORMATS.index(rule.format) if rule.format in EPOCH_FORMATS else None
        self._serial = rule.format == SERIAL_FORMAT
        if self._format is not None:
            check_format(self._format)
        self._order = _Order()
        self._looked_at: Shaped | None = None
        self._skipped = self._repeated = self._without_zone = 0

    @property
    def notes(self) -> tuple[Sentence, ...]:
        """What was assumed so far."""
        name, notes = self._name, []
        if self._without_zone and self._timezone is None:
            notes.append(
                sentence(
                    "Times in {columns} have no time zone and were read as UTC. "
                    'Say which it is with timezone = "Europe/Stockholm" or another zone in the mapping.',
                    columns=name,
                )
            )
        if self._skipped:
            notes.append(
                sentence(
                    "Times in {columns} within the hour that clocks skip in spring: {count:,}. "
                    "They were moved to the hour after.",
                    columns=name,
                    count=self._skipped,
                )
            )
        if self._repeated:
            notes.append(
                sentence(
                    "Times in {columns} within the hour that clocks repeat in autumn: {count:,}. "
                    "They were read as its first pass.",
                    columns=name,
                    count=self._repeated,
                )
            )
        if self._order.day_first is not None:
            notes.append(
                sentence(
                    'Dates in {columns} were read day first, because of "{text}".',
                    columns=name,
                    text=self._order.day_first[1],
                )
            )
        elif self._order.month_first is not None:
            notes.append(
                sentence(
                    'Dates in {columns} were read month first, because of "{text}".',
                    columns=name,
                    text=self._order.month_first[1],
                )
            )
        return tuple(notes)

    @property
    def _name(self) -> str:
        return " + ".join(f'"{column}"' for column in self._rule.columns)

    def learn(self, table: pa.Table, numbers: Integers) -> bool:
        """Look at a chunk before it is read; whether no more need to be seen to tell days from months in it.

        Raises:
            AmbiguityError: Some dates can only be read day first and others only month first.
        """
        if self._rule.format is not None or not self._is_text(table):
            return True
        for shape in self._looked(table).shapes:
            form = form_of(shape.text)
            if form is None or "other" not in form.fields:
                continue
            if shape.text[slice(*form.fields["year"])] == "00" and shape.text[form.fields["year"][0] - 1] == "-":
                self._order.short = self._order.short or (int(numbers[shape.places[0]]), shape.example)
            else:
                self._look(shape, form, numbers)
        order = self._order
        is_told = order.untold is None or (order.day_first or order.month_first) is not None
        return is_told and order.short is None

    def _looked(self, table: pa.Table) -> Shaped:
        if self._looked_at is None or self._looked_at.table is not table:
            texts = self._texts(table)
            self._looked_at = Shaped(table, texts, tuple(shapes_of(texts, cells.present(texts))))
        return self._looked_at

    def conclude(self) -> None:
        """After the whole file was seen.

        Raises:
            AmbiguityError: There are dates like 03/04/2026, and none tells which number is the day.
        """
        order = self._order
        if order.short is not None:
            row, text = order.short
            raise AmbiguityError(
                sentence(
                    '{columns} holds dates like "{text}" (row {row}), whose year may stand first or last.',
                    columns=self._name,
                    text=text,
                    row=row,
                ),
                sentence(
                    "Give the form in the mapping, {year_first} or {day_first}.",
                    year_first=self._suggestion("ymd", text),
                    day_first=self._suggestion("dmy", text),
                ),
            )
        if order.untold is not None and order.day_first is None and order.month_first is None:
            row, text = order.untold
            raise AmbiguityError(
                sentence(
                    '{columns} holds dates like "{text}" (row {row}), and no row tells the day from the month.',
                    columns=self._name,
                    text=text,
                    row=row,
                ),
                sentence(
                    "Give the form in the mapping, {day_first} or {month_first}.",
                    day_first=self._suggestion("dmy", text),
                    month_first=self._suggestion("mdy", text),
                ),
            )

    def read(self, table: pa.Table, asked: Booleans, faults: Faults) -> tuple[Integers, Booleans]:
        """Read the times of a chunk that `learn` was content with.

        Args:
            asked: Where the rule may give an event at all.
            faults: Takes the rows whose time cannot be read.

        Returns:
            Microseconds UTC, and where there is a time, readable or not.
        """
        if not self._is_text(table):
            return self._read_native(table[self._rule.columns[0]], asked, faults)
        looked = self._looked(table)
        texts, there = looked.texts, cells.present(looked.texts) & asked
        micros = np.zeros(table.num_rows, dtype=np.int64)
        local = np.zeros(table.num_rows, dtype=np.bool_)
        for shape in looked.shapes if asked.all() else shapes_of(texts, there):
            form = self._form(shape.text)
            if form is None:
                why = sentence("is not a time that is known here")
                if not self._serial and serial_form(shape.text) is not None:
                    why = _is_serial()
                self._refuse(faults, shape.places, shape.example, why)
                continue
            wrong = self._decode(shape, form, micros)
            if wrong.size:
                self._refuse(faults, wrong, texts[int(wrong[0])].as_py(), sentence("is no day or time that exists"))
            local[shape.places] = form.offset_sign is None and "epoch" not in form.fields
        self._to_utc(micros, np.flatnonzero(local & ~faults.refused))
        self._refuse_absurd(micros, there, faults)
        return micros, there

    def _is_text(self, table: pa.Table) -> bool:
        if len(self._rule.columns) > 1:
            return True
        kind = table.schema.field(self._rule.columns[0]).type
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
        return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))

    def _texts(self, table: pa.Table) -> pa.Array:
        texts = cells.joined([cells.text(table[column]) for column in self._rule.columns], " ")
        nothing = pc.is_in(pc.utf8_lower(texts), value_set=_NO_TIME)
        return pc.if_else(nothing, pa.scalar(None, pa.string()), texts)

    def _form(self, shape: str) -> Form | None:
        if self._format is not None:
            return form_by(shape, self._format)
        if self._serial:
            return serial_form(shape)
        form = form_of(shape)
        if self._epoch is not None:
            digits = shape.partition(".")[0]
            return (
                Form({"epoch": (0, len(digits))}, epoch_per_second=1000**self._epoch) if not digits.strip("0") else None
            )
        return form

    def _look(self, shape: Shapes, form: Form, numbers: Integers) -> None:
        """Remember the first rows that tell, or do not tell, which number is the day."""
        first, other = (shape.digits(range(*form.fields[name])) for name in ("first", "other"))
        order = self._order
        for name, found in (
            ("day_first", (first > 12) & (first <= 31) & (other <= 12)),
            ("month_first", (other > 12) & (other <= 31) & (first <= 12)),
            ("untold", (first <= 12) & (other <= 12) & (first != other)),
        ):
            if getattr(order, name) is None and found.any():
                index = int(np.argmax(found))
                setattr(order, name, (int(numbers[shape.places[index]]), shape.at(index)))
        if order.day_first is not None and order.month_first is not None:
            raise AmbiguityError(
                sentence(
                    '{columns} holds "{day_first}" (row {row}), which is day first, and "{month_first}" '
                    "(row {other_row}), which is month first.",
                    columns=self._name,
                    day_first=order.day_first[1],
                    row=order.day_first[0],
                    month_first=order.month_first[1],
                    other_row=order.month_first[0],
                ),
                sentence(
                    "Mend the rows that are wrong, or give the form in the mapping, {suggestion}.",
                    suggestion=self._suggestion("dmy", order.day_first[1]),
                ),
            )

    def _decode(self, shape: Shapes, form: Form, micros: Integers) -> Integers:
        """Write the wall-clock microseconds of one shape's values into `micros`; the places that are no time."""
        value, good = wall_clock(shape, form, day_first=self._order.month_first is None)
        micros[shape.places] = np.where(good, value, 0)
        wrong: Integers = shape.places[~good]
        return wrong

    def _to_utc(self, micros: Integers, places: Integers) -> None:
        """Turn wall-clock times at these places into UTC, in place."""
        self._without_zone += places.size
        if places.size and self._timezone is not None:
            local = to_utc(micros[places], self._timezone)
            micros[places] = local.micros
            self._skipped += local.skipped.size
            self._repeated += local.repeated.size

    def _read_native(self, column: pa.ChunkedArray, asked: Booleans, faults: Faults) -> tuple[Integers, Booleans]:
        """Read a column that is typed in its file: timestamps, dates, or numbers since 1970."""
        values = column.combine_chunks()
        if pa.types.is_dictionary(values.type):
            values = values.dictionary.take(values.indices)
        there = cells.present(values) & asked
        kind = values.type
        if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
            zoned = pa.types.is_timestamp(kind) and kind.tz is not None
            plain = values.cast(pa.timestamp("us", "UTC" if zoned else None), safe=False)
            micros = _filled(plain.cast(pa.int64()))
            if not zoned:
                self._to_utc(micros, np.flatnonzero(there))
        elif pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
            numbers = np.nan_to_num(values.cast(pa.float64()).fill_null(0).to_numpy(zero_copy_only=False))
            if pa.types.is_floating(kind):
                there &= ~pc.fill_null(pc.is_nan(values), True).to_numpy(zero_copy_only=False)
            is_serial = (numbers >= _SERIAL_LOW) & (numbers < _SERIAL_HIGH)
            if self._serial:
                micros = np.where(is_serial, from_serial(np.where(is_serial, numbers, 0)), -1)
                self._to_utc(micros, np.flatnonzero(there & is_serial))
                self._refuse_absurd(micros, there, faults)
                return micros, there
            if self._epoch is None and (is_serial & there).any():
                places = np.flatnonzero(is_serial & there)
                self._refuse(faults, places, str(values[int(places[0])].as_py()), _is_serial())
            units = self._epoch if self._epoch is not None else np.digitize(np.abs(numbers), (1e11, 1e14))
            scale = np.array([MICROS, 1_000, 1])[units]
            whole = _filled(values.cast(pa.int64())) * scale if pa.types.is_integer(kind) else numbers * scale
            micros = np.where(np.abs(numbers * scale) < 2.0**62, whole, -1).astype(np.int64)
        else:
            micros = np.zeros(len(values), dtype=np.int64)
            self._refuse(faults, np.flatnonzero(there), str(kind), sentence("is a type that holds no times"))
        self._refuse_absurd(micros, there, faults)
        return micros, there

    def _refuse_absurd(self, micros: Integers, there: Booleans, faults: Faults) -> None:
        faults.add(
            np.flatnonzero(there & ~faults.refused & ((micros < EARLIEST) | (micros >= LATEST))),
            "time_absurd",
            sentence(
                "{columns} lies before 1970 or after 2100. Leave it empty where there is no time.", columns=self._name
            ),
        )

    def _refuse(self, faults: Faults, places: Integers, example: str, why: Sentence) -> None:
        wanted = sentence("Write it like {form}", form=self._format or "2026-03-31 14:05")
        faults.add(
            places,
            "time_unreadable",
            sentence(
                '"{example}" in {columns} {why}. {wanted}, or give its format in the mapping.',
                example=example,
                columns=self._name,
                why=why,
                wanted=wanted,
            ),
        )

    def _suggestion(self, order: str, text: str) -> str:
        columns = f'column = "{self._rule.columns[0]}"'
        if len(self._rule.columns) > 1:
            columns = f"columns = [{', '.join(map(repr, self._rule.columns))}]"
        return f'time = {{{columns}, format = "{pattern_like(text, order)}"}}'


def _is_serial() -> Sentence:
    return sentence(
        "looks like a date as spreadsheets count it, in days since 1899-12-30. If it is one, write "
        'format = "excel" in the mapping, or format the column as a date in the spreadsheet and export again'
    )


def _filled(values: pa.Array) -> Integers:
    numbers: Integers = np.array(values.fill_null(0).to_numpy(zero_copy_only=False), dtype=np.int64)
    return numbers
