"""The backups app: no tables, one job."""

from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig

TIDY_EVERY = timedelta(hours=1)


class BackupsConfig(AppConfig):
    name = "tillit_web.backups"
    label = "backups"

    def ready(self) -> None:
        """Have keys end, and who was erased told beside the backups, by itself."""
        from tillit_web.backups.jobs import tidy_backups  # models exist only now
        from tillit_web.jobs.schedule import every

        every(TIDY_EVERY, tidy_backups)
