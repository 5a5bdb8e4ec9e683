"""The retention app."""

from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig

END_EVERY = timedelta(days=1)


class RetentionConfig(AppConfig):
    name = "tillit_web.retention"
    label = "retention"

    def ready(self) -> None:
        """Have what is old enough go by itself, once a day."""
        from tillit_web.jobs.schedule import every  # models exist only now
        from tillit_web.retention.jobs import end_what_is_over

        every(END_EVERY, end_what_is_over)
