"""What the cells of a column look like: times, numbers, words that repeat."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from tillit.events import cells
from tillit.events.timeforms import form_of, serial_form, shape_of
from tillit.sentences import Sentence, sentence

# Enough of a column's cells must look alike before we believe it; a few odd ones are for the receipt to tell.
MOST = 0.8

# What begins as a time does, whether or not it can be read to its end.
_TIME = re.compile(
    r"""(?x) \d{4} [-/.] \d{1,2} [-/.] \d{1,2} (?: [T ] .* )?      # 2025-03-01 10:00
      | \d{1,2} [-/.] \d{1,2} [-/.] (?:\d{4}|\d{2}) (?: [T ,] .* )?  # 1.3.2025 10:00
      | (?:19|20) \d{2} [01] \d [0-3] \d (?: [T ]? \d{4,6} )?        # 20250301
    """
)
_CLOCK_INSIDE = re.compile(r"[T ,]\d{1,2}[:.]\d{2}")
_OFFSET = re.compile(r":\d{2}(?:[.,]\d+)? ?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})$")
_CLOCK = re.compile(r"\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?(?: ?[AaPp][Mm])?")
_NUMBER = re.compile(r"[-+−]?[\d\s.,'’]*\d[\d\s.,'’]*(?:\s*(?:kr|sek|nok|eur|€|\$|:-))?", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_WHOLE = re.compile(r"\d+")
_DIGITS = re.compile(r"\d+(?:\.\d+)?")

# Seconds since 1970 of the years 1990 to 2100, and the finer units that computers write.
_EPOCHS = (("epoch_s", 1), ("epoch_ms", 1_000), ("epoch_us", 1_000_000))
_EARLIEST, _LATEST = 631_152_000, 4_102_444_800
# The same years in days as spreadsheets count them.
_FIRST_DAY, _LAST_DAY = 32_874, 73_051


@dataclass(frozen=True, slots=True)
class Content:
    """What a sample of one column holds. Shares are of its filled cells."""

    filled: int
    distinct: int
    time_share: float
    clock_share: float
    number_share: float
    digits_share: float
    email_share: float
    has_clock: bool
    has_offset: bool
    epoch: str | None = None  # its cells could be counts from 1970; so could many ids, so only a name makes them times
    are_days: bool = False  # its cells could be a spreadsheet's days; so could many numbers
    example: str = ""
    no_number: str = ""  # the first cell that is none

    @property
    def is_time(self) -> bool:
        return self.time_share >= MOST

    @property
    def is_number(self) -> bool:
        return self.number_share >= MOST and not self.is_time

    @property
    def is_few_words(self) -> bool:
        """Few values that come again and again, as activities do."""
        return 2 <= self.distinct <= 200 and self.distinct * 2 <= self.filled and not (self.is_time or self.is_number)

    @property
    def may_be_someone(self) -> bool:
        """Words or whole numbers: what customers are told apart by."""
        return self.distinct >= 2 and not self.is_time and (not self.is_number or self.digits_share >= MOST)


def content_of(column: pa.ChunkedArray) -> Content:
    """Look at a sample of one column."""
    kind = column.type
    texts = [text for text in cells.text(column).to_pylist() if text is not None]
    distinct = len(set(texts))
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        clock = pa.types.is_timestamp(kind)
        return Content(len(texts), distinct, 1.0, 0.0, 0.0, 0.0, 0.0, clock, has_offset=clock and kind.tz is not None)
    return Content(
        filled=len(texts),
        distinct=distinct,
        time_share=sum(map(_is_time, texts)) / max(len(texts), 1),
        clock_share=_share(_CLOCK, texts),
        number_share=_share(_NUMBER, texts),
        digits_share=_share(_WHOLE, texts),
        email_share=_share(_EMAIL, texts),
        has_clock=any(_CLOCK_INSIDE.search(text) for text in texts),
        has_offset=any(_OFFSET.search(text) for text in texts),
        epoch=_epoch(texts),
        are_days=bool(texts) and all(_is_day(text) for text in texts),
        example=texts[0] if texts else "",
        no_number=next((text for text in texts if not _NUMBER.fullmatch(text[:100])), ""),
    )


def too_few_numbers(column: str, content: Content) -> Sentence | None:
    """Why a column that is called like an amount is not taken for one, where some of its cells are numbers."""
    if not 0 < content.number_share < MOST:
        return None
    return sentence(
        '"{column}" is called like an amount, but "{text}" in it is no number, so no money is read. '
        'Mend such cells, or write amount = "{column}" in the mapping.',
        column=column,
        text=content.no_number[:40],
    )


def _share(pattern: re.Pattern[str], texts: Sequence[str]) -> float:
    return sum(pattern.fullmatch(text[:100]) is not None for text in texts) / max(len(texts), 1)


def _is_time(text: str) -> bool:
    if _TIME.fullmatch(text[:100]) is not None:
        return True
    form = form_of(shape_of(text[:100]))
    return form is not None and "epoch" not in form.fields


def _is_day(text: str) -> bool:
    return serial_form(shape_of(text[:100])) is not None and _FIRST_DAY <= int(text[:5]) < _LAST_DAY


def _epoch(texts: Sequence[str]) -> str | None:
    """The unit in which all cells count from 1970, if they can be such counts."""
    if not texts or not all(len(text) <= 20 and _DIGITS.fullmatch(text) for text in texts):
        return None
    values = [float(text) for text in texts]
    for name, unit in _EPOCHS:
        if all(_EARLIEST <= value / unit <= _LATEST for value in values):
            return name
    return None
