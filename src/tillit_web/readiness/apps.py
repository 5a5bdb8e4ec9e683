"""The app of readiness."""

from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig

JUDGE_EVERY = timedelta(minutes=10)  # asks whether a day has passed; mostly there is nothing to do


class ReadinessConfig(AppConfig):
    name = "tillit_web.readiness"
    label = "readiness"

    def ready(self) -> None:
        """Have readiness judged again by itself."""
        from tillit_web.jobs.schedule import every  # models exist only now
        from tillit_web.readiness.jobs import judge

        every(JUDGE_EVERY, judge)
