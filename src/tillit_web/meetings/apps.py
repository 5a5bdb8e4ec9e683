"""The app of meetings."""

from __future__ import annotations

from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "tillit_web.meetings"
    label = "meetings"

    def ready(self) -> None:
        """Have the log of decisions counted by itself, and erasure reach it."""
        from tillit_web.jobs.schedule import every  # models exist only now
        from tillit_web.meetings import erasing
        from tillit_web.meetings.jobs import read_log
        from tillit_web.meetings.results import EVERY
        from tillit_web.people.erasure import FileBeside, also_erase_in

        every(EVERY, read_log)
        also_erase_in(FileBeside("decisions.sqlite: decisions", erasing.count, erasing.erase, erasing.scrub))
