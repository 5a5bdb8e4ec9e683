"""The app of meetings."""

from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig

from tillit.events.retention import DataClass


class MeetingsConfig(AppConfig):
    name = "tillit_web.meetings"
    label = "meetings"

    def ready(self) -> None:
        """Have the log counted, the policy watched and ended needs removed by themselves, and erasure reach all."""
        from tillit_web.jobs.schedule import every  # models exist only now
        from tillit_web.meetings import erasing
        from tillit_web.meetings.jobs import forget_needs, keep_together, read_log, tell_lots, watch_policy
        from tillit_web.meetings.needs import needs_about
        from tillit_web.meetings.results import EVERY
        from tillit_web.people.erasure import FileBeside, also_erase_in, also_remove
        from tillit_web.retention.ending import EndingRows, also_end

        every(EVERY, read_log)
        every(EVERY, watch_policy)
        every(EVERY, keep_together)
        every(timedelta(minutes=1), tell_lots)
        every(timedelta(days=1), forget_needs)
        also_remove("app.sqlite: what a customer said they need", needs_about)
        also_erase_in(FileBeside("decisions.sqlite: decisions", erasing.count, erasing.erase, erasing.scrub))
        also_end(EndingRows(DataClass.DECISIONS, "decisions", erasing.count_before, erasing.erase_before))
