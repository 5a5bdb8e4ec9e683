"""The app of shared mailboxes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.apps import AppConfig

from tillit.events.retention import DataClass

if TYPE_CHECKING:
    from django.db.models import QuerySet

LOOK_EVERY = timedelta(minutes=1)
SEND_EVERY = timedelta(seconds=20)


class MailboxesConfig(AppConfig):
    name = "tillit_web.mailboxes"
    label = "mailboxes"

    def ready(self) -> None:
        """Have mail come and go by itself, and erasure and retention reach what is held of it."""
        from tillit_web.desk.delivering import also_deliver
        from tillit_web.jobs.schedule import every
        from tillit_web.mailboxes.jobs import look_into_mailboxes, send_mail  # models exist only now
        from tillit_web.mailboxes.models import HeldMail, TakenMail
        from tillit_web.mailboxes.sending import note_to_send
        from tillit_web.people.erasure import also_remove
        from tillit_web.retention.ending import also_end, of_table

        def held_of(subjects: Collection[bytes]) -> QuerySet[Any]:
            return HeldMail.objects.filter(subject__in=list(subjects))

        every(LOOK_EVERY, look_into_mailboxes)
        every(SEND_EVERY, send_mail)
        also_deliver("mail", note_to_send)
        also_remove("app.sqlite: mails that were not taken in", held_of)
        also_end(
            of_table(
                DataClass.FAILED_BOX,
                "mails that were not taken in",
                lambda before: HeldMail.objects.filter(received_at__lt=before),
            )
        )
        also_end(
            of_table(
                DataClass.CONVERSATIONS,
                "that a mail was taken",
                lambda before: TakenMail.objects.filter(taken_at__lt=before),
            )
        )
