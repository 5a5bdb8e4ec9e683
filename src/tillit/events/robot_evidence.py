"""What the rules for robots need of a log: a small part of it, gathered in one or two passes over few columns.

All of a rule's evidence on an event stands under the event's own subject, or in the event itself. So what was found
stays found for every subject that nothing new was heard of.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tillit.events.contract import EVENT_SCHEMA

MAIL_ACTIVITIES = ("email_sent", "campaign_received", "email_opened", "email_clicked")
_READ = ("source", "event_id", "occurred_at", "subject", "subject_kind", "activity", "properties")
EVIDENCE_SCHEMA = pa.schema([EVENT_SCHEMA.field(name) for name in _READ])
_REPEATING = ("activity", "subject_kind")  # held as dictionaries
_SUBJECT = EVENT_SCHEMA.field("subject").type
# Programs that name themselves, and browsers that are driven: whatever has neither word says nothing of the kind.
_SAYS = r"program|webdriver"
_ROWS = 131_072
_CELLS_BITS = 22  # 16 MB of counters
Marks = NDArray[np.bool_]
Marker = Callable[[pa.Table], Marks]


def write_evidence(events: Sequence[Path], to: Path, *, rush_micros: int, rush_pages: int) -> None:
    """Write, of all these files, every event that can make the rules' answer another.

    Args:
        events: Parquet files of EVENT_SCHEMA; the whole log.
        to: The Parquet file of EVIDENCE_SCHEMA to make.
        rush_micros: How long a minute of the rule about rushing is.
        rush_pages: How many pages in one make a rush.
    """
    rushing, clicking = _candidates(events, rush_micros, rush_pages)

    def counts(rows: pa.Table) -> Marks:
        marks = _says(rows) | _one_of(rows["activity"], MAIL_ACTIVITIES)
        if len(clicking):
            marks |= _is_in(rows["subject"], clicking) & _one_of(rows["activity"], ["page_viewed"])
        if len(rushing):
            marks |= _is_in(rows["subject"], rushing)
        return marks

    with pq.ParquetWriter(to, EVIDENCE_SCHEMA, compression="lz4") as writer:
        subject = ["subject"] if len(clicking) or len(rushing) else []
        for rows in _rows_where(events, counts, ["activity", "properties", *subject]):
            writer.write_table(rows.cast(EVIDENCE_SCHEMA))


def write_further_evidence(known: Sequence[Path], fresh: Sequence[Path], doubtful: pa.Array, to: Path) -> None:
    """Write every event of the doubtful subjects, and of others what their new events say themselves.

    Args:
        known: Parquet files of EVENT_SCHEMA that were judged before.
        fresh: Those that came since.
        doubtful: As `doubtful_subjects` gives them.
        to: The Parquet file of EVIDENCE_SCHEMA to make.
    """
    with pq.ParquetWriter(to, EVIDENCE_SCHEMA, compression="lz4") as writer:
        if len(doubtful):
            for rows in _rows_where(known, lambda rows: _is_in(rows["subject"], doubtful), ["subject"]):
                writer.write_table(rows.cast(EVIDENCE_SCHEMA))
        new = _rows_where(
            fresh, lambda rows: _says(rows) | _is_in(rows["subject"], doubtful), ["subject", "properties"]
        )
        for rows in new:
            writer.write_table(rows.cast(EVIDENCE_SCHEMA))


def doubtful_subjects(fresh: Sequence[Path], rushing: pa.Array) -> pa.Array:
    """The subjects whose events have to be judged again, all of them, because of these new files.

    Args:
        fresh: Parquet files of EVENT_SCHEMA.
        rushing: The subjects that were found rushing before; whatever they do goes out.
    """

    def matters(rows: pa.Table) -> Marks:
        return _one_of(rows["activity"], [*MAIL_ACTIVITIES, "page_viewed"]) | _is_in(rows["subject"], rushing)

    return _subjects_where(fresh, matters, ["activity", "subject"])


def _candidates(events: Sequence[Path], rush_micros: int, rush_pages: int) -> tuple[pa.Array, pa.Array]:
    """Subjects whose other events may matter: those that rush, and perhaps some that do not, and those that click.

    Pages are counted in cells that several subjects may share, so that memory does not grow with the log.
    """
    cells = np.zeros(1 << _CELLS_BITS, np.uint32)
    clicking: list[pa.Array] = []

    def cells_of(pages: pa.Table) -> NDArray[np.uint64]:
        at = _numbers(pages["occurred_at"])
        minute = (at - np.fmod(at, rush_micros)).view(np.uint64)  # toward zero, as SQL's remainder
        words = _words(pages["subject"])
        mixed = (words[:, 0] ^ words[:, 1] * np.uint64(0xD6E8FEB86659FD93) ^ minute) * np.uint64(0x9E3779B97F4A7C15)
        found: NDArray[np.uint64] = mixed >> np.uint64(64 - _CELLS_BITS)
        return found

    def is_page(rows: pa.Table) -> Marks:
        return _one_of(rows["activity"], ["page_viewed"]) & _one_of(rows["subject_kind"], ["anonymous"])

    def may_matter(rows: pa.Table) -> Marks:
        return _one_of(rows["activity"], ["email_clicked"]) | is_page(rows)

    first, then = ("activity", "subject_kind"), ("activity", "subject_kind", "subject", "occurred_at")
    for rows in _rows_where(events, may_matter, first, then):
        clicks = _one_of(rows["activity"], ["email_clicked"])
        clicking.append(pc.unique(rows["subject"].filter(pa.array(clicks))))
        np.add.at(cells, cells_of(rows.filter(pa.array(is_page(rows)))), 1)
    rushing: list[pa.Array] = []
    if cells.max() >= rush_pages:
        rushing.extend(
            pc.unique(rows["subject"].filter(pa.array(cells[cells_of(rows)] >= rush_pages)))
            for rows in _rows_where(events, is_page, first, then)
        )
    return _unique(rushing), _unique(clicking)


def _subjects_where(events: Sequence[Path], marks_of: Marker, first: Sequence[str]) -> pa.Array:
    """The subjects of the marked rows; `first` has to name the subject."""
    found: list[pa.Array] = []
    for path in events:
        with pq.ParquetFile(path, read_dictionary=list(_REPEATING), pre_buffer=False) as file:
            for group in range(file.num_row_groups):
                found.extend(
                    pc.unique(rows["subject"].filter(pa.array(marks_of(rows))))
                    for rows in _stretches(file, group, first)
                )
    return _unique(found)


def _rows_where(
    events: Sequence[Path], marks_of: Marker, first: Sequence[str], columns: Sequence[str] = _READ
) -> Iterator[pa.Table]:
    """These columns of the marked rows, a stretch at a time; marks are made of the `first` columns alone."""
    others = [name for name in columns if name not in first]
    for path in events:
        with pq.ParquetFile(path, read_dictionary=list(_REPEATING), pre_buffer=False) as file:
            for group in range(file.num_row_groups):
                marks, begun = [], []
                for rows in _stretches(file, group, first):
                    marks.append(marks_of(rows))
                    begun.append(rows.filter(pa.array(marks[-1])))
                if not any(rows.num_rows for rows in begun):
                    continue
                # Texts and ids of a stretch are decoded only where something stands in its row group.
                for here, rows, more in zip(marks, begun, _stretches(file, group, others), strict=True):
                    if rows.num_rows:
                        ended = more.filter(pa.array(here))
                        yield pa.table(
                            {name: rows[name] if name in first else ended[name] for name in columns}
                        ).combine_chunks()


def _stretches(file: pq.ParquetFile, group: int, columns: Sequence[str]) -> Iterator[pa.Table]:
    for batch in file.iter_batches(_ROWS, row_groups=[group], columns=list(columns), use_threads=False):
        yield pa.Table.from_batches([batch]).combine_chunks()


def _one_of(column: pa.ChunkedArray, names: Collection[str]) -> Marks:
    """Whether each of these texts, held as a dictionary, is one of the names; none of them is null."""
    encoded = column.combine_chunks()
    wanted = pc.is_in(encoded.dictionary, value_set=pa.array(names, pa.string())).to_numpy(zero_copy_only=False)
    found: Marks = wanted[encoded.indices.to_numpy()]
    return found


def _is_in(subjects: pa.ChunkedArray, wanted: pa.Array) -> Marks:
    return _numbers(pc.is_in(subjects, value_set=wanted))


def _says(rows: pa.Table) -> Marks:
    properties = rows["properties"]
    if properties.null_count == len(properties):
        return np.zeros(len(properties), np.bool_)
    return _numbers(pc.match_substring_regex(properties, _SAYS).fill_null(False))


def _numbers(column: pa.ChunkedArray) -> NDArray[Any]:
    # Not the column's own `to_numpy`, which loads all of pandas where there is one.
    found: NDArray[Any] = column.combine_chunks().to_numpy(zero_copy_only=False)
    return found


def _words(subjects: pa.ChunkedArray) -> NDArray[np.uint64]:
    whole = subjects.combine_chunks()
    return np.frombuffer(whole.buffers()[1], np.uint64)[2 * whole.offset : 2 * (whole.offset + len(whole))].reshape(
        -1, 2
    )


def _unique(parts: Sequence[pa.Array | pa.ChunkedArray]) -> pa.Array:
    chunks = [chunk for part in parts for chunk in (part.chunks if isinstance(part, pa.ChunkedArray) else [part])]
    return pc.unique(pa.chunked_array(chunks, _SUBJECT))
