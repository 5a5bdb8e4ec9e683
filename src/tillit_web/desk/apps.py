"""The app of conversations."""

from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig

from tillit.events.retention import DataClass

PROMISES_EVERY = timedelta(minutes=1)
TIDY_EVERY = timedelta(hours=1)


class DeskConfig(AppConfig):
    name = "tillit_web.desk"
    label = "desk"

    def ready(self) -> None:
        """Have promises minded and old conversations end by themselves, and erasure reach each."""
        from tillit_web.desk.about import conversations_about, said_in_conversations  # models exist only now
        from tillit_web.desk.briefing import struck_of
        from tillit_web.desk.jobs import mind_promises, tidy_conversations
        from tillit_web.desk.keeping import over_before
        from tillit_web.jobs.schedule import every
        from tillit_web.people.erasure import also_remove, also_search
        from tillit_web.retention.ending import also_end, of_table

        every(PROMISES_EVERY, mind_promises)
        every(TIDY_EVERY, tidy_conversations)
        also_remove("app.sqlite: conversations", conversations_about)
        also_search("app.sqlite: conversations", said_in_conversations)
        also_remove("app.sqlite: struck lines", struck_of)
        also_end(of_table(DataClass.CONVERSATIONS, "conversations", over_before))
