"""What is said of a file's times: whose clock they were written by, and what a column called like a time holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from tillit.sentences import Sentence, sentence

_DAY_ZERO = date(1899, 12, 30)  # of spreadsheets
_LONGEST = 40  # characters of a cell that a sentence quotes

# Whose clock a file without offsets was written by: words of one of the two languages only.
_ZONES = (
    (
        "Europe/Stockholm",
        sentence("Swedish time"),
        frozenset({"datum", "tidpunkt", "händelse", "kund", "kundnr", "belopp", "butik", "summa"}),
    ),
    (
        "Europe/Oslo",
        sentence("Norwegian time"),
        frozenset({"dato", "tidspunkt", "hendelse", "kunde", "kundenr", "beløp", "butikk"}),
    ),
)


@dataclass(frozen=True, slots=True)
class Clock:
    """A zone that was taken, and the sentence that says so."""

    zone: str
    note: Sentence


def clock_of(columns: Iterable[str]) -> Clock | None:
    """The clock that times without an offset were written by, from the language of the columns' plain names."""
    words = {word for plain in columns for word in (plain, *plain.split("_"))}
    for zone, clock, signs in _ZONES:
        if words & signs:
            note = sentence(
                "Times carry no offset and are read as {clock} ({zone}), like the columns' names.",
                clock=clock,
                zone=zone,
            )
            return Clock(zone, note)
    return None


def counted_in_days(column: str, example: str) -> Sentence:
    """That a column holds a spreadsheet's days; `example` is one of its cells, such as 46082.5."""
    return sentence(
        '"{column}" is read as days as spreadsheets count them: {number} as {day}.',
        column=column,
        number=example,
        day=f"{_DAY_ZERO + timedelta(days=int(example[:5]))}",
    )


def unreadable(column: str, example: str) -> Sentence:
    """That a column is called like a time and holds none."""
    return sentence(
        '"{column}" is called like a time, but "{text}" in it is none that is known here. Write it like '
        "2026-03-31 14:05, or give its format in a mapping.",
        column=column,
        text=example[:_LONGEST],
    )
