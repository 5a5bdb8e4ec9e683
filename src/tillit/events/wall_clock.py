"""Digits whose places are known as microseconds on the wall: calendar arithmetic on whole columns."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tillit.events.shapes import Shapes
from tillit.events.timeforms import Form

Booleans = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]

MICROS = 1_000_000
_DAY_MICROS = 86_400 * MICROS
_DAY_MILLIS = 86_400_000
_SERIAL_1970 = 25_569  # the first day of 1970 as spreadsheets count days


def wall_clock(shape: Shapes, form: Form, *, day_first: bool) -> tuple[Integers, Booleans]:
    """Microseconds since 1970 of the values of one shape, and where they are a day and time that exist.

    Args:
        shape: The values.
        form: Where their parts stand.
        day_first: How dates like 03/04/2026 are read.

    Returns:
        UTC where the form has an offset or counts since 1970, else what a clock on the wall shows.
    """
    all_good = np.ones(shape.places.size, dtype=np.bool_)
    number = {name: shape.digits(range(*span)) for name, span in form.fields.items()}
    if form.epoch_per_second is not None:
        return number["epoch"] * (MICROS // form.epoch_per_second), all_good
    nought = np.zeros(shape.places.size, dtype=np.int64)
    if "serial" in number:
        first, last = form.fields.get("share", (0, 0))
        days = number["serial"] + number.get("share", nought) / 10.0 ** (last - first)
        return from_serial(days), all_good
    if "other" in number:
        number["day"], number["month"] = (
            (number["first"], number["other"]) if day_first else (number["other"], number["first"])
        )
    year = number["year"]
    if form.fields["year"][1] - form.fields["year"][0] == 2:
        year = year + np.where(year < 70, 2000, 1900)
    month = number.get("month", nought + (form.month or 0))
    day, hour = number["day"], number.get("hour", nought)
    minute, second = number.get("minute", nought), number.get("second", nought)
    good = (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1)
    if form.afternoon is not None:
        good &= (hour >= 1) & (hour <= 12)
        hour = hour % 12 + (12 if form.afternoon else 0)
    good &= (hour < 24) & (minute < 60) & (second < 60)
    months = ((np.where(good, year, 1970) - 1970) * 12 + np.where(good, month, 1) - 1).astype("datetime64[M]")
    start = months.astype("datetime64[D]").astype(np.int64)
    length = (months + 1).astype("datetime64[D]").astype(np.int64) - start
    good &= day <= length
    fraction = nought
    if "fraction" in form.fields:
        digits = form.fields["fraction"][1] - form.fields["fraction"][0]
        fraction = number["fraction"] * 10**6 // 10**digits
    value = (start + day - 1) * _DAY_MICROS + ((hour * 60 + minute) * 60 + second) * MICROS + fraction
    if form.offset_sign:
        ahead = number["zone_hour"] * 60 + number.get("zone_minute", nought)
        good &= ahead <= 18 * 60
        value -= form.offset_sign * ahead * 60 * MICROS
    return value, good


def from_serial(days: npt.NDArray[np.float64]) -> Integers:
    """Wall-clock microseconds of spreadsheets' serial dates, to the millisecond: what is beyond is noise of floats."""
    millis: Integers = np.rint((days - _SERIAL_1970) * _DAY_MILLIS).astype(np.int64)
    return millis * 1_000
