"""Files of any size become staged Parquet: events, links and contacts, every row accounted for, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from tillit.events.chunks import RawChunk, Reader
from tillit.events.contract import CONTACT_SCHEMA, EVENT_SCHEMA, LINK_SCHEMA
from tillit.events.converting import Converted, Converter
from tillit.events.inspecting import understand
from tillit.events.mapping import Mapping, check_columns
from tillit.events.parts import PartWriter
from tillit.events.read_csv import CsvReader
from tillit.events.reading import open_reader
from tillit.events.receipt import Receipt, most_first
from tillit.events.rejecting import RejectedRows
from tillit.events.subject import Subjects, country_of_zone

OnProgress = Callable[[int, int, int], None]


@dataclass(frozen=True, slots=True)
class Staged:
    """Files after their mapping, ready for the log or a store; duplicates inside and across them are gone already.

    Contacts may name the same person more than once.
    """

    events: tuple[Path, ...]  # Parquet, EVENT_SCHEMA
    links: tuple[Path, ...]  # Parquet, LINK_SCHEMA
    contacts: tuple[Path, ...]  # Parquet, CONTACT_SCHEMA
    rejected: tuple[Path, ...]  # a CSV for each file that had rejected rows
    receipt: Receipt
    mappings: tuple[Mapping, ...]  # one for each file
    notes: tuple[str, ...]  # what was found out or assumed, in sentences for people

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
    mapping: Mapping | None,
    *,
    key: bytes,
    received_at: int,
    work: Path,
    timezone: str | None = None,
    on_progress: OnProgress | None = None,
) -> Staged:
    """Read files through a mapping into Parquet parts under `work`.

    Args:
        paths: Files of any format `open_reader` knows; all of them are read by `mapping`.
        mapping: None lets each file's own columns say it, as `inspect_file` understands them.
        key: What subjects are hashed with: the data directory's, or random bytes.
        received_at: Microseconds UTC, written into every event.
        work: An empty or new folder of this call's own.
        timezone: Of times without an offset, where neither the mapping nor the file says it.
        on_progress: Called with bytes done, bytes in all, and rows so far.

    Raises:
        FileError: A file cannot be read as what it is.
        MappingError: The mapping names a column that a file does not have.
        AmbiguityError: Dates or amounts can be read in two ways, and nothing in the file tells which.
    """
    work.mkdir(parents=True, exist_ok=True)
    understood = [(mapping, ()) if mapping is not None else understand(path) for path in paths]
    understood = [(replace(each, timezone=each.timezone or timezone), notes) for each, notes in understood]
    readers = [open_reader(path) for path in paths]
    for path, reader, (each, _) in zip(paths, readers, understood, strict=True):
        check_columns(each, reader.columns, name=path.name)
    contacts = PartWriter(work, "contacts", CONTACT_SCHEMA)
    total, done, rows = sum(reader.total_bytes for reader in readers), 0, 0
    files = []
    for place, (path, reader, (each, _)) in enumerate(zip(paths, readers, understood, strict=True)):
        subjects = Subjects(key, region=each.region or country_of_zone(each.timezone))
        converter = Converter(each, reader.columns, subjects, received_at=received_at)
        file = _File(work, place, path, reader, converter)
        for chunk in _told_chunks(reader, converter):
            contacts.write(file.take(chunk))
            rows += chunk.rows
            if on_progress is not None:
                on_progress(done + reader.position(), total, rows)
        done += reader.total_bytes
        file.close()
        files.append(file)
    receipt = files[0].receipt()
    for file in files[1:]:
        receipt = receipt + file.receipt()
    return Staged(
        events=tuple(path for file in files for path in file.event_paths),
        links=tuple(path for file in files for path in file.link_paths),
        contacts=contacts.close(),
        rejected=tuple(file.rejected.path for file in files if file.rejected.path is not None),
        receipt=receipt,
        mappings=tuple(each for each, _ in understood),
        notes=tuple(
            dict.fromkeys(
                note for (_, found), file in zip(understood, files, strict=True) for note in (*found, *file.notes)
            )
        ),
    )


def _told_chunks(reader: Reader, converter: Converter) -> Iterator[RawChunk]:
    """The chunks of a file, after the converter has seen as much of it as it needs to read it: mostly one chunk."""
    chunks = iter(reader)
    first = next(chunks, None)
    if first is None:
        return
    if converter.learn(first):
        yield first
        yield from chunks
        return
    for chunk in chunks:
        if converter.learn(chunk):
            break
    converter.conclude()
    yield from reader


class _File:
    """One file while it is staged."""

    def __init__(self, work: Path, place: int, path: Path, reader: Reader, converter: Converter) -> None:
        delimiter = reader.delimiter if isinstance(reader, CsvReader) else ","
        self.rejected = RejectedRows(work, path.name, reader.columns, delimiter=delimiter)
        self._reader = reader
        self._converter = converter
        self._events: dict[int, PartWriter] = {}
        self._links: dict[int, PartWriter] = {}
        self._work, self._place = work, place
        self._rows = self._count = self._rows_without_event = self._further_lines = 0
        self.event_paths: tuple[Path, ...] = ()
        self.link_paths: tuple[Path, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        return (*self._reader.notes, *self._converter.notes)

    def take(self, chunk: RawChunk) -> pa.Table:
        converted = self._converter.convert(chunk)
        for rule, (events, links) in enumerate(zip(converted.events, converted.links, strict=True)):
            stem = f"{self._place:03}-{rule:02}"
            self._events.setdefault(rule, PartWriter(self._work, f"events-{stem}", EVENT_SCHEMA)).write(events)
            self._links.setdefault(rule, PartWriter(self._work, f"links-{stem}", LINK_SCHEMA)).write(
                links.select(LINK_SCHEMA.names)
            )
            self._count += events.num_rows
        self._reject(chunk, converted)
        self._rows += chunk.rows
        self._rows_without_event += converted.rows_without_event
        self._further_lines += converted.further_lines
        return converted.contacts

    def _reject(self, chunk: RawChunk, converted: Converted) -> None:
        for broken in chunk.broken:
            self.rejected.add(broken.cells, broken.row, broken.code, broken.reason)
        numbers = chunk.row_numbers()
        places = converted.faults.refused.nonzero()[0]
        cells = chunk.table.take(places).to_pylist() if places.size else []
        for place, row in zip(places, cells, strict=True):
            code, reason = converted.faults.of(int(place))
            self.rejected.add(tuple(row.values()), int(numbers[place]), code, reason)

    def close(self) -> None:
        self.event_paths = tuple(path for writer in self._events.values() for path in writer.close())
        self.link_paths = tuple(path for writer in self._links.values() for path in writer.close())
        self.rejected.close()

    def receipt(self) -> Receipt:
        rejected = self.rejected.reasons.total()
        return Receipt(
            rows=self._rows,
            accepted=self._rows - rejected,
            duplicate=0,
            rejected=rejected,
            events=self._count,
            rows_without_event=self._rows_without_event,
            further_lines=self._further_lines,
            reasons=most_first(dict(self.rejected.reasons)),
        )
