"""The app of meetings."""

from __future__ import annotations

from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "tillit_web.meetings"
    label = "meetings"

    def ready(self) -> None:
        """Have erasure reach the log of decisions."""
        from tillit_web.meetings import erasing
        from tillit_web.people.erasure import FileBeside, also_erase_in  # models exist only now

        also_erase_in(FileBeside("decisions.sqlite: decisions", erasing.count, erasing.erase, erasing.scrub))
