"""Recognising erased persons in texts, though nothing clear of them is kept: what a text says is hashed and looked up.

A name cannot be recognised, since no digest of it is kept; an address, a number or an id can, alone in a cell or, for
addresses and phone numbers, within a sentence.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from tillit.events.erased import NEVER, Erased
from tillit.events.rejecting import REASON_COLUMNS, Say
from tillit.events.subject import Subjects
from tillit.sentences import sentence
from tillit.vocabulary import IdentifierKind

LONGEST_IDENTIFIER = 400  # what is longer is a sentence, not an identifier
LINES_AT_ONCE = 5_000
_ADDRESS = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+")
_NUMBER = re.compile(r"\+?\d[\d\s()./-]{5,}\d")


class ErasedTexts:
    """Which texts name somebody who was erased."""

    def __init__(self, erased: Erased, *, region: str | None, namespaces: Sequence[str | None]) -> None:
        """
        Args:
            erased: Who, by digests.
            region: Country of phone numbers without a code.
            namespaces: Of the mappings that may have hashed these identifiers; None is without one.
        """
        self._erased = erased
        self._readers = [Subjects(erased.key, region=region, namespace=one) for one in namespaces]

    def moments(self, texts: Collection[str]) -> Mapping[str, int]:
        """Those of these texts that name an erased person, with the moment (microseconds UTC) of the erasure."""
        if self._erased.is_empty:
            return {}
        within = {text: _identifiers_in(text) for text in texts}
        until = self._looked_up({each for identifiers in within.values() for each in identifiers})
        latest = {text: max(map(until.__getitem__, each), default=NEVER) for text, each in within.items()}
        return {text: moment for text, moment in latest.items() if moment != NEVER}

    def _looked_up(self, identifiers: Collection[str]) -> dict[str, int]:
        values = pa.array(sorted(identifiers), pa.string())
        found = dict.fromkeys(identifiers, NEVER)
        for reader in self._readers:
            for kind in IdentifierKind:
                subjects = reader.identify(kind, values).subjects.to_pylist()
                for text, subject in zip(values.to_pylist(), subjects, strict=True):
                    if subject is not None:
                        found[text] = max(found[text], self._erased.until(subject))
        return found


def _identifiers_in(text: str) -> set[str]:
    """The text itself, and addresses and phone numbers within it."""
    found = {match.strip(".") for match in _ADDRESS.findall(text)} | set(_NUMBER.findall(text))
    return found | {text} if 0 < len(text) <= LONGEST_IDENTIFIER else found


def blank_erased(rejected: Path, known: ErasedTexts, *, columns: int, delimiter: str, say: Say = str) -> int:
    """Empty the cells of rejected rows that name somebody erased; the rows stay, so that the receipt adds up.

    Args:
        rejected: As `RejectedRows` wrote it; replaced whole.
        columns: How many the original file has.
        say: Says why in the language of whoever mends the rows.

    Returns:
        How many rows were emptied.
    """
    waiting = rejected.with_name(rejected.name + ".tmp")
    emptied = 0
    with (
        rejected.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as old,
        waiting.open("w", encoding="utf-8-sig", errors="surrogateescape", newline="") as new,
    ):
        lines = csv.reader(old, delimiter=delimiter)
        writer = csv.writer(new, delimiter=delimiter)
        writer.writerow(next(lines))
        for stretch in _stretches(lines):
            named = known.moments({cell for line in stretch for cell in line})
            for line in stretch:
                gone = not named.keys().isdisjoint(line)
                emptied += gone
                writer.writerow(_emptied(line, columns, say) if gone else line)
    waiting.replace(rejected)
    return emptied


def _emptied(line: Sequence[str], columns: int, say: Say) -> list[str]:
    row, code, _ = line[columns : columns + len(REASON_COLUMNS)]
    why = sentence(
        "It names somebody who was erased, so its cells are not kept here. They stand in row {row} of your file.",
        row=row,
    )
    return [*[""] * columns, row, code, say(why)]


def _stretches(lines: Iterator[list[str]]) -> Iterator[list[list[str]]]:
    found: list[list[str]] = []
    for line in lines:
        found.append(line)
        if len(found) == LINES_AT_ONCE:
            yield found
            found = []
    if found:
        yield found
