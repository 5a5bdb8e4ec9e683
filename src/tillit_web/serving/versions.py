"""Which tillit wrote a data directory: this one, an older one, or a newer one, whose files are left alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from django.db.migrations.loader import MigrationLoader

from tillit.errors import FormatError
from tillit.events.log import FORMAT as LOG_FORMAT
from tillit.meetings.log import FILE as DECISIONS
from tillit.meetings.log import VERSION as DECISIONS_VERSION
from tillit_web.people.consents_file import FILE as CONSENTS
from tillit_web.people.consents_file import VERSION as CONSENTS_VERSION

APP = "app.sqlite"
NEWEST = {"events.sqlite": LOG_FORMAT, DECISIONS: DECISIONS_VERSION, CONSENTS: CONSENTS_VERSION}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a data directory stands to this tillit.

    Attributes:
        missing: Migrations that it has not had yet: an older tillit wrote it.
        is_new: Nobody has used it: it is empty, or its first start was cut short.
    """

    missing: tuple[str, ...]
    is_new: bool


def standing(directory: Path) -> Standing:
    """Look without changing anything; Django is set up, on whatever directory.

    Raises:
        FormatError: A newer tillit wrote it.
    """
    newer = [*_newer_files(directory)]
    applied, is_used = _applied(directory / APP)
    known = {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    newer += [f"{APP} has {name}" for name in sorted(applied - known)]
    if newer:
        raise FormatError(
            f"{directory} was written by a newer tillit than this one ({', '.join(newer[:3])}). Nothing was changed. "
            "Install that version or a newer one, or restore a backup from before it."
        )
    return Standing(tuple(sorted(known - applied)), is_new=not is_used)


def _newer_files(directory: Path) -> Iterator[str]:
    for name, newest in NEWEST.items():
        if (directory / name).is_file():
            with closing(_open(directory / name)) as database:
                found = database.execute("pragma user_version").fetchone()[0]
            if found > newest:
                yield f"{name} has format {found}, this one knows up to {newest}"


def _applied(path: Path) -> tuple[set[str], bool]:
    """The migrations that were applied, and whether anybody works with it."""
    if not path.is_file():
        return set(), False
    with closing(_open(path)) as database:
        tables = {name for (name,) in database.execute("select name from sqlite_master where type = 'table'")}
        if "django_migrations" not in tables:
            return set(), False
        rows = database.execute("select app, name from django_migrations").fetchall()
        used = (
            database.execute(f"select exists (select 1 from {table})").fetchone()[0]  # noqa: S608 - two names of ours
            for table in ("people_user", "people_company")
            if table in tables
        )
        return {f"{app}.{name}" for app, name in rows}, any(used)


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=20)
