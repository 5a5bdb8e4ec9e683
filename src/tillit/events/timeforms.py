"""How times are written: a form is recognised once for all values of one shape, and then read by position.

The shape of a text is the text with every digit as 0 and letters as capitals: `2026-03-01 10:00` is `0000-00-00 00:00`.
A column has few shapes and many values, so the work per value is arithmetic on whole columns.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from tillit.errors import MappingError
from tillit.sentences import sentence

_ENGLISH = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
# By the first three letters; Swedish, Norwegian and Danish differ in these only.
_MONTHS = {name: number for number, name in enumerate(_ENGLISH, start=1)} | {"MAJ": 5, "MAI": 5, "OKT": 10, "DES": 12}


class Order(Enum):
    """Which of the first two numbers of a date is the day."""

    DAY_FIRST = "%d/%m/%Y"
    MONTH_FIRST = "%m/%d/%Y"
    UNTOLD = "?"  # either, until the column shows a number above 12


@dataclass(frozen=True, slots=True)
class Form:
    """Where the fields of a shape stand, as (start, stop); a field that is not there is missing."""

    fields: dict[str, tuple[int, int]]  # of year, month, day, first, second_number, hour, minute, second, fraction, …
    month: int | None = None  # from its name
    afternoon: bool | None = None  # PM, AM, or neither
    offset_sign: int | None = None  # of a written offset; 0 for Z and UTC; None where there is none
    epoch_per_second: int | None = None  # a number since 1970: how many of its units are a second


_DATE = (
    r"(?:[A-Z]{2,9}\.?,? +)?(?:"
    r"(?P<year>0{4})(?P<s1>[-/.])(?P<month>0{1,2})(?P=s1)(?P<day>0{1,2})"
    r"|(?P<year_>0{4})(?P<month_>00)(?P<day_>00)"
    r"|(?P<day_d>0{1,2})\.(?P<month_d>0{1,2})\.(?P<year_d>0{4}|00)"
    r"|(?P<first>0{1,2})(?P<s2>[-/])(?P<other>0{1,2})(?P=s2)(?P<year_o>0{4}|00)"
    r"|(?P<day_n>0{1,2})\.?[ -]?(?P<name>[A-Z]{3,9})\.?[ -](?P<year_n>0{4})"
    r"|(?P<name_u>[A-Z]{3,9})\.? (?P<day_u>0{1,2}),? (?P<year_u>0{4})"
    r")"
)
_CLOCK = (
    r"(?:"
    r"(?P<hour>0{1,2})(?P<s3>[:.])(?P<minute>00)(?:(?P=s3)(?P<second>00)(?:[.,](?P<fraction>0{1,9}))?)?"
    r"|(?P<hour_c>00)(?P<minute_c>00)(?P<second_c>00)?"
    r")(?: ?(?P<half>[AP])\.?M\.?)?"
)
_ZONE = (
    r"(?: ?(?:(?P<utc>Z|UTC|GMT)|(?:UTC|GMT)?(?P<sign>[-+])(?P<zone_hour>00)(?::?(?P<zone_minute>00))?))?(?: ?\(UTC\))?"
)
_ANY = re.compile(_DATE + r"(?:(?:[ T]|, ?)+(?:KL\.? ?)?" + _CLOCK + _ZONE + r")?")
# A date of three numbers, with what may follow it.
_NUMBERED = re.compile(
    r"\d{1,2}(?P<between>[-/])\d{1,2}(?P=between)(?P<year>\d{4}|\d{2})"
    r"(?:(?P<gap>\D+)(?P<clock>\d{1,2}(?P<mark>[:.])\d{2})(?:(?P=mark)(?P<second>\d{2})(?P<fraction>[.,]\d+)?)?"
    r"(?P<half> ?[AaPp]\.?[Mm]\.?)?(?:(?P<space> ?)(?P<zone>Z|UTC|GMT|[-+]\d{2}:?\d{2}))?)?"
)
_SERIAL = re.compile(r"(?P<serial>0{5})(?:[.,](?P<share>0{1,16}))?")
_EPOCH = re.compile(r"(?P<epoch>0{9,10}|0{12,13}|0{15,16})(?:\.0*)?")

_DIRECTIVES = {
    "Y": r"(?P<year>0{4})",
    "y": r"(?P<year>00)",
    "m": r"(?P<month>0{1,2})",
    "d": r"(?P<day>0{1,2})",
    "e": r" ?(?P<day>0{1,2})",
    "H": r"(?P<hour>0{1,2})",
    "I": r"(?P<hour>0{1,2})",
    "M": r"(?P<minute>0{1,2})",
    "S": r"(?P<second>0{1,2})",
    "f": r"(?P<fraction>0{1,9})",
    "b": r"(?P<name>[A-Z]{3,9})\.?",
    "B": r"(?P<name>[A-Z]{3,9})\.?",
    "a": r"[A-ZÅÄÖÆØ]{2,9}\.?",
    "A": r"[A-ZÅÄÖÆØ]{2,9}\.?",
    "p": r"(?P<half>[AP])\.?M\.?",
    "z": r"(?:(?P<utc>Z|UTC|GMT)|(?P<sign>[-+])(?P<zone_hour>00):?(?P<zone_minute>00))",
    "Z": r"(?P<utc>Z|UTC|GMT)",
    "%": "%",
}
_SHORT = {"F": "%Y-%m-%d", "T": "%H:%M:%S", "R": "%H:%M", "D": "%m/%d/%y"}


def shape_of(text: str) -> str:
    """The shape of one text, as `shapes.shapes_of` finds those of a column."""
    return re.sub("[0-9]", "0", re.sub("[a-z]+", lambda letters: letters[0].upper(), text))


@lru_cache(maxsize=4096)
def form_of(shape: str) -> Form | None:
    """The form of a shape that can be read without being told; None where there is none."""
    if (epoch := _EPOCH.fullmatch(shape)) is not None:
        digits = len(epoch["epoch"])
        return Form(
            {"epoch": epoch.span("epoch")}, epoch_per_second=1 if digits < 11 else 1_000 if digits < 14 else 10**6
        )
    found = _ANY.fullmatch(shape)
    return None if found is None else _form(found)


@lru_cache(maxsize=4096)
def serial_form(shape: str) -> Form | None:
    """The form of a shape as a spreadsheet's serial date, such as 45123.5; None where it is none."""
    found = _SERIAL.fullmatch(shape)
    return None if found is None else _form(found)


@lru_cache(maxsize=4096)
def form_by(shape: str, pattern: str) -> Form | None:
    """The form of a shape by a strptime format; None where the shape is not of that format."""
    found = _compiled(pattern).fullmatch(shape)
    return None if found is None else _form(found)


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    for letter, meaning in _SHORT.items():
        pattern = pattern.replace(f"%{letter}", meaning)
    written = ""
    pieces = re.split(r"%(.)", pattern)
    for literal, directive in zip(pieces[0::2], [*pieces[1::2], ""], strict=True):
        written += r"\s+".join(re.escape(re.sub("[0-9]", "0", word.upper())) for word in re.split(r"\s+", literal))
        if directive and directive not in _DIRECTIVES:
            raise MappingError(
                sentence(
                    "The time format '{format}' has {part}, which is not known here. Known are {known}.",
                    format=pattern,
                    part=f"%{directive}",
                    known=", ".join(f"%{known}" for known in (*_DIRECTIVES, *_SHORT)),
                )
            )
        written += _DIRECTIVES.get(directive, "")
    try:
        return re.compile(written)
    except re.error as error:
        raise MappingError(
            sentence("The time format '{format}' names one part twice. Name each once.", format=pattern)
        ) from error


def check_format(pattern: str) -> None:
    """Make sure that a strptime format can be read by.

    Raises:
        MappingError: It has a part that is not known here, or misses one that a time needs.
    """
    parts = _compiled(pattern).groupindex
    missing = [part for part in ("year", "day") if part not in parts]
    if missing or not {"month", "name"} & set(parts):
        raise MappingError(
            sentence(
                "The time format '{format}' has no year, month or day. Write one like {example}.",
                format=pattern,
                example="%Y-%m-%d %H:%M",
            )
        )


def pattern_like(text: str, order: str) -> str:
    """The strptime format of a text such as 03/04/2026 10:15, its date in an order such as "dmy"."""
    found = _NUMBERED.fullmatch(text)
    if found is None:
        return "/".join({"d": "%d", "m": "%m", "y": "%Y"}[part] for part in order)
    parts = {"d": "%d", "m": "%m", "y": "%Y" if len(found["year"]) == 4 else "%y"}
    date = found["between"].join(parts[part] for part in order)
    if found["clock"] is None:
        return date
    mark, half = found["mark"], found["half"]
    clock = f"{'%I' if half else '%H'}{mark}%M" + (f"{mark}%S" if found["second"] else "")
    clock += f"{found['fraction'][0]}%f" if found["fraction"] else ""
    clock += f"{' ' if half[0] == ' ' else ''}%p" if half else ""
    return date + found["gap"] + clock + (f"{found['space']}%z" if found["zone"] else "")


def _form(found: re.Match[str]) -> Form | None:
    fields = {}
    for group, value in found.groupdict().items():
        field = group.partition("_")[0] if not group.startswith("zone") else group
        if value is not None and field not in ("name", "half", "utc", "sign", "s1", "s2", "s3"):
            fields[field] = found.span(group)
    named = {group: value for group, value in found.groupdict().items() if value is not None}
    month = None
    if (name := named.get("name") or named.get("name_u")) is not None:
        month = _MONTHS.get(name[:3])
        if month is None:
            return None
    sign = named.get("sign")
    return Form(
        fields,
        month=month,
        afternoon=None if "half" not in named else named["half"] == "P",
        offset_sign=0 if "utc" in named else None if sign is None else -1 if sign == "-" else 1,
    )
