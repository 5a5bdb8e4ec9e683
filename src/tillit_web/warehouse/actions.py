"""What may be done to imports. Pages and commands call these; reading files and writing the log is `work`, for jobs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django_tasks.base import Task

from tillit.events.mapping import Mapping
from tillit.events.mapping_dump import dump_mapping
from tillit.sentences import sentence
from tillit_web.jobs.actions import enqueue
from tillit_web.jobs.queries import JobStatus, job
from tillit_web.people.actions import ask_erasure
from tillit_web.people.models import User
from tillit_web.warehouse import jobs
from tillit_web.warehouse.folders import import_folder, upload_path
from tillit_web.warehouse.models import Import, KeptMapping
from tillit_web.warehouse.states import WrongState, move


def receive(upload: UploadedFile[Any], *, by: User) -> Import:
    """Keep an uploaded file and have it read. Its bytes are on stable storage before the import exists."""
    row = Import(file_name=Path(upload.name or "file").name[:255], file_bytes=upload.size or 0, by=by)
    _keep(upload.chunks(), upload_path(row.id, row.file_name))
    with transaction.atomic():
        row.save(force_insert=True)
        _queue(row, jobs.understand)
    return row


def receive_from_program(file_name: str, chunks: Iterable[bytes]) -> Import | None:
    """Keep a file that a program sent, and bring it in if it is understood without doubt; otherwise it waits.

    Its bytes are on stable storage before the import exists. None if there were none.
    """
    row = Import(file_name=Path(file_name).name[:255], file_bytes=0)
    path = upload_path(row.id, row.file_name)
    _keep(chunks, path)
    row.file_bytes = path.stat().st_size
    if not row.file_bytes:
        shutil.rmtree(import_folder(row.id))
        return None
    with transaction.atomic():
        row.save(force_insert=True)
        _queue(row, jobs.take_in)
    return row


@transaction.atomic
def start(row: Import, mapping: Mapping) -> None:
    """Bring a file in by a mapping.

    Raises:
        WrongState: It is not waiting for this.
    """
    move(row, Import.State.RUNNING, mapping=dump_mapping(mapping), problem={}, rows_read=0, done_bytes=0)
    _queue(row, jobs.bring_in)


@transaction.atomic
def read_again(row: Import) -> None:
    """Try a failed file once more from its beginning.

    Raises:
        WrongState: It has not failed.
    """
    move(row, Import.State.UPLOADED, problem={}, mapping="", understood={})
    _queue(row, jobs.understand)


@transaction.atomic
def undo(row: Import) -> None:
    """Take an import's events out again; rows of later imports that repeated them are offered again.

    Raises:
        WrongState: It is not imported.
    """
    move(row, Import.State.UNDOING)
    _queue(row, jobs.take_out)


def notice_failure(row: Import) -> None:
    """If the job that had an import has failed, say so on the import; it would wait for ever otherwise."""
    found = job(row.job) if row.is_moving and row.job else None
    if found is None or found.status is not JobStatus.FAILED:
        return
    state = Import.State.DONE if row.state == Import.State.UNDOING else Import.State.FAILED
    with suppress(WrongState):  # it moved on in this moment
        move(row, state, problem=sentence("The work ended unexpectedly ({error}).", error=found.error).to_json())


def discard(row: Import) -> None:
    """Forget a file that never came into the log.

    Raises:
        WrongState: It did, or the worker has it.
    """
    folder = import_folder(row.id)
    with transaction.atomic():
        move(row, Import.State.DISCARDED)
        row.delete()
    shutil.rmtree(folder, ignore_errors=True)


def keep_mapping(name: str, columns: Iterable[str], mapping: Mapping) -> KeptMapping:
    """Keep a mapping under a name; files with these columns are read by it from now on."""
    kept, _ = KeptMapping.objects.update_or_create(
        name=name, defaults={"headers": list(columns), "mapping": dump_mapping(mapping)}
    )
    return kept


def forget(subjects: Collection[bytes], *, by: str) -> str:
    """Hide a person from everybody at once, and have the worker erase them; returns the token of their receipt.

    Args:
        subjects: Identifiers of theirs; the rest of the person is found by the worker.
        by: "customer" or "owner".
    """
    token = ask_erasure(subjects, by=by)
    enqueue(jobs.erase)
    return token


def _queue(row: Import, what: Task[..., Any]) -> None:
    row.job = enqueue(what, import_id=row.id.hex)
    row.save(update_fields=["job"])


def _keep(chunks: Iterable[bytes], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        for chunk in chunks:
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
