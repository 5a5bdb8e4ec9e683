"""The insight app: Home and the pages of Journeys."""

from __future__ import annotations

from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "tillit_web.insight"
    label = "insight"
