"""The warehouse app."""

from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig

SEAL_EVERY = timedelta(minutes=1)
ERASE_EVERY = timedelta(hours=1)  # asking queues it too; this is for what a damaged file or a busy log held up
PROVE_EVERY = timedelta(days=1)


class WarehouseConfig(AppConfig):
    name = "tillit_web.warehouse"
    label = "warehouse"

    def ready(self) -> None:
        """Have what is collected sealed and built, and who asks for it erased, by itself."""
        from tillit_web.jobs.schedule import every  # models exist only now
        from tillit_web.warehouse.jobs import erase, prove_absence, seal

        every(SEAL_EVERY, seal)
        every(ERASE_EVERY, erase)
        every(PROVE_EVERY, prove_absence)
