"""A data directory opened: by `serve`, and by commands, also while `serve` runs on it."""

from __future__ import annotations

import os
from pathlib import Path

import django
from django.core.management import call_command

from tillit.events.key import read_or_create_key


def open_directory(data: Path) -> None:
    """Make this process work on a data directory, which is made if it is missing.

    A process has one directory; opening it again changes nothing.
    """
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    read_or_create_key(data)
    os.environ["TILLIT_DATA"] = str(data.absolute())
    os.environ["DJANGO_SETTINGS_MODULE"] = "tillit_web.settings"
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
