"""Who was erased, kept outside the log: a small file of digests, so that an old backup brings nobody back.

`DIR/erased.ledger` is written when somebody asks and whenever the worker looks; copies lie beside the backups. A digest
is that of a subject, itself a keyed hash: without `secret.key` nobody can try values against the file.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tillit.errors import StoreError
from tillit.events.erasures import DIGEST_BYTES, subject_digest, subjects_until, waiting
from tillit.events.key import fingerprint, read_or_create_key
from tillit.events.log import EventLog
from tillit.events.segments import sync_folder

ERASED_FILE = "erased.ledger"
_FIRST_WORDS = "tillit erased 1"


@dataclass(frozen=True, slots=True)
class ErasedOutside:
    """Who was erased up to a moment.

    Attributes:
        installation: Which data directory it is of.
        as_of: Microseconds UTC; every erasure asked for until then is in it.
        until: For each digest of a subject the moment until which everything of theirs is gone.
    """

    installation: str
    as_of: int
    until: Mapping[bytes, int] = field(default_factory=dict)


def keep_outside(log: EventLog, *, now: int) -> ErasedOutside:
    """Write who is erased, or waits to be, into the data directory's file; nobody ever leaves it.

    Args:
        log: An open log.
        now: Microseconds UTC.
    """
    path = log.directory / ERASED_FILE
    installation = fingerprint(read_or_create_key(log.directory))
    asked = {subject_digest(subject): one.asked_at for one in waiting(log) for subject in one.subjects}
    in_log = ErasedOutside(installation, now, {**subjects_until(log), **asked})
    before = read_outside(path)
    found = in_log if before is None else merged([before, in_log])
    write_outside(path, found)
    return found


def merged(files: Iterable[ErasedOutside]) -> ErasedOutside:
    """All of them in one: the latest moment of each digest, and the latest `as_of`. At least one is given."""
    several = list(files)
    until: dict[bytes, int] = {}
    for one in several:
        for digest, moment in one.until.items():
            until[digest] = max(moment, until.get(digest, moment))
    return ErasedOutside(several[0].installation, max(one.as_of for one in several), until)


def read_outside(path: Path) -> ErasedOutside | None:
    """Read such a file; None where there is none.

    Raises:
        StoreError: It is something else, or damaged.
    """
    try:
        lines = path.read_text(encoding="ascii", errors="replace").splitlines()
    except FileNotFoundError:
        return None
    try:
        words, installation, as_of, count = lines[0].rsplit(" ", 3)
        if words != _FIRST_WORDS or len(lines) != int(count) + 1:
            raise ValueError(f"its first line is '{lines[0][:60]}', and {len(lines) - 1} lines follow")
        pairs = (line.split(" ") for line in lines[1:])
        until = {bytes.fromhex(digest): int(moment) for digest, moment in pairs}
        if any(len(digest) != DIGEST_BYTES for digest in until):
            raise ValueError(f"a digest has not {DIGEST_BYTES} bytes")
    except (ValueError, IndexError) as error:
        raise StoreError(
            f"{path} should say who was erased, and cannot be read ({error}). Put it back from its copy beside the "
            "backups, or remove it if there is none."
        ) from error
    return ErasedOutside(installation, int(as_of), until)


def write_outside(path: Path, erased: ErasedOutside) -> None:
    """Write the file whole, in the place of the one before, on stable storage."""
    first = f"{_FIRST_WORDS} {erased.installation} {erased.as_of} {len(erased.until)}\n"
    draft = path.with_name(f"{path.name}.tmp")
    with draft.open("w", encoding="ascii") as file:
        file.write(first)
        file.writelines(f"{digest.hex()} {moment}\n" for digest, moment in sorted(erased.until.items()))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)
