"""The insight app: Home and the pages of Journeys."""

from __future__ import annotations

from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "tillit_web.insight"
    label = "insight"

    def ready(self) -> None:
        """Have what these pages ask answered before a build is shown."""
        from tillit_web.insight import prepared  # models exist only now
        from tillit_web.warehouse.preparing import PAGES

        PAGES.ahead.append(prepared.ahead)
        PAGES.afterwards.append(prepared.afterwards)
