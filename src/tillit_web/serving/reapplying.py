"""Erasures that are younger than a backup, done again in what was restored from it, before anybody reads it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tillit.events import erasures
from tillit.events.erased import named_in
from tillit.events.erased_outside import ErasedOutside
from tillit.events.key import read_or_create_key
from tillit.events.log import EventLog
from tillit.events.segments import SegmentKind, damage
from tillit.events.sought import texts_of
from tillit.events.subject import Subjects, country_of_zone
from tillit.vocabulary import IdentifierKind
from tillit_web.collect.queries import storage
from tillit_web.collect.sealing import seal_all
from tillit_web.people.erasure import subjects_on_record
from tillit_web.people.queries import company
from tillit_web.warehouse.erasing import erase_waiting
from tillit_web.warehouse.import_leftovers import namespaces

BY_RESTORE = "restore"  # who asked, on the receipt
_ROWS_AT_ONCE = 1 << 20
_LINES_AT_ONCE = 2_000
_LONGEST_IDENTIFIER = 400


def reapply(directory: Path, known: ErasedOutside | None) -> int:
    """Erase again whoever was erased after a backup was made, and complete what waited in it.

    Django is set up on the directory. Killed anywhere, calling again completes it.

    Args:
        directory: What was restored; nobody serves it.
        known: Who was erased, as it was kept outside the backup.

    Returns:
        How many identifiers were found and erased again.
    """
    found: Mapping[bytes, int] = {}
    if known is not None:
        seal_all()  # while nobody is refused yet, so that whoever stands only in what waits is found too
        with EventLog.open(directory) as log:
            newer = erasures.let_nothing_in(log, known.until)
            digests = {erasures.subject_digest(subject): subject for subject in _subjects(log)} if newer else {}
            found = {digests[digest]: until for digest, until in newer.items() if digest in digests}
            for asked_at, subjects in _by_moment(found).items():
                erasures.ask(log, subjects, by=BY_RESTORE, at=asked_at)
    erase_waiting()
    return len(found)


def _subjects(log: EventLog) -> Iterator[bytes]:
    """Every identifier that the restored files name."""
    yield from subjects_on_record()
    yield from _refused_subjects(log)
    for kind in SegmentKind:
        for segment in log.segments(kind):
            if damage(segment) is None:
                with pq.ParquetFile(segment.path) as file:
                    for batch in file.iter_batches(_ROWS_AT_ONCE, columns=list(named_in(kind.schema))):
                        for column in batch.columns:
                            yield from pc.unique(column).to_pylist()


def _refused_subjects(log: EventLog) -> Iterator[bytes]:
    """What texts in the failed box would be as identifiers: a person may stand nowhere else."""
    key, region = read_or_create_key(log.directory), country_of_zone(company().timezone)
    readers = [Subjects(key, region=region, namespace=namespace) for namespace in namespaces()]
    before: int | None = None
    with storage() as opened:
        while lines := opened.failed(limit=_LINES_AT_ONCE, before=before):
            texts = {text for line in lines for text in texts_of(line.raw) if len(text) <= _LONGEST_IDENTIFIER}
            for reader in readers:
                for kind in IdentifierKind:
                    found = reader.identify(kind, pa.array(sorted(texts), pa.string())).subjects
                    yield from (subject for subject in found.to_pylist() if subject is not None)
            before = lines[-1].id


def _by_moment(subjects: Mapping[bytes, int]) -> dict[int, list[bytes]]:
    """Subjects erased at one moment were one person."""
    found: dict[int, list[bytes]] = defaultdict(list)
    for subject, moment in subjects.items():
        found[moment].append(subject)
    return dict(found)
