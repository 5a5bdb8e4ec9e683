"""Erasure in what imports left: rejected rows, files that wait, and texts that quote a cell."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from tillit.errors import TillitError
from tillit.events.erasures import note_rows
from tillit.events.log import EventLog
from tillit.events.mapping_toml import parse_mapping
from tillit.events.publishing import UNMET_ROWS
from tillit.events.reading import open_reader
from tillit.events.sought import Sought
from tillit_web.warehouse.folders import import_folder, rejected_path, sample_path, upload_path
from tillit_web.warehouse.models import Import

WAITING = (Import.State.UPLOADED, Import.State.UNDERSTOOD, Import.State.FAILED)
ROWS_AT_ONCE = 5_000
DELIMITERS = ",;\t|"


def namespaces() -> tuple[str | None, ...]:
    """Under which numbers were hashed: none, and those of the mappings that files came in by."""
    found: dict[str | None, None] = {None: None}
    for text in Import.objects.exclude(mapping="").values_list("mapping", flat=True).distinct():
        try:
            found[parse_mapping(text, name="mapping").namespace] = None
        except TillitError:
            continue  # half corrected on a page; nothing came in by it
    return tuple(found)


def count_old_files(*, before: datetime) -> int:
    """How many imports from before a moment have files left that `forget_old_files` would remove."""
    return sum(1 for _ in _old_files(before))


def forget_old_files(*, before: datetime) -> int:
    """Remove what imports from before a moment left: rejected rows, and files that nobody brought in; how many imports.

    What came into the log stays there, and so does the receipt.
    """
    removed = 0
    for row in _old_files(before):
        shutil.rmtree(import_folder(row.id), ignore_errors=True)
        if row.state in WAITING:
            row.delete()
        removed += 1
    return removed


def _old_files(before: datetime) -> Iterator[Import]:
    still = Import.objects.exclude(state__in=[Import.State.RUNNING, Import.State.UNDOING])
    return (row for row in still.filter(arrived_at__lt=before) if import_folder(row.id).exists())


def forget_in_imports(log: EventLog, person: Sought, erasure: int) -> None:
    """Take a person out of what imports left on the disk, and count it for the receipt.

    Rejected rows that name them are removed; a file that waits to be imported and names them is discarded whole, since
    a file is never changed.
    """
    rejected = discarded = 0
    for row in Import.objects.all():
        folder = import_folder(row.id)
        (folder / UNMET_ROWS).unlink(missing_ok=True)
        shutil.rmtree(folder / "known", ignore_errors=True)
        if row.state in WAITING and _names(upload_path(row.id, row.file_name), person):
            discarded += 1
            note_rows(log, erasure, "imports/: files that waited, discarded", discarded)
            shutil.rmtree(folder, ignore_errors=True)
            row.delete()
            continue
        rejected += _clear_rejected(log, rejected_path(row.id), person, erasure, before=rejected)
        _blot(row, person)
        if row.state not in WAITING:
            sample_path(row.id).unlink(missing_ok=True)


def _names(upload: Path, person: Sought) -> bool:
    if not upload.exists():
        return False
    try:
        for chunk in open_reader(upload):
            for column in chunk.table.columns:
                if person.named_in([str(cell) for cell in column.unique().to_pylist() if cell is not None]):
                    return True
            if any(person.named_in([str(cell) for cell in broken.cells]) for broken in chunk.broken):
                return True
    except TillitError:
        # It cannot be read as what it is, so nobody can say that it does not name them.
        return True
    return False


def _clear_rejected(log: EventLog, path: Path, person: Sought, erasure: int, *, before: int) -> int:
    if not path.exists():
        return 0
    waiting = path.with_suffix(".tmp")
    removed = 0
    with (
        path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as old,
        waiting.open("w", encoding="utf-8-sig", errors="surrogateescape", newline="") as new,
    ):
        header = old.readline()
        new.write(header)
        delimiter = max(DELIMITERS, key=header.count)
        writer = csv.writer(new, delimiter=delimiter)
        for lines in _stretches(csv.reader(old, delimiter=delimiter)):
            named = person.named_in({cell for line in lines for cell in line})
            stays = [line for line in lines if named.isdisjoint(line)]
            removed += len(lines) - len(stays)
            writer.writerows(stays)
    if not removed:
        waiting.unlink()
        return 0
    note_rows(log, erasure, "imports/: rejected rows", before + removed)
    waiting.replace(path)
    return removed


def stretches_of(rejected: Path) -> Iterator[Sequence[list[str]]]:
    """The rows of a file of rejected rows, some thousands at a time, without its header."""
    with rejected.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        header = file.readline()
        yield from _stretches(csv.reader(file, delimiter=max(DELIMITERS, key=header.count)))


def _stretches(lines: Iterator[list[str]]) -> Iterator[Sequence[list[str]]]:
    found: list[list[str]] = []
    for line in lines:
        found.append(line)
        if len(found) == ROWS_AT_ONCE:
            yield found
            found = []
    if found:
        yield found


def _blot(row: Import, person: Sought) -> None:
    """What was said of a file may quote a cell of it."""
    changed = []
    if (name_left := person.without_values(row.file_name)) != row.file_name:
        row.file_name = name_left
        changed.append("file_name")
    for name in ("understood", "receipt", "problem"):
        before = json.dumps(getattr(row, name), ensure_ascii=False)
        after = person.without_values(before)
        if after != before:
            setattr(row, name, json.loads(after))
            changed.append(name)
    if changed:
        row.save(update_fields=changed)
