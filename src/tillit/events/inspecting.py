"""What a file holds, before anything is imported: its mapping, what that is unsure of, and five rows as understood."""

from __future__ import annotations

from collections.abc import Mapping as Table
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from tillit.errors import AmbiguityError, FileError, MappingError
from tillit.events import cells
from tillit.events.chunks import BrokenRow, RawChunk, Reader
from tillit.events.converting import Converter
from tillit.events.guessing import guess_mapping
from tillit.events.mapping import FILE_ORDER, Cell, EventRule, Mapping, Time, check_columns
from tillit.events.reading import open_reader
from tillit.events.recipe import Recognised, recognise
from tillit.events.subject import Subjects, country_of_zone
from tillit.events.times import LATEST
from tillit.sentences import Sentence, paragraph, sentence
from tillit.vocabulary import IdentifierKind

SAMPLE_ROWS = 2_000
SHOWN_ROWS = 5

TOTALS_ONLY = sentence("This file holds totals, not what each customer did, so it cannot become journeys.")


@dataclass(frozen=True, slots=True)
class UnderstoodEvent:
    """One event of a shown row. `who` is the clear identifier as it stands in the file: for the file's owner only."""

    occurred_at: int
    who: str
    activity: str
    channel: str
    amount_minor: int | None
    currency: str | None
    object: str | None


@dataclass(frozen=True, slots=True)
class UnderstoodAnswer:
    """What a row says that somebody agreed to or refused. `said_at`: microseconds UTC."""

    who: str
    purpose: str
    channel: str | None
    granted: bool
    said_at: int


@dataclass(frozen=True, slots=True)
class UnderstoodRow:
    """A row as it stands and what it gives: events, answers, nothing, or the reason why it would be refused."""

    row: int
    raw: tuple[str, ...]
    events: tuple[UnderstoodEvent, ...]
    refused: Sentence | None = None
    answers: tuple[UnderstoodAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was understood of a file.

    The file can be used where `problem` is None. Otherwise `problem` says what is missing; `mapping` is then None (no
    column says when or whose, or the file holds totals only) or needs an answer (dates that can be read in two ways):
    `problem` then holds the doubt alone and `remedy` what to write in the mapping.
    `notes` are certain (format, encoding, what was left out); each line of `unsure` is for a person to confirm.
    `first_rows` are those notes that the first rows gave and all rows will give anew, with other counts.
    """

    format: str
    columns: tuple[str, ...]
    mapping: Mapping | None
    recipe: str | None
    unsure: tuple[Sentence, ...]
    notes: tuple[Sentence, ...]
    rows: tuple[UnderstoodRow, ...]
    first_rows: tuple[Sentence, ...] = ()
    totals_only: bool = False
    problem: Sentence | None = None
    remedy: Sentence | None = None


def inspect_file(path: Path, mapping: Mapping | None = None) -> Inspection:
    """Understand a file from its columns and first rows.

    Args:
        mapping: Look through this mapping; None recognises or guesses one.

    Raises:
        FileError: The file cannot be read at all; the message says what it is.
        MappingError: `mapping` names a column that the file does not have.
    """
    reader = open_reader(path)
    sample = _sample(reader)
    if mapping is not None:
        check_columns(mapping, reader.columns, name=path.name)
        return _inspection(reader, sample, mapping)
    if reader.format == "segment":
        return _inspection(reader, sample, segment_mapping(reader.columns), recipe="Segment calls")
    known = recognise(reader.columns)
    if known is not None:
        return _of_recipe(reader, sample, known)
    if sample.table.num_rows == 0:
        return _without_mapping(reader, sample, problem=_no_rows(sample))
    guess = guess_mapping(sample.table)
    if guess.mapping is None:
        return _without_mapping(reader, sample, problem=guess.problem, notes=guess.notes)
    return _inspection(reader, sample, guess.mapping, unsure=guess.unsure, notes=guess.notes)


def understand(path: Path) -> tuple[Mapping, tuple[Sentence, ...]]:
    """The mapping of a file that brings none, and what is to be said about it: first what it is unsure of.

    Raises:
        FileError: The file cannot be read, or holds totals only.
        MappingError: Its columns do not say when things happened, or to whom.
        AmbiguityError: Its dates or amounts can be read in two ways.
    """
    found = inspect_file(path)
    if found.mapping is None or found.problem is not None:
        said = sentence("{file}: {problem}", file=path.name, problem=found.problem or "")
        if found.remedy is not None:
            raise AmbiguityError(said, found.remedy)
        raise (FileError if found.totals_only else MappingError)(said)
    return found.mapping, (*found.unsure, *(note for note in found.notes if note not in found.first_rows))


def segment_mapping(columns: tuple[str, ...]) -> Mapping:
    """The mapping of Segment's calls as `segment_cells` writes them, for the columns that a file has."""
    has = frozenset(columns)  # beyond `segment.ALWAYS`
    kinds = {
        IdentifierKind.CUSTOMER: "customer_id",
        IdentifierKind.EMAIL: "email",
        IdentifierKind.PHONE: "phone",
        IdentifierKind.ANONYMOUS: "anonymous_id",
    }
    rule = EventRule(
        activity=Cell(column="activity"),
        time=Time(("timestamp",)),
        amount="amount" if "amount" in has else None,
        object="object" if "object" in has else None,
        channel=Cell(column="channel"),
        campaign=Cell(column="campaign") if "campaign" in has else None,
    )
    return Mapping(
        events=(rule,),
        identifiers={kind: (column,) for kind, column in kinds.items() if column in has},
        source="segment",
        sequence=FILE_ORDER,
        event_id=("message_id",),
        currency=Cell(column="currency") if "currency" in has else None,
        properties=tuple(column for column in columns if column.startswith("properties.")),
    )


def _of_recipe(reader: Reader, sample: RawChunk, known: Recognised) -> Inspection:
    if known.mapping is None:
        return _without_mapping(
            reader,
            sample,
            problem=paragraph(
                TOTALS_ONLY,
                sentence("It looks like an export of {product}.", product=known.product),
                *known.notes,
            ),
            recipe=known.product,
            totals_only=True,
        )
    if not known.mapping.identifiers:
        problem = sentence(
            "It looks like {product}, but no column says whose each row is. Export it with e-mail addresses.",
            product=known.product,
        )
        return _without_mapping(reader, sample, problem=problem, recipe=known.product)
    return _inspection(
        reader,
        sample,
        known.mapping,
        recipe=known.product,
        unsure=known.unsure,
        notes=(*known.notes, *known.left_out),
    )


def _inspection(
    reader: Reader,
    sample: RawChunk,
    mapping: Mapping,
    *,
    recipe: str | None = None,
    unsure: tuple[Sentence, ...] = (),
    notes: tuple[Sentence, ...] = (),
) -> Inspection:
    # The key is of no use to anyone: these subjects are thrown away.
    region = mapping.region or country_of_zone(mapping.timezone)
    subjects = Subjects(b"inspection", region=region, namespace=mapping.namespace, hashed=mapping.hashed)
    # Without a clock no answer lies ahead; the import, which has one, refuses those.
    converter = Converter(mapping, reader.columns, subjects, received_at=LATEST)
    try:
        _learn(reader, converter)
        rows, problem, remedy = _understood(sample, mapping, converter), None, None
    except AmbiguityError as two_ways:
        rows, problem, remedy = _as_they_stand(sample), two_ways.doubt, two_ways.remedy
    return Inspection(
        format=reader.format,
        columns=reader.columns,
        mapping=mapping,
        recipe=recipe,
        unsure=unsure,
        notes=(*reader.notes, *notes, *converter.notes),
        rows=rows,
        first_rows=converter.notes,
        problem=problem,
        remedy=remedy,
    )


def _learn(reader: Reader, converter: Converter) -> None:
    """Let the converter see as much of the file as it needs, mostly its first chunk."""
    for chunk in reader:
        if converter.learn(chunk):
            return
    converter.conclude()


def _without_mapping(
    reader: Reader,
    sample: RawChunk,
    *,
    problem: Sentence | None,
    recipe: str | None = None,
    notes: tuple[Sentence, ...] = (),
    totals_only: bool = False,
) -> Inspection:
    return Inspection(
        format=reader.format,
        columns=reader.columns,
        mapping=None,
        recipe=recipe,
        unsure=(),
        notes=(*reader.notes, *notes),
        rows=_as_they_stand(sample),
        totals_only=totals_only,
        problem=problem,
    )


def _sample(reader: Reader) -> RawChunk:
    """The first rows of a file, good and broken."""
    chunk = next(iter(reader), None)
    if chunk is None:
        return RawChunk(pa.table({column: pa.array([], pa.string()) for column in reader.columns}), 1)
    numbers = chunk.row_numbers()
    kept = int((numbers < chunk.first_row + SAMPLE_ROWS).sum())
    broken = tuple(row for row in chunk.broken if row.row < chunk.first_row + SAMPLE_ROWS)
    return RawChunk(chunk.table.slice(0, kept), chunk.first_row, broken)


def _no_rows(sample: RawChunk) -> Sentence:
    if sample.broken:
        return sentence(
            "None of its first {rows} rows can be read. The first: {reason}",
            rows=len(sample.broken),
            reason=sample.broken[0].reason,
        )
    return sentence("It has column names but no rows. Export it again.")


def _understood(sample: RawChunk, mapping: Mapping, converter: Converter) -> tuple[UnderstoodRow, ...]:
    """The first rows, seen through the mapping together with the rest of the sample, as an import would."""
    converted = converter.convert(sample)
    events: dict[int, list[UnderstoodEvent]] = {}
    who = _who(sample, mapping)
    for table in converted.events:
        for event in table.filter(pa.compute.less(table["origin_row"], sample.first_row + SHOWN_ROWS)).to_pylist():
            row = event["origin_row"]
            shown = UnderstoodEvent(
                occurred_at=event["occurred_at"],
                who=who.get(row, ""),
                activity=event["activity"],
                channel=event["channel"],
                amount_minor=event["amount_minor"],
                currency=event["currency"],
                object=event["object"],
            )
            events.setdefault(row, []).append(shown)
    answers: dict[int, list[UnderstoodAnswer]] = {}
    for answer in converted.answers.to_pylist():
        told = {name: answer[name] for name in ("purpose", "channel", "granted", "said_at")}
        answers.setdefault(answer["origin_row"], []).append(
            UnderstoodAnswer(who=who.get(answer["origin_row"], ""), **told)
        )
    numbers = sample.row_numbers()
    refused = {
        int(numbers[place]): converted.faults.of(int(place))[1] for place in converted.faults.refused.nonzero()[0]
    }
    refused |= {broken.row: broken.reason for broken in sample.broken}
    return tuple(
        UnderstoodRow(row, raw, tuple(events.get(row, ())), refused.get(row), tuple(answers.get(row, ())))
        for row, raw in _raw_rows(sample).items()
    )


def _as_they_stand(sample: RawChunk) -> tuple[UnderstoodRow, ...]:
    return tuple(UnderstoodRow(row, raw, ()) for row, raw in _raw_rows(sample).items())


def _raw_rows(sample: RawChunk) -> Table[int, tuple[str, ...]]:
    """The first rows as they stand, by row number."""
    last = sample.first_row + SHOWN_ROWS
    broken: dict[int, BrokenRow] = {row.row: row for row in sample.broken if row.row < last}
    numbers = [int(number) for number in sample.row_numbers() if number < last]
    columns = [cells.text(column).fill_null("").to_pylist() for column in sample.table.slice(0, len(numbers)).columns]
    good = {number: tuple(column[place] for column in columns) for place, number in enumerate(numbers)}
    return dict(sorted((good | {row: found.cells for row, found in broken.items()}).items()))


def _who(sample: RawChunk, mapping: Mapping) -> Table[int, str]:
    """The clear identifier each shown row is about: the first that stands in it."""
    numbers = [int(number) for number in sample.row_numbers() if number < sample.first_row + SHOWN_ROWS]
    shown = sample.table.slice(0, len(numbers))
    columns = [cells.text(shown[column]).to_pylist() for names in mapping.identifiers.values() for column in names]
    return {
        number: next((column[place] for column in columns if column[place] is not None), "")
        for place, number in enumerate(numbers)
    }
