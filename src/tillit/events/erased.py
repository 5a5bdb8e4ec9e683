"""What belongs to erased persons among rows of events and links, so that it is neither shown nor let in again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tillit.events.contract import ANSWER_SCHEMA, CONTACT_SCHEMA
from tillit.events.erasures import erased_events, event_digest, subject_digest, subjects_until
from tillit.events.hot import HotEvent
from tillit.events.key import read_or_create_key
from tillit.events.log import EventLog
from tillit.events.segments import SegmentKind, parquet_file

SUBJECT = pa.binary(16)
NEVER = np.iinfo(np.int64).min
BATCH_ROWS = 65_536

Marks = NDArray[np.bool_]
Moments = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Erased:
    """The erased of a log.

    Something is gone if it names an erased subject and happened, or came, before the erasure was asked for; or if it
    is an event whose id was erased. Whoever comes back later begins anew.

    Attributes:
        subjects: Digest of each erased subject, and the moment (microseconds UTC) until which everything is gone.
        events: Digests of erased events' ids.
        key: What these are keyed with.
    """

    subjects: Mapping[bytes, int]
    events: frozenset[bytes]
    key: bytes

    @classmethod
    def of(cls, log: EventLog) -> Erased:
        """Who is erased now."""
        subjects = subjects_until(log)
        return cls(subjects, erased_events(log), read_or_create_key(log.directory) if subjects else b"")

    @property
    def is_empty(self) -> bool:
        return not self.subjects

    def until(self, subject: bytes) -> int:
        """The moment until which everything of a subject is gone; NEVER if it was not erased."""
        return self.subjects.get(subject_digest(subject), NEVER)

    def has_event(self, source: str, event_id: str) -> bool:
        """Whether an event of this id was erased."""
        return event_digest(source, event_id, key=self.key) in self.events

    def gone(self, rows: pa.Table) -> Marks:
        """Which rows, of EVENT_SCHEMA or LINK_SCHEMA, are an erased person's: shape (rows,)."""
        return rows_gone(rows, lambda subjects: [self.until(subject) for subject in subjects]) | self._by_id(rows)

    def hot(self, event: HotEvent) -> HotEvent | None:
        """What may be kept of a collected event: None if it is gone, otherwise itself without links to the erased."""
        if event.occurred_at <= self.until(event.subject) or self.has_event(event.source, event.event_id):
            return None
        links = tuple(link for link in event.links if event.occurred_at > self.until(link.subject))
        if len(links) == len(event.links):
            return event
        return HotEvent(**{name: getattr(event, name) for name in event.__struct_fields__} | {"links": links})

    def _by_id(self, rows: pa.Table) -> Marks:
        if not self.events:
            return np.zeros(rows.num_rows, np.bool_)
        pairs = zip(rows["source"].to_pylist(), rows["event_id"].to_pylist(), strict=True)
        return np.fromiter((self.has_event(*pair) for pair in pairs), np.bool_, rows.num_rows)


def rows_gone(rows: pa.Table, until_of: Callable[[Sequence[bytes]], Sequence[int]]) -> Marks:
    """Which rows name a subject whose moment lies after they happened or came.

    Args:
        rows: Of EVENT_SCHEMA or LINK_SCHEMA.
        until_of: The moment for each of some subjects, NEVER where there is none.
    """
    gone = np.zeros(rows.num_rows, np.bool_)
    if not rows.num_rows:
        return gone
    times = came_at(rows)
    for name in named_in(rows.schema):
        encoded = rows[name].combine_chunks().dictionary_encode()
        until: Moments = np.array(until_of(encoded.dictionary.to_pylist()), np.int64)
        gone |= times <= until[encoded.indices.to_numpy(zero_copy_only=False)]
    return gone


def came_at(rows: pa.Table) -> Moments:
    """When each row, of EVENT_SCHEMA or LINK_SCHEMA, happened or came, whichever was first; microseconds UTC."""
    times: Moments = rows["occurred_at"].to_numpy()
    if "received_at" in rows.schema.names:
        times = np.minimum(times, rows["received_at"].to_numpy())  # a time that lies ahead does not save it
    return times


def named_in(schema: pa.Schema) -> tuple[str, ...]:
    """The columns of events or links that name somebody."""
    return ("subject",) if "subject" in schema.names else ("left", "right")


@dataclass(frozen=True, slots=True)
class Left:
    """Staged files without what belongs to erased persons: the files, and events and whole rows that were left out."""

    events: Sequence[Path]
    links: Sequence[Path]
    erased_events: int = 0
    erased_rows: int = 0


def without_erased(log: EventLog, events: Sequence[Path], links: Sequence[Path], *, work: Path) -> Left:
    """Leave out of an import what belongs to erased persons; the same files where nobody is erased.

    Args:
        work: A folder of this import, for the files that are written instead; `clear_left` removes them.
    """
    erased = Erased.of(log)
    if erased.is_empty:
        return Left(events, links)
    work.mkdir(parents=True, exist_ok=True)
    gone_rows: set[int] = set()
    dropped = 0
    written: dict[SegmentKind, list[Path]] = {SegmentKind.EVENTS: [], SegmentKind.LINKS: []}
    for kind, parts in ((SegmentKind.EVENTS, events), (SegmentKind.LINKS, links)):
        for number, part in enumerate(parts):
            path = work / f"left-{kind}-{number}.parquet"
            with parquet_file(path, kind.schema) as writer, pq.ParquetFile(part) as file:
                for batch in file.iter_batches(BATCH_ROWS):
                    rows = pa.Table.from_batches([batch])
                    gone = erased.gone(rows)
                    writer.write_table(rows.filter(pa.array(~gone)))
                    if kind is SegmentKind.EVENTS:
                        origin = rows["origin_row"].to_numpy()
                        dropped += int(gone.sum())
                        gone_rows.update(origin[gone].tolist())
            written[kind].append(path)
    for path in written[SegmentKind.EVENTS] if gone_rows else ():  # a row may give events of several people
        gone_rows.difference_update(pq.read_table(path, columns=["origin_row"])["origin_row"].to_pylist())
    return Left(written[SegmentKind.EVENTS], written[SegmentKind.LINKS], dropped, len(gone_rows))


def clear_left(left: Left, staged: Collection[Path]) -> None:
    """Remove the files that `without_erased` wrote."""
    for path in {*left.events, *left.links} - set(staged):
        path.unlink(missing_ok=True)


def answers_left(log: EventLog, answers: Sequence[Path]) -> tuple[Path, ...]:
    """An import's answers without what erased persons said before they were erased; rewritten in place."""
    erased = Erased.of(log)
    if not erased.is_empty:
        for path in answers:
            rows = pq.read_table(path).to_pylist()
            kept = [
                row | {"subjects": [subject for subject in row["subjects"] if row["said_at"] > erased.until(subject)]}
                for row in rows
            ]
            pq.write_table(pa.Table.from_pylist([row for row in kept if row["subjects"]], ANSWER_SCHEMA), path)
    return tuple(answers)


def contacts_left(
    log: EventLog,
    contacts: Sequence[Path],
    events: Sequence[Path],
    links: Sequence[Path],
    answers: Sequence[Path] = (),
) -> tuple[Path, ...]:
    """An import's contacts without those of erased persons who have not come back in it; rewritten in place."""
    erased = Erased.of(log)
    if erased.is_empty:
        return tuple(contacts)
    back: set[bytes] = set()
    for part in (*events, *links):
        for batch in pq.ParquetFile(part).iter_batches(BATCH_ROWS):
            rows = pa.Table.from_batches([batch])
            rows = rows.filter(pa.array(~erased.gone(rows)))
            for name in named_in(rows.schema):
                back.update(pc.unique(rows[name]).to_pylist())
    for path in answers:  # those that are left were given after the erasure
        back.update(subject for row in pq.read_table(path)["subjects"].to_pylist() for subject in row)
    for path in contacts:
        rows = pq.read_table(path)
        stays = [s in back or erased.until(s) == NEVER for s in rows["subject"].to_pylist()]
        with parquet_file(path, CONTACT_SCHEMA) as writer:
            writer.write_table(rows.filter(pa.array(stays, pa.bool_())))
    return tuple(contacts)
