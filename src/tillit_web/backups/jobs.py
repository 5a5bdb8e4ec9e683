"""The backups' job; it may be killed anywhere and run again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django_tasks import task

from tillit_web.backups.actions import tidy


@task()
def tidy_backups() -> None:
    """End old keys, clear what a killed backup left, and keep beside the backups who was erased."""
    tidy(Path(settings.DATA_DIRECTORY), now=datetime.now(UTC))
