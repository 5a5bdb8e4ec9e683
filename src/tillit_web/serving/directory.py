"""A data directory opened: by `serve`, and by commands, also while `serve` runs on it."""

from __future__ import annotations

import os
from pathlib import Path

import django
from django.core.management import call_command

from tillit.errors import FileError, FormatError
from tillit.events.key import read_or_create_key
from tillit_web.serving.staging import settle


def open_directory(data: Path) -> None:
    """Make this process work on a data directory, which is made if it is missing.

    A process has one directory; opening it again changes nothing.

    Raises:
        FormatError: A newer tillit wrote it, or an older one and it is to be upgraded first.
    """
    settle(data)  # a restore that was killed between its two renames
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    read_or_create_key(data)
    set_up(data)
    from tillit_web.serving.versions import standing  # models exist only after setup

    found = standing(data)
    if found.missing and not found.is_new:
        raise FormatError(
            f"{data} is from an older tillit ({len(found.missing)} changes to its tables are new). Nothing was "
            f"changed. Stop `tillit serve`, run `tillit upgrade --data {data}`, and start it again."
        )
    if found.missing:
        migrate()


def refuse_unless_there(data: Path) -> None:
    """For commands that read what is there, and must not begin a directory where somebody mistyped one.

    Raises:
        FileError: Nothing of tillit is there.
    """
    settle(data)  # a restore that was killed between its two renames is completed by whoever comes next
    if not any((data / name).is_file() for name in ("events.sqlite", "app.sqlite")):
        raise FileError(
            f"{data} is no data directory of tillit: it has neither events.sqlite nor app.sqlite. Name it with --data."
        )


def set_up(data: Path) -> None:
    """Have Django work on this directory; nothing is read or changed yet."""
    os.environ["TILLIT_DATA"] = str(data.absolute())
    os.environ["DJANGO_SETTINGS_MODULE"] = "tillit_web.settings"
    django.setup()


def migrate() -> None:
    """Bring the tables of the directory that Django works on up to this version."""
    call_command("migrate", verbosity=0, interactive=False)


def bring_up(data: Path) -> None:
    """Open a directory that an older tillit wrote, and bring its tables up to this version.

    Raises:
        FormatError: A newer tillit wrote it.
    """
    set_up(data)
    from tillit_web.serving.versions import standing

    standing(data)
    migrate()
