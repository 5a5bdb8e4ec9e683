"""`tillit restore`: a backup opened, proven, brought up to who was erased since, and put in its place."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.db import connections

from tillit import fault
from tillit.errors import BackupError, FileError, KeyMissing
from tillit.events.erased_outside import ERASED_FILE, ErasedOutside, merged, read_outside, write_outside
from tillit.events.key import KEY_FILE, fingerprint
from tillit_web.backups import keys
from tillit_web.backups.actions import erased_beside
from tillit_web.backups.archive import Manifest, read_archive
from tillit_web.backups.keys import BackupKey, ends_on, find_key
from tillit_web.backups.stream import DecryptingReader, Header, read_header
from tillit_web.serving.directory import bring_up as bring_up_to_date
from tillit_web.serving.lock import serving_alone
from tillit_web.serving.staging import staging, take_its_place


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put in place.

    Attributes:
        made_at: When the backup was made.
        files: How many files it held.
        damaged: Files that were damaged already when it was made; they are withheld, as they were.
        erased_again: Identifiers that were erased after the backup was made, and are again.
        erased_as_of: Until when erasures are known; None where nobody kept them.
        replaced: Where the directory is that stood there before.
    """

    made_at: datetime
    files: int
    damaged: tuple[str, ...]
    erased_again: int
    erased_as_of: datetime | None
    replaced: Path | None


def restore(
    backup: Path,
    directory: Path,
    *,
    now: datetime,
    keys_in: Path | None = None,
    erased_in: Sequence[Path] = (),
    replace: bool = False,
    bring_up: Callable[[Path], None] = bring_up_to_date,
) -> Restored:
    """Put a backup in the place of a data directory; until the last moment that one stays as it is.

    Args:
        backup: A file that `tillit backup` wrote.
        directory: Where it goes.
        now: Aware.
        keys_in: The folder that holds `secret.key` and `backup-keys`; the directory itself by default.
        erased_in: Further files that say who was erased, besides those in the directory and beside the backup.
        replace: Put it in the place of a directory that is not empty.
        bring_up: Opens the restored directory with Django, and brings its tables up to this version.

    Raises:
        BackupError: The backup is damaged, cut off, of another key, or what came out of it is not whole.
        KeyMissing: `secret.key` of that installation is not there.
        FileError: There is something in the way.
        AlreadyServing: The directory is served.
    """
    directory = directory.resolve()
    with ExitStack() as stack:
        if directory.is_dir() and any(directory.iterdir()):
            if not replace:
                raise FileError(
                    f"{directory} is not empty. Restore into an empty or new directory, or say --replace: then what is "
                    "there is kept beside it under another name."
                )
            stack.enter_context(serving_alone(directory))
        folder = (keys_in or directory).resolve()
        with backup.open("rb") as file:
            header = read_header(file, name=backup.name)
            secret = _secret_key(folder, header, backup)
            key = _key(folder, header, backup)
            known = _who_was_erased(
                header, [directory / ERASED_FILE, erased_beside(backup.parent, header.installation), *erased_in]
            )
            directory.parent.mkdir(parents=True, exist_ok=True)
            staged = stack.enter_context(staging(directory))
            manifest = read_archive(
                DecryptingReader(file, header, key.secret, name=backup.name), staged, name=backup.name
            )
        _put_keys(staged, secret, [folder, directory])
        fault.point("restore.unpacked")
        again = _prove_and_erase(staged, manifest, known, bring_up)
        replaced = take_its_place(staged, directory, now=now)
    return Restored(
        made_at=_moment(header.made_at),
        files=len(manifest.files),
        damaged=manifest.damaged,
        erased_again=again,
        erased_as_of=None if known is None else _moment(known.as_of),
        replaced=replaced,
    )


def _prove_and_erase(
    staged: Path, manifest: Manifest, known: ErasedOutside | None, bring_up: Callable[[Path], None]
) -> int:
    bring_up(staged)
    # Models exist only once Django is set up, on the staged directory.
    from tillit_web.serving.reapplying import reapply
    from tillit_web.serving.whole import look_at
    from tillit_web.warehouse.builds import rebuild

    fault.point("restore.opened")
    found = look_at(staged)
    wrong = found.wrong
    damaged = {f"log/{damage.segment.path.name}" for damage in found.damage}
    # What was damaged when the backup was made is known, withheld and no reason to go without the rest.
    if wrong and not (len(wrong) == len(manifest.damaged) and damaged == set(manifest.damaged)):
        raise BackupError(f"What came out of the backup is not whole: {'; '.join(wrong[:3])}. Nothing was replaced.")
    again = reapply(staged, known)
    fault.point("restore.erased")
    rebuild()
    if known is not None:
        write_outside(staged / ERASED_FILE, known)
    fault.point("restore.built")
    connections.close_all()
    return again


def _secret_key(folder: Path, header: Header, backup: Path) -> bytes:
    path = folder / KEY_FILE
    found = path.read_bytes() if path.is_file() else None
    if found is None or fingerprint(found) != header.installation:
        what = "is not there" if found is None else "belongs to another installation"
        raise KeyMissing(
            f"{path} {what}, and without the {KEY_FILE} of installation {header.installation} nobody in {backup.name} "
            f"can be recognised again. Nothing was changed. Give the folder that holds it with --keys: the copy that "
            "`tillit backup --keys-to` made, or the old data directory."
        )
    return found


def _key(folder: Path, header: Header, backup: Path) -> BackupKey:
    key = find_key(folder, header.key)
    if key is None:
        raise BackupError(
            f"The key of {header.key}, which opens {backup.name}, is not in {folder / keys.FOLDER}. Keys end after "
            f"{keys.LIFE.days} days (this one on {ends_on(header.key)}), and a backup ends with its key, unless a copy "
            "was kept: give its folder with --keys. Nothing was changed."
        )
    return key


def _who_was_erased(header: Header, files: Iterable[Path]) -> ErasedOutside | None:
    found = [one for path in files if (one := read_outside(path)) is not None]
    ours = [one for one in found if one.installation == header.installation]
    return merged(ours) if ours else None


def _put_keys(staged: Path, secret: bytes, folders: Iterable[Path]) -> None:
    descriptor = os.open(staged / KEY_FILE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    (staged / keys.FOLDER).mkdir(mode=0o700)
    for folder in folders:
        for name in keys.key_names(folder):
            copy = staged / keys.FOLDER / f"{name}{keys.ENDING}"
            shutil.copyfile(folder / keys.FOLDER / copy.name, copy)
            copy.chmod(0o600)


def _moment(micros: int) -> datetime:
    return datetime.fromtimestamp(micros / 1_000_000, UTC)
