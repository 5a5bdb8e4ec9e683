"""Files of any size become staged Parquet: events, links and contacts, every row accounted for, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tillit.events.chunks import RawChunk, Reader
from tillit.events.contract import ANSWER_SCHEMA, CONTACT_SCHEMA, EVENT_SCHEMA, LINK_SCHEMA
from tillit.events.converting import Converted, Converter
from tillit.events.inspecting import understand
from tillit.events.mapping import Mapping, check_columns
from tillit.events.parts import PartWriter
from tillit.events.read_csv import CsvReader
from tillit.events.reading import open_reader
from tillit.events.receipt import Receipt, most_first
from tillit.events.rejecting import RejectedRows, Say
from tillit.events.settling import ROW_SCHEMA, Draft, Settlement, kept_contacts, settle
from tillit.events.subject import Subjects, country_of_zone
from tillit.sentences import Sentence, sentence

CONFLICT = "id_conflict"
OnProgress = Callable[[int, int, int], None]


@dataclass(frozen=True, slots=True)
class Staged:
    """Files after their mapping, ready for the log or a store; duplicates inside and across them are gone already.

    Contacts may name the same person more than once, and name nobody without an event here.
    """

    events: tuple[Path, ...]  # Parquet, EVENT_SCHEMA
    links: tuple[Path, ...]  # Parquet, LINK_SCHEMA
    contacts: tuple[Path, ...]  # Parquet, CONTACT_SCHEMA
    answers: tuple[Path, ...]  # Parquet, ANSWER_SCHEMA: of rows that were not refused
    rejected: tuple[Path, ...]  # a CSV for each file that had rejected rows
    receipt: Receipt
    mappings: tuple[Mapping, ...]  # one for each file
    notes: tuple[Sentence, ...]  # what was found out or assumed, in sentences for people

    @property
    def mapping(self) -> Mapping:
        """The mapping of the first file."""
        return self.mappings[0]

    @property
    def rejected_csv(self) -> Path | None:
        """The rejected rows of the first file that had any."""
        return self.rejected[0] if self.rejected else None


def stage(
    paths: Sequence[Path],
    mappings: Sequence[Mapping | None],
    *,
    key: bytes,
    received_at: int,
    work: Path,
    timezone: str | None = None,
    on_progress: OnProgress | None = None,
    say: Say = str,
) -> Staged:
    """Read files through their mappings into Parquet parts under `work`.

    Args:
        paths: Files of any format `open_reader` knows.
        mappings: One for each file; None lets its own columns say it, as `inspect_file` understands them.
        key: What subjects are hashed with: the data directory's, or random bytes.
        received_at: Microseconds UTC, written into every event.
        work: An empty or new folder of this call's own.
        timezone: Of times without an offset, where neither the mapping nor the file says it.
        on_progress: Called with bytes done, bytes in all, and rows so far.
        say: Says why a row was rejected in the language of whoever mends it.

    Raises:
        FileError: A file cannot be read as what it is.
        MappingError: The mapping names a column that a file does not have.
        AmbiguityError: Dates or amounts can be read in two ways, and nothing in the file tells which.
    """
    work.mkdir(parents=True, exist_ok=True)
    understood = [
        (mapping, ()) if mapping is not None else understand(path)
        for path, mapping in zip(paths, mappings, strict=True)
    ]
    understood = [(replace(each, timezone=each.timezone or timezone), notes) for each, notes in understood]
    readers = [open_reader(path) for path in paths]
    for path, reader, (each, _) in zip(paths, readers, understood, strict=True):
        check_columns(each, reader.columns, name=path.name)
    contacts = PartWriter(work, "contacts", CONTACT_SCHEMA)
    answer_contacts = PartWriter(work, "answer-contacts", CONTACT_SCHEMA)
    total, done, rows = sum(reader.total_bytes for reader in readers), 0, 0
    files: list[_File] = []
    with ExitStack() as opened:
        opened.callback(contacts.close)
        opened.callback(answer_contacts.close)
        for place, (path, reader, (each, _)) in enumerate(zip(paths, readers, understood, strict=True)):
            region = each.region or country_of_zone(each.timezone)
            subjects = Subjects(key, region=region, namespace=each.namespace, hashed=each.hashed)
            converter = Converter(each, reader.columns, subjects, received_at=received_at)
            # Files of one name may come from several folders.
            is_first = path.name not in [earlier.name for earlier in paths[:place]]
            rejected_to = work if is_first else work / str(place)
            file = _File(work, place, path, reader, converter, rejected_to=rejected_to, say=say)
            opened.callback(file.close)
            for chunk in _told_chunks(reader, converter):
                converted = file.take(chunk)
                contacts.write(converted.contacts)
                answer_contacts.write(converted.answer_contacts)
                rows += chunk.rows
                if on_progress is not None:
                    on_progress(done + reader.position(), total, rows)
            done += reader.total_bytes
            files.append(file)
        settlement = settle([draft for file in files for draft in file.drafts()], work=work)
        for file in files:
            file.reject_conflicts(settlement, names=[path.name for path in paths])
    receipts = [file.receipt(settlement) for file in files]
    said = [
        note if len(paths) == 1 else sentence("{file}: {note}", file=path.name, note=note)
        for path, (_, found), file in zip(paths, understood, files, strict=True)
        for note in (*found, *file.notes)
    ]
    return Staged(
        events=settlement.events,
        links=settlement.links,
        contacts=(*kept_contacts(settlement, contacts.close(), work=work), *answer_contacts.close()),
        answers=tuple(path for file in files for path in file.answers()),
        rejected=tuple(file.rejected.path for file in files if file.rejected.path is not None),
        receipt=sum(receipts[1:], receipts[0]),
        mappings=tuple(each for each, _ in understood),
        notes=tuple(dict.fromkeys(said)),
    )


def _told_chunks(reader: Reader, converter: Converter) -> Iterator[RawChunk]:
    """The chunks of a file, each once the converter can read it.

    Where a form turns up that can be read in two ways, the rest of the file is looked at before that chunk is handed
    on: mostly nothing is, at worst the file is read once more for each such column.

    Raises:
        AmbiguityError: Not even the whole file tells which of the two it is.
    """
    next_row = 1
    while True:
        chunks = iter(reader)
        for chunk in chunks:
            if chunk.first_row < next_row:
                continue
            if not converter.learn(chunk):
                break
            yield chunk
            next_row = chunk.first_row + chunk.rows
        else:
            return
        for chunk in chunks:
            if converter.learn(chunk):
                break
        converter.conclude()


class _File:
    """One file while it is staged."""

    def __init__(
        self, work: Path, place: int, path: Path, reader: Reader, converter: Converter, *, rejected_to: Path, say: Say
    ) -> None:
        delimiter = reader.delimiter if isinstance(reader, CsvReader) else ","
        self.rejected = RejectedRows(rejected_to, path.name, reader.columns, delimiter=delimiter, say=say)
        self._place = place
        self._reader = reader
        self._converter = converter
        self._writers = [
            (
                PartWriter(work, f"events-{place:03}-{rule:02}", EVENT_SCHEMA),
                PartWriter(work, f"links-{place:03}-{rule:02}", LINK_SCHEMA),
                PartWriter(work, f"link-rows-{place:03}-{rule:02}", ROW_SCHEMA),
            )
            for rule, _ in enumerate(converter.id_kinds)
        ]
        self._answers = PartWriter(work, f"answers-{place:03}", ANSWER_SCHEMA)
        self._conflicting: set[int] = set()
        self._rows = self._rows_without_event = self._further_lines = 0

    @property
    def notes(self) -> tuple[Sentence, ...]:
        return (*self._reader.notes, *self._converter.notes)

    def take(self, chunk: RawChunk) -> Converted:
        """Convert and write a chunk; it comes back for its contacts, because all files write them together."""
        converted = self._converter.convert(chunk)
        for writers, events, links in zip(self._writers, converted.events, converted.links, strict=True):
            writers[0].write(events)
            writers[1].write(links.select(LINK_SCHEMA.names))
            writers[2].write(links.select(ROW_SCHEMA.names))
        self._reject(chunk, converted)
        self._rows += chunk.rows
        self._rows_without_event += converted.rows_without_event
        self._further_lines += converted.further_lines
        self._answers.write(converted.answers)
        return converted

    def _reject(self, chunk: RawChunk, converted: Converted) -> None:
        for broken in chunk.broken:
            self.rejected.add(broken.cells, broken.row, broken.code, broken.reason)
        numbers = chunk.row_numbers()
        places = converted.faults.refused.nonzero()[0]
        for place, row in zip(places, _cells(chunk.table.take(places)), strict=True):
            code, reason = converted.faults.of(int(place))
            self.rejected.add(row, int(numbers[place]), code, reason)

    def drafts(self) -> tuple[Draft, ...]:
        """What each `[[event]]` gave; nothing can be taken after."""
        kinds = self._converter.id_kinds
        return tuple(
            Draft(self._place, rule, kind, *(writer.close() for writer in writers))
            for rule, (kind, writers) in enumerate(zip(kinds, self._writers, strict=True))
        )

    def close(self) -> None:
        """Close what is open, also after an error."""
        for writers in self._writers:
            for writer in writers:
                writer.close()
        self._answers.close()
        self.rejected.close()

    def answers(self) -> tuple[Path, ...]:
        """The answers of rows that were not refused; ask after `reject_conflicts`."""
        return without_rows(self._answers.close(), self._conflicting)

    def reject_conflicts(self, settlement: Settlement, *, names: Sequence[str]) -> None:
        """Keep the rows that contradict others, read from the file once more, and finish."""
        waiting = _conflicts(settlement.conflicts.get(self._place, ()))
        conflict = next(waiting, None)
        for chunk in self._reader if conflict is not None else ():
            numbers = chunk.row_numbers()
            here: list[dict[str, Any]] = []
            while conflict is not None and conflict["origin_row"] < chunk.first_row + chunk.rows:
                here.append(conflict)
                conflict = next(waiting, None)
            places = np.searchsorted(numbers, [found["origin_row"] for found in here])
            for found, cells in zip(here, _cells(chunk.table.take(places)), strict=True):
                other = sentence("Row {row:,}", row=found["first_row"])
                if found["first_file"] != self._place:
                    other = sentence("Row {row:,} of {file}", row=found["first_row"], file=names[found["first_file"]])
                reason = sentence(
                    '{other} has the id "{id}" for an event that says something else. Mend one of them.',
                    other=other,
                    id=found["event_id"],
                )
                self.rejected.add(cells, found["origin_row"], CONFLICT, reason)
                self._conflicting.add(found["origin_row"])
            if conflict is None:
                break

    def receipt(self, settlement: Settlement) -> Receipt:
        rejected = self.rejected.reasons.total()
        duplicate = settlement.duplicates.get(self._place, 0)
        return Receipt(
            rows=self._rows,
            accepted=self._rows - rejected - duplicate,
            duplicate=duplicate,
            rejected=rejected,
            events=settlement.events_by_file.get(self._place, 0),
            rows_without_event=self._rows_without_event,
            further_lines=self._further_lines + settlement.further_lines.get(self._place, 0),
            reasons=most_first(dict(self.rejected.reasons)),
        )


def without_rows(answers: Sequence[Path], refused: Collection[int]) -> tuple[Path, ...]:
    """Staged answers without those of rows that were refused after all; rewritten in place."""
    for path in answers if refused else ():
        found = pq.read_table(path)
        gone = pc.is_in(found["origin_row"], value_set=pa.array(sorted(refused), pa.int64()))
        pq.write_table(found.filter(pc.invert(gone)), path)
    return tuple(answers)


def _cells(table: pa.Table) -> Iterator[tuple[object, ...]]:
    """Rows as they stood, cell by cell."""
    return (tuple(row.values()) for row in table.to_pylist())


def _conflicts(paths: Sequence[Path]) -> Iterator[dict[str, Any]]:
    for path in paths:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches():
                yield from batch.to_pylist()
