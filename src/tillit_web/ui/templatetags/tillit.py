"""`{% load tillit %}`: numbers, money, shares, durations and times in the reader's locale."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal
from babel.units import format_unit
from django import template
from django.utils import timezone
from django.utils.translation import get_language, gettext

from tillit.events.currencies import UNNAMED, exponent
from tillit.sentences import Sentence, Value
from tillit_web.languages import LOCALES

register = template.Library()

MISSING = "–"
NO_BREAK = "\u00a0"
MOST_DECIMALS = 3  # of a percentage: one in 100,000
LETTER_BEFORE_FIGURE = re.compile(r"([A-Za-z])(?=\d)")


def reader_locale() -> Locale:
    """Babel's locale for the language that is active."""
    return Locale.parse(LOCALES.get((get_language() or "en")[:2], "en_GB"))


def _typeset(text: str, locale: Locale) -> str:
    """A minus as wide as a figure; in Swedish and Norwegian a narrow space between thousands, not a wide one."""
    text = text.replace("-", "\u2212")
    return text if locale.language == "en" else text.replace("\u00a0", "\u202f")


@register.filter
def number(value: float | None, decimals: int = 0) -> str:
    """12345.6 → "12 346" (sv, nb), "12,346" (en)."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return MISSING
    locale = reader_locale()
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    exact = Decimal(str(value))  # a template may hand over a figure that is worked out only now
    if round(exact, decimals) == 0:
        exact = Decimal(0)  # what rounds to nothing has no sign
    return _typeset(format_decimal(exact, format=pattern, locale=locale), locale)


@register.filter
def money(minor: int | None, currency: str | None) -> str:
    """Minor units of `currency`: 123450, "SEK" → "1 235 kr"; decimals only where a sum is below 100 units.

    Of a currency that nobody named, `UNNAMED`, the figure alone.
    """
    if minor is None or currency is None:
        return MISSING
    precision = exponent(currency)
    units = minor / 10**precision
    whole = abs(units) >= 100 or minor % 10**precision == 0
    if currency == UNNAMED:
        return number(units, 0 if whole else precision)
    locale = reader_locale()
    pattern = locale.currency_formats["standard"].pattern.split(";")[0]
    if whole:
        pattern = pattern.replace("0.00", "0")
    text = format_currency(units, currency, format=pattern, locale=locale, currency_digits=not whole)
    # English writes £5 but NOK 5.
    return _typeset(LETTER_BEFORE_FIGURE.sub(f"\\1{NO_BREAK}", text), locale)


@register.filter
def share(value: float | None, decimals: int = 0) -> str:
    """0.345 → "35 %" (sv, nb), "35%" (en); decimals are kept where something would read as nothing, or most as all."""
    if value is None or not math.isfinite(value):
        return MISSING
    percent = value * 100
    if 0 < abs(percent) < 1 or 99 < percent < 100:
        decimals = max(decimals, 1)
    while decimals < MOST_DECIMALS and percent not in (0, 100) and round(percent, decimals) in (0, 100):
        decimals += 1
    text = number(percent, decimals)
    return f"{text}%" if reader_locale().language == "en" else f"{text}{NO_BREAK}%"


@register.filter
def duration(seconds: float | None) -> str:
    """Seconds as a person says them, in at most two words: "3 days", "45 minutes", "less than a minute"."""
    if seconds is None or not math.isfinite(seconds):
        return MISSING
    if 0 <= seconds < 60:
        return gettext("less than a minute")
    # Months and years are not lengths of time: 400 days stay days.
    if seconds >= 86_400:
        return _units(seconds / 86_400, "day")
    if seconds >= 3_600:
        return _units(seconds / 3_600, "hour")
    return _units(seconds / 60, "minute")


def _units(amount: float, unit: str) -> str:
    rounded = round(amount, 1) if amount < 10 else round(amount)
    if rounded == int(rounded):
        rounded = int(rounded)
    locale = reader_locale()
    return _typeset(format_unit(rounded, f"duration-{unit}", length="long", locale=locale), locale)


@register.filter
def local_time(value: datetime | int | None, form: str = "medium") -> str:
    """A moment on the company's clock: aware datetime or microseconds since 1970.

    Forms: medium, short, day, weekday, clock, month.
    """
    if value is None:
        return MISSING
    moment = datetime.fromtimestamp(value / 1_000_000, UTC) if isinstance(value, int) else value
    zone: tzinfo = timezone.get_current_timezone()
    local = moment.astimezone(zone)
    patterns = {
        "day": "d MMM y",
        "short": "d MMM HH:mm",
        "medium": "d MMM y HH:mm",
        "weekday": "EEEE d MMMM",
        "clock": "HH:mm",
        "month": "LLLL y",
    }
    return format_datetime(local, patterns[form], locale=reader_locale())


@register.filter
def local_day(day: date) -> str:
    """A day of the calendar: "3 maj 2026"."""
    return format_date(day, "d MMM y", locale=reader_locale())


@register.filter
def natural(count: int, total: int) -> str:
    """ "90 of 200": a share as people count it."""
    return gettext("%(count)s of %(total)s") % {"count": number(count), "total": number(total)}


@register.filter
def said(line: Sentence | dict[str, Any] | str) -> str:
    """A sentence of the core, or what a database keeps of one, in the reader's language; other text as it stands."""
    if isinstance(line, dict):
        line = Sentence.from_json(line)
    if not isinstance(line, Sentence):
        return line
    return gettext(line.template).format(**{name: _said_value(value) for name, value in line.values.items()})


def _said_value(value: Value) -> str:
    if isinstance(value, str):
        return said(value)
    locale = reader_locale()
    return _Figure(_typeset(format_decimal(value, locale=locale), locale))


class _Figure(str):
    """A number that is written for the reader already, whatever form its place in a template asks for."""

    __slots__ = ()

    def __format__(self, form: str) -> str:
        return str(self)
