"""One file into the log: staged, published, and every row accounted for. Pages and commands go this way."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow.parquet as pq

from tillit.events.chunks import Reader
from tillit.events.erased import Erased, answers_left, contacts_left
from tillit.events.erased_texts import ErasedTexts, blank_erased
from tillit.events.log import EventLog, LoggedImport
from tillit.events.mapping import Mapping
from tillit.events.publishing import UNMET_ROWS, StagedParts, publish
from tillit.events.read_csv import CsvReader
from tillit.events.reading import open_reader
from tillit.events.receipt import Receipt, most_first
from tillit.events.rejecting import RejectedRows, Say
from tillit.events.segments import SegmentKind
from tillit.events.staging import OnProgress, stage, without_rows
from tillit.events.subject import country_of_zone
from tillit.sentences import Sentence, sentence

CONFLICT = "id_conflict"


@dataclass(frozen=True, slots=True)
class Imported:
    """What one import did.

    Attributes:
        receipt: Every row of the file, after the log was asked what is new.
        conflict_events: Events whose id the log had with other content; the first stays. Their rows are rejected
            where they brought nothing else.
        rejected: The CSV of rejected rows, or None without any.
        contacts: Parquet of CONTACT_SCHEMA: clear values, for the contact store and nothing else.
        answers: Parquet of ANSWER_SCHEMA: what customers said yes and no to, for the ledger of consents.
        mapping: What the file was read by.
        notes: What was found out or assumed, in sentences.
        first_at: Microseconds UTC of the earliest event that was new; None without one.
        last_at: The latest.
    """

    receipt: Receipt
    conflict_events: int
    rejected: Path | None
    contacts: tuple[Path, ...]
    answers: tuple[Path, ...]
    mapping: Mapping
    notes: tuple[Sentence, ...]
    first_at: int | None
    last_at: int | None


def import_file(
    log: EventLog,
    import_id: str,
    path: Path,
    mapping: Mapping | None,
    *,
    key: bytes,
    received_at: int,
    work: Path,
    timezone: str | None = None,
    on_progress: OnProgress | None = None,
    say: Say = str,
) -> Imported:
    """Bring one file into the log.

    Killed anywhere, calling again with the same arguments completes it: what was published stays so and is not
    published twice.

    Args:
        log: An open log.
        import_id: Names this import of this file, and no other.
        path: The file; it may not change until this returns.
        mapping: How it is read; None lets its columns say it.
        key: The data directory's key.
        received_at: Now, in microseconds UTC; the same in every attempt.
        work: A folder of this import's own. The rejected rows and the contacts stay there.
        timezone: Of times without an offset, where neither the mapping nor the file says it.
        on_progress: Called with bytes done, bytes in all, and rows so far.
        say: Says why a row was rejected in the language of whoever mends it.

    Raises:
        InputError: The file or the mapping cannot be used; nothing was published.
        LogBusy: Another import or undo is being written; nothing was published.
        DamagedSegment: The log is damaged, so what is new cannot be told.
    """
    staged_folder = work / "staged"
    shutil.rmtree(staged_folder, ignore_errors=True)
    staged = stage(
        [path],
        [mapping],
        key=key,
        received_at=received_at,
        work=staged_folder,
        timezone=timezone,
        on_progress=on_progress,
        say=say,
    )
    logged = publish(log, import_id, StagedParts(events=staged.events, links=staged.links), work=work)
    rejected = _reject_conflicts(work, path, say) if logged.conflict_rows else staged.rejected_csv
    if rejected is not None:
        _blank_erased(log, rejected, path, staged.mapping, timezone=timezone, say=say)
    answers = staged.answers
    if logged.conflict_rows:
        answers = without_rows(answers, pq.read_table(work / UNMET_ROWS)["origin_row"].to_pylist())
    answers = answers_left(log, answers)
    contacts = contacts_left(log, staged.contacts, staged.events, staged.links, answers)
    for part in (*staged.events, *staged.links):
        part.unlink()  # the log has them now
    first_at, last_at = _span(log, import_id)
    return Imported(
        receipt=_settled(staged.receipt, logged),
        conflict_events=logged.conflict_events,
        rejected=rejected,
        contacts=contacts,
        answers=answers,
        mapping=staged.mapping,
        notes=staged.notes,
        first_at=first_at,
        last_at=last_at,
    )


def _settled(read: Receipt, logged: LoggedImport) -> Receipt:
    """The receipt of reading the file, after the log said what it had already."""
    reasons = dict(read.reasons)
    if logged.conflict_rows:
        reasons[CONFLICT] = reasons.get(CONFLICT, 0) + logged.conflict_rows
    return replace(
        read,
        accepted=read.accepted - logged.duplicate_rows - logged.conflict_rows,
        duplicate=read.duplicate + logged.duplicate_rows,
        rejected=read.rejected + logged.conflict_rows,
        events=logged.events,
        reasons=most_first(reasons),
    )


def _blank_erased(
    log: EventLog, rejected: Path, path: Path, mapping: Mapping, *, timezone: str | None, say: Say
) -> None:
    """Rows that could not be read must not bring back what was erased either."""
    erased = Erased.of(log)
    if erased.is_empty:
        return
    region = mapping.region or country_of_zone(mapping.timezone or timezone)
    known = ErasedTexts(erased, region=region, namespaces=tuple({None, mapping.namespace}))
    reader = open_reader(path)
    blank_erased(rejected, known, columns=len(reader.columns), delimiter=_delimiter(reader), say=say)


def _delimiter(reader: Reader) -> str:
    return reader.delimiter if isinstance(reader, CsvReader) else ","


def _reject_conflicts(work: Path, path: Path, say: Say) -> Path | None:
    """Add the rows that conflict with the log, as they stand in the file, to those rejected before."""
    unmet = pq.read_table(work / UNMET_ROWS)
    reasons = {
        row["origin_row"]: sentence(
            "Its event {id} ({activity}) came before with other content; the first stays. "
            "If this file is right, undo the earlier import and import this file again.",
            id=row["event_id"],
            activity=row["activity"],
        )
        for row in unmet.to_pylist()
    }
    reader = open_reader(path)
    rows = RejectedRows(work / "staged", path.name, reader.columns, delimiter=_delimiter(reader), say=say, append=True)
    for chunk in reader:
        numbers = chunk.row_numbers()
        places = [place for place, number in enumerate(numbers.tolist()) if number in reasons]
        for place, row in zip(places, chunk.table.take(places).to_pylist(), strict=True):
            number = int(numbers[place])
            rows.add(tuple(row.values()), number, CONFLICT, reasons[number])
    rows.close()
    return rows.path


def _span(log: EventLog, import_id: str) -> tuple[int | None, int | None]:
    """Earliest and latest event of an import, from the statistics of its segments."""
    lows, highs = [], []
    for segment in log.segments(SegmentKind.EVENTS):
        if segment.import_id != import_id:
            continue
        metadata = pq.read_metadata(segment.path)
        column = metadata.schema.names.index("occurred_at")
        for group in range(metadata.num_row_groups):
            statistics = metadata.row_group(group).column(column).statistics
            lows.append(int(statistics.min))
            highs.append(int(statistics.max))
    return (min(lows), max(highs)) if lows else (None, None)
