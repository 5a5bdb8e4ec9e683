"""Answers that customers gave and a file reports: a yes or a no, to what, in which words, when and where.

An answer is no event. Rows that hold none say nothing; a row whose answer cannot be read is refused whole, since a yes
that nobody gave is worse than a row to mend.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tillit.events import cells
from tillit.events.chunks import RawChunk
from tillit.events.contract import ANSWER_SCHEMA
from tillit.events.faults import Faults
from tillit.events.mapping import Cell, ConsentRule, Mapping
from tillit.events.subject import Identified
from tillit.events.times import TimeReader
from tillit.sentences import Sentence, sentence
from tillit.vocabulary import ASKED_FOR, ContactChannel, IdentifierKind, Purpose

Booleans = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]

# What programs and people write for an answer, in lower case.
YES = frozenset(
    {"yes", "y", "true", "t", "1", "x", "on", "ja", "j", "kyllä", "given", "granted", "agreed"}
) | frozenset({"subscribed", "opted in", "opted_in", "opt-in", "optin", "samtycker", "samtykker"})
NO = frozenset({"no", "n", "false", "f", "0", "off", "nej", "nei", "ei", "withdrawn", "denied", "refused"}) | frozenset(
    {"unsubscribed", "opted out", "opted_out", "opt-out", "optout", "cleaned"}
)


@dataclass(frozen=True, slots=True)
class Answered:
    """The answers of one `[[consent]]` in a chunk; arrays as long as the chunk's table."""

    there: Booleans  # an answer stands here, readable or not
    purpose: pa.Array
    channel: pa.Array
    granted: Booleans
    wording: pa.Array
    language: pa.Array
    where: pa.Array
    said_at: Integers


class AnswerReader:
    """Reads the answers of one `[[consent]]`, chunk after chunk."""

    def __init__(self, rule: ConsentRule, mapping: Mapping, *, received_at: int) -> None:
        """`received_at`: now, in microseconds UTC; nobody has answered later than that."""
        self._rule = rule
        self._received_at = received_at
        self._time = TimeReader(rule.time, mapping.timezone)

    @property
    def notes(self) -> tuple[Sentence, ...]:
        """What was assumed so far."""
        return self._time.notes

    def learn(self, table: pa.Table, numbers: Integers) -> bool:
        """As `TimeReader.learn`."""
        return self._time.learn(table, numbers)

    def conclude(self) -> None:
        """As `TimeReader.conclude`."""
        self._time.conclude()

    def read(self, table: pa.Table, faults: Faults) -> Answered:
        """Read a chunk that `learn` was content with; rows whose answer cannot be read are added to the faults."""
        rows, rule = table.num_rows, self._rule
        answer = pc.utf8_lower(_told(rule.answer, table))
        said = cells.present(answer)
        micros, timed = self._time.read(table, said, faults)
        if rule.answer.column is None:  # everybody in the file answered, who has a time
            said &= timed
        granted, refused = _is_in(answer, YES), _is_in(answer, NO)
        self._refuse(faults, said & ~granted & ~refused, "answer_unreadable", rule.answer, "yes or no")
        faults.add(
            np.flatnonzero(said & ~timed),
            "answer_time_missing",
            sentence(
                "It holds an answer and not when it was given, in {columns}. Fill it in: without it nobody can tell "
                "which of two answers came last.",
                columns=", ".join(f'"{column}"' for column in rule.time.columns),
            ),
        )
        faults.add(
            np.flatnonzero(said & timed & (micros > self._received_at)),
            "answer_time_ahead",
            sentence("It holds an answer that would be given later than now. Mend the time, or leave the answer out."),
        )
        purpose = pc.utf8_lower(_told(rule.purpose, table))
        known = _is_in(purpose, ASKED_FOR)
        self._refuse(faults, said & ~known, "purpose_unknown", rule.purpose, ", ".join(ASKED_FOR))
        channel = _told(rule.channel, table) if rule.channel else pa.nulls(rows, pa.string())
        channel = pc.utf8_lower(channel)
        marketing = _is_in(purpose, (Purpose.MARKETING,))
        wrong = said & marketing & ~_is_in(channel, tuple(ContactChannel))
        self._refuse(faults, wrong, "way_of_contact_unknown", rule.channel, ", ".join(ContactChannel))
        return Answered(
            there=said,
            purpose=purpose,
            channel=pc.if_else(pa.array(marketing), channel, pa.scalar(None, pa.string())),
            granted=granted,
            wording=_text(rule.wording, table),
            language=_text(rule.language, table),
            where=_text(rule.where, table),
            said_at=micros,
        )

    def _refuse(self, faults: Faults, wrong: Booleans, code: str, cell: Cell | None, wanted: str) -> None:
        faults.add(
            np.flatnonzero(wrong),
            code,
            sentence(
                'What stands in "{column}" is none of: {wanted}. Write one of them, or leave the answer out; a mapping '
                "can rename what your files say.",
                column=(cell.column or cell.constant or "") if cell else "channel",
                wanted=wanted,
            ),
        )


def answers_of(
    answered: Sequence[Answered],
    by_kind: MappingType[IdentifierKind, Identified],
    chunk: RawChunk,
    refused: Booleans,
) -> pa.Table:
    """The answers of rows that are taken: ANSWER_SCHEMA, each for every identifier that its row names."""
    parts = []
    numbers = pa.array(chunk.row_numbers())
    for one in answered:
        taken = np.flatnonzero(one.there & ~refused)
        columns = [found.subjects.take(pa.array(taken)).to_pylist() for found in by_kind.values()]
        named = [sorted({subject for subject in row if subject}) for row in zip(*columns, strict=True)]
        part = {
            "origin_row": numbers.take(pa.array(taken)),
            "subjects": pa.array(named, ANSWER_SCHEMA.field("subjects").type),
            "granted": pa.array(one.granted[taken]),
            "said_at": pa.array(one.said_at[taken]),
        }
        part |= {
            name: getattr(one, name).take(pa.array(taken))
            for name in ("purpose", "channel", "wording", "language", "where")
        }
        parts.append(pa.table({name: part[name] for name in ANSWER_SCHEMA.names}, schema=ANSWER_SCHEMA))
    return pa.concat_tables(parts) if parts else ANSWER_SCHEMA.empty_table()


def _told(cell: Cell, table: pa.Table) -> pa.Array:
    """What a cell says in each row, renamed where the mapping knows it; null where nothing stands."""
    if cell.column is None:
        return pa.repeat(pa.scalar(cell.constant, pa.string()), table.num_rows)
    found = cells.text(table[cell.column])
    renamed = {value.strip().lower(): to for value, to in cell.rename.items()}
    if not renamed:
        return found
    values = (None if value is None else renamed.get(value.lower(), value) for value in found.to_pylist())
    return pa.array(values, pa.string())


def _text(cell: Cell | None, table: pa.Table) -> pa.Array:
    found = pa.nulls(table.num_rows, pa.string()) if cell is None else _told(cell, table)
    return pc.fill_null(found, "")


def _is_in(column: pa.Array, words: Sequence[str] | frozenset[str]) -> Booleans:
    found: Booleans = pc.is_in(column, value_set=pa.array(sorted(map(str, words)), pa.string())).to_numpy(
        zero_copy_only=False
    )
    return found
