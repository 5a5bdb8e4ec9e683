"""Importing without the browser: for `tillit import` and the demo, in the process that asks for it."""

from __future__ import annotations

import shutil
from pathlib import Path

from tillit.events.lock import held
from tillit.events.log import ImportState
from tillit.events.mapping import Mapping
from tillit.events.mapping_dump import dump_mapping
from tillit.events.publishing import undo
from tillit_web.people.actions import take_back_imported
from tillit_web.warehouse import work
from tillit_web.warehouse.folders import import_folder, open_log, rejected_path, upload_path
from tillit_web.warehouse.models import Import
from tillit_web.warehouse.receipts import ImportReceipt

COMMAND_LOCK = "command.lock"


def import_now(
    path: Path, mapping: Mapping | None, *, on_progress: work.OnProgress, rejected_to: Path | None = None
) -> tuple[ImportReceipt, Path | None]:
    """Bring a file in, as the pages would after somebody pressed Import; call `builds.rebuild` afterwards.

    Args:
        path: The file, read where it is.
        mapping: How it is read; None lets its columns say it.
        on_progress: Called with bytes done, bytes in all, and rows so far.
        rejected_to: Where a copy of the rejected rows goes, if there are any.

    Returns:
        The receipt, and the file of rejected rows.

    Raises:
        TillitError: Nothing was imported; the message says why.
    """
    row = Import(
        file_name=path.name[:255],
        file_bytes=path.stat().st_size if path.exists() else 0,
        state=Import.State.RUNNING,
        mapping="" if mapping is None else dump_mapping(mapping),
    )
    folder = import_folder(row.id)
    folder.mkdir(parents=True)
    with held(folder / COMMAND_LOCK):
        row.save(force_insert=True)
        try:
            imported = work.import_upload(row, path, on_progress=on_progress)
        except BaseException:
            # What a command could not finish, whoever typed it knows; the list of imports need not.
            row.delete()
            shutil.rmtree(folder, ignore_errors=True)
            raise
        receipt = work.finish(row, imported)
    (folder / COMMAND_LOCK).unlink()
    rejected = rejected_path(row.id) if receipt.rows.rejected else None
    if rejected is not None and rejected_to is not None:
        shutil.copyfile(rejected, rejected_to)
        rejected = rejected_to
    return receipt, rejected


def settle_killed() -> int:
    """Take back what killed commands left half done, and return how many there were.

    Whoever killed a command runs it again; then everything of it comes in, under a new import.

    Raises:
        LogBusy: Another import is being written, so nothing can be taken back now.
    """
    settled = 0
    for row in Import.objects.filter(state=Import.State.RUNNING):
        folder = import_folder(row.id)
        if upload_path(row.id, row.file_name).exists() or not (folder / COMMAND_LOCK).exists():
            continue  # an upload, which its job finishes
        with held(folder / COMMAND_LOCK) as nobody_else:
            if not nobody_else:
                continue
            with open_log() as log:
                logged = log.find_import(row.id.hex)
                if logged is not None and logged.state is ImportState.DONE:
                    undo(log, row.id.hex, work=folder)
            take_back_imported(row.id.hex)
            row.delete()
            shutil.rmtree(folder, ignore_errors=True)
            settled += 1
    return settled
