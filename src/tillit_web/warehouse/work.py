"""What the worker does with an import: read its beginning, bring it in, take it out. Each may be run again."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
from django.utils import timezone, translation

from tillit import fault
from tillit.errors import TillitError
from tillit.events.importing import Imported, import_file
from tillit.events.inspecting import inspect_file
from tillit.events.key import read_or_create_key
from tillit.events.log import ImportState
from tillit.events.mapping import Cell, Mapping
from tillit.events.mapping_dump import dump_mapping
from tillit.events.mapping_toml import parse_mapping
from tillit.events.publishing import undo
from tillit.sentences import Sentence
from tillit_web.people.actions import keep_answers, keep_contacts, take_back_imported
from tillit_web.people.queries import company
from tillit_web.ui.templatetags.tillit import said
from tillit_web.warehouse import understanding
from tillit_web.warehouse.folders import (
    data_directory,
    import_folder,
    open_log,
    rejected_path,
    sample_path,
    upload_path,
)
from tillit_web.warehouse.models import Import, KeptMapping
from tillit_web.warehouse.receipts import ImportReceipt
from tillit_web.warehouse.states import move
from tillit_web.warehouse.turns import until_free

SECONDS_BETWEEN_REPORTS = 0.5
OnProgress = Callable[[int, int, int], None]


def understand(import_id: UUID) -> None:
    """Read an upload's beginning; afterwards it waits for a person, or has failed with a reason."""
    row = Import.objects.filter(id=import_id, state=Import.State.UPLOADED).first()
    if row is None:
        return
    upload = upload_path(row.id, row.file_name)
    try:
        understanding.write_sample(upload, sample_path(row.id))
        found = inspect_file(upload)
    except TillitError as error:
        move(row, Import.State.FAILED, problem=_named(error.sentence, upload, row.file_name).to_json())
        return
    kept = KeptMapping.objects.filter(headers=list(found.columns)).order_by("-kept_at").first()
    mapping, assumed = (None, "") if found.mapping is None else _with_currency(found.mapping, company().currency)
    guessed = "" if mapping is None else dump_mapping(mapping)
    understood = understanding.Understanding.of(
        found, kept_as=kept.name if kept else "", assumed_currency="" if kept else assumed
    )
    move(row, Import.State.UNDERSTOOD, understood=understood.to_json(), mapping=kept.mapping if kept else guessed)


def start_if_sure(import_id: UUID) -> None:
    """Let an understood file be brought in by what was understood, if nothing in it is in doubt."""
    row = Import.objects.filter(id=import_id, state=Import.State.UNDERSTOOD).first()
    if row is None or not row.mapping:
        return
    found = understanding.Understanding.from_json(row.understood)
    if not found.unsure and found.problem is None:
        move(row, Import.State.RUNNING, problem={}, rows_read=0, done_bytes=0)


def bring_in(import_id: UUID) -> None:
    """Read a file by its mapping and publish its events; afterwards it is done, or has failed with a reason."""
    row = Import.objects.filter(id=import_id, state=Import.State.RUNNING).first()
    if row is None:
        return
    upload = upload_path(row.id, row.file_name)
    reader = row.by.language if row.by is not None else company().language
    try:
        with translation.override(reader):
            imported = until_free(lambda: import_upload(row, upload, on_progress=_reporter(row)))
    except TillitError as error:
        move(row, Import.State.FAILED, problem=_named(error.sentence, upload, row.file_name).to_json())
        return
    finish(row, imported)


def import_upload(row: Import, path: Path, *, on_progress: OnProgress) -> Imported:
    """The core's import of one file under this row's id; rejected rows are explained in the language that is active.

    Raises:
        TillitError: As `import_file`.
    """
    with open_log() as log:
        return import_file(
            log,
            row.id.hex,
            path,
            parse_mapping(row.mapping, name="mapping") if row.mapping else None,
            key=read_or_create_key(data_directory()),
            received_at=int(row.arrived_at.timestamp() * 1_000_000),
            work=import_folder(row.id),
            timezone=company().timezone,
            on_progress=on_progress,
            say=said,
        )


def finish(row: Import, imported: Imported) -> ImportReceipt:
    """Keep the contacts, the receipt and the rejected rows of a published import."""
    contacts = keep_contacts(_tables(imported.contacts))
    answers = keep_answers(_tables(imported.answers), file_name=row.file_name, import_id=row.id.hex)
    fault.point("import.answers_kept")
    if imported.rejected is not None:
        shutil.copyfile(imported.rejected, rejected_path(row.id))
    receipt = ImportReceipt.of(imported, contacts=contacts, answers=answers)
    move(
        row,
        Import.State.DONE,
        receipt=receipt.to_json(),
        mapping=dump_mapping(imported.mapping),
        finished_at=timezone.now(),
    )
    # Clear e-mails and phones were among these, and they live in the contact store alone.
    shutil.rmtree(import_folder(row.id) / "staged", ignore_errors=True)
    upload_path(row.id, row.file_name).unlink(missing_ok=True)
    sample_path(row.id).unlink(missing_ok=True)
    return receipt


def take_out(import_id: UUID) -> None:
    """Undo an import in the log; afterwards it is undone, or done as before with the reason why not."""
    row = Import.objects.filter(id=import_id, state=Import.State.UNDOING).first()
    if row is None:
        return
    try:
        with open_log() as log:
            logged = log.find_import(row.id.hex)
            if logged is not None and logged.state is not ImportState.UNDONE:
                until_free(lambda: undo(log, row.id.hex, work=import_folder(row.id)))
        take_back_imported(row.id.hex)
    except TillitError as error:
        move(row, Import.State.DONE, problem=error.sentence.to_json())
        return
    move(row, Import.State.UNDONE, problem={})


def _with_currency(mapping: Mapping, currency: str) -> tuple[Mapping, str]:
    """The mapping, with the company's currency where amounts have none; and that currency, if it was needed."""
    if mapping.currency is not None or not any(rule.amount for rule in mapping.events):
        return mapping, ""
    return replace(mapping, currency=Cell(constant=currency)), currency


def _reporter(row: Import) -> OnProgress:
    """Write how far the reading has come, a few times a second at most."""
    reported_at = 0.0

    def report(done_bytes: int, total_bytes: int, rows: int) -> None:
        nonlocal reported_at
        now = time.monotonic()
        if now - reported_at >= SECONDS_BETWEEN_REPORTS or done_bytes == total_bytes:
            reported_at = now
            Import.objects.filter(id=row.id).update(done_bytes=done_bytes, rows_read=rows)

    return report


def _tables(parts: tuple[Path, ...]) -> Iterator[pa.Table]:
    for part in parts:
        yield from (pa.Table.from_batches([batch]) for batch in pq.ParquetFile(part).iter_batches())


def _named(problem: Sentence, upload: Path, file_name: str) -> Sentence:
    """What the core says, with the name that the person gave the file."""
    return problem.renamed(str(upload), file_name).renamed(upload.name, file_name)
