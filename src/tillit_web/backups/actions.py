"""Making backups, ending their keys, and keeping beside them who was erased since."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tillit import __version__, fault
from tillit.errors import BackupError, FileError
from tillit.events.erased_outside import keep_outside, merged, read_outside, write_outside
from tillit.events.key import KEY_FILE, fingerprint, read_or_create_key
from tillit.events.log import EventLog
from tillit.events.segments import sync_folder
from tillit_web.backups import keys
from tillit_web.backups.archive import write_archive
from tillit_web.backups.record import BackupMade, backups_made, note_backup
from tillit_web.backups.snapshot import EVENTS, clear_leftovers, snapshot
from tillit_web.backups.stream import EncryptingWriter, new_header

COLLECTS_ELSEWHERE = "collects-in-postgresql"  # the mark that tillit_web.collect.opening leaves


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that is whole: its path, the name of its key, how many files, and those that were damaged already."""

    path: Path
    key: str
    files: int
    damaged: tuple[str, ...]


def make_backup(directory: Path, to: Path, *, now: datetime, without_database: bool = False) -> Backup:
    """Copy everything that matters into one encrypted file, while the directory is served.

    Not in it: `secret.key` and the backups' keys, which are files of their own, and builds, which are made again.

    Args:
        directory: A data directory.
        to: A file that is not there yet, or a folder, in which the file is named by the time.
        now: Aware.
        without_database: What waits in PostgreSQL is dumped by somebody else.

    Raises:
        FileError: There is no data directory, or the file cannot be written there.
        BackupError: Another one is being made, or what waits in PostgreSQL would be missing.
        LogBusy: An import, an undo or an erasure is being written; try again.
    """
    if not (directory / EVENTS).is_file():
        raise FileError(f"{directory} is no data directory of tillit: it has no {EVENTS}. Name it with --data.")
    _refuse_without_database(directory, told=without_database)
    path = _target(directory, to, now=now)
    key = keys.key_of_the_day(directory, now=now)
    installation = fingerprint(read_or_create_key(directory))
    made_at = round(now.timestamp() * 1_000_000)
    header = new_header(
        made_at=made_at, installation=installation, key=key.name, secret=key.secret, program=__version__
    )
    draft = path.with_name(f"{path.name}.tmp")
    try:
        with snapshot(directory) as copy, draft.open("wb") as file:
            writer = EncryptingWriter(file, header, key.secret)
            manifest = write_archive(writer, copy.members, copy.recorded)
            writer.finish()
            file.flush()
            os.fsync(file.fileno())
        fault.point("backup.before_rename")
        draft.rename(path)
        sync_folder(path.parent)
    except OSError as error:
        raise FileError(f"The backup could not be written to {path}: {error}. Nothing is there.") from error
    finally:
        draft.unlink(missing_ok=True)
    fault.point("backup.after_rename")
    note_backup(directory, BackupMade(str(path), made_at, key.name, path.stat().st_size))
    keep_erased(directory, now=now)
    return Backup(path, key.name, len(manifest.files), manifest.damaged)


def copy_keys(directory: Path, to: Path) -> tuple[Path, ...]:
    """Copy `secret.key` and the keys of the backups into a folder, to be kept apart from both; the copies.

    A key that is copied does not end by itself: who holds the copy can open its backups for ever.
    """
    sources = [directory / KEY_FILE, *sorted((directory / keys.FOLDER).glob(f"*{keys.ENDING}"))]
    copies = []
    for source in sources:
        copy = to / source.relative_to(directory)
        copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
        copy.chmod(0o600)
        copies.append(copy)
    return tuple(copies)


def erased_beside(folder: Path, installation: str) -> Path:
    """Where the copy of who was erased lies beside backups of an installation."""
    return folder / f"tillit-erased-{installation}.ledger"


def keep_erased(directory: Path, *, now: datetime) -> tuple[Path, ...]:
    """Write who was erased into the data directory, and beside every backup that can be reached; the copies."""
    with EventLog.open(directory) as log:
        erased = keep_outside(log, now=round(now.timestamp() * 1_000_000))
    copies = []
    for folder in {Path(made.path).parent for made in backups_made(directory)}:
        if folder.is_dir() and os.access(folder, os.W_OK):  # a disk that is taken away comes back another day
            path = erased_beside(folder, erased.installation)
            known = read_outside(path)
            write_outside(path, erased if known is None else merged([erased, known]))
            copies.append(path)
    return tuple(copies)


def tidy(directory: Path, *, now: datetime) -> tuple[str, ...]:
    """What the schedule does: clear what a killed backup left, tell who was erased, end old keys.

    Returns:
        The names of the keys that ended.
    """
    clear_leftovers(directory)
    keep_erased(directory, now=now)
    return keys.end_old_keys(directory, now=now)


def _target(directory: Path, to: Path, *, now: datetime) -> Path:
    path = to / f"tillit-{now:%Y-%m-%dT%H%M%S}.backup" if to.is_dir() else to
    if path.exists():
        raise FileError(f"{path} is there already, and a backup never writes over one. Choose another name.")
    if not path.parent.is_dir():
        raise FileError(f"There is no folder {path.parent}. Make it, or name another with --to.")
    if path.resolve().is_relative_to(directory.resolve()):
        raise FileError(f"{path} lies in the directory that it would save, and would go with it. Choose another place.")
    return path.absolute()


def _refuse_without_database(directory: Path, *, told: bool) -> None:
    if (directory / COLLECTS_ELSEWHERE).exists() and not told:
        raise BackupError(
            f"What waits to be sealed, and the ids seen, are in PostgreSQL, not in {directory}, and a backup without "
            "them would let events come twice. Stop `tillit serve`, run\n"
            '  pg_dump --format=custom --schema=tillit --file=FILE.dump "$TILLIT_DATABASE_URL"\n'
            "  tillit backup … --without-database\n"
            "start it again, and keep both files together. docs/running.md says how to bring both back."
        )
