"""The app of calls."""

from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig

from tillit.events.retention import DataClass

PUBLISH_EVERY = timedelta(minutes=1)


class CallsConfig(AppConfig):
    name = "tillit_web.calls"
    label = "calls"

    def ready(self) -> None:
        """Have calls become events, and erasure and retention reach them."""
        from tillit_web.calls.about import calls_about, tasks_about  # models exist only now
        from tillit_web.calls.jobs import publish_calls
        from tillit_web.calls.models import Call, CallTask
        from tillit_web.jobs.schedule import every
        from tillit_web.people.erasure import also_remove
        from tillit_web.retention.ending import also_end, of_table

        every(PUBLISH_EVERY, publish_calls)
        also_remove("app.sqlite: calls", calls_about)
        also_remove("app.sqlite: calls that were planned", tasks_about)
        kept = DataClass.CONVERSATIONS
        also_end(of_table(kept, "calls", lambda before: Call.objects.filter(started_at__lt=before)))
        also_end(
            of_table(
                kept,
                "calls that were planned",
                lambda before: CallTask.objects.filter(due_at__lt=before),
            )
        )
