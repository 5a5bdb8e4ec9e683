"""The warehouse app."""

from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig

SEAL_EVERY = timedelta(minutes=1)


class WarehouseConfig(AppConfig):
    name = "tillit_web.warehouse"
    label = "warehouse"

    def ready(self) -> None:
        """Have what is collected sealed and built by itself."""
        from tillit_web.jobs.schedule import every  # models exist only now
        from tillit_web.warehouse.jobs import seal

        every(SEAL_EVERY, seal)
