"""The app of the customer's own page."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from django.apps import AppConfig

from tillit.events.retention import DataClass

if TYPE_CHECKING:
    from django.db.models import QuerySet


class MeConfig(AppConfig):
    name = "tillit_web.me"
    label = "me"

    def ready(self) -> None:
        """Have erasure reach the codes that were asked for, and the browsers that one opened."""
        from django.contrib.sessions.models import Session  # models exist only now

        from tillit_web.me.models import PageCode
        from tillit_web.me.views import OPENED
        from tillit_web.people.erasure import also_remove, also_search
        from tillit_web.retention.ending import also_end, of_table

        def codes_of(subjects: Collection[bytes]) -> QuerySet[Any]:
            return PageCode.objects.filter(subject__in=list(subjects))

        def sessions_of(subjects: Collection[bytes]) -> QuerySet[Any]:
            opened_by = {subject.hex() for subject in subjects}
            rows = ((row.pk, row.get_decoded().get(OPENED)) for row in Session.objects.all())
            return Session.objects.filter(pk__in=[pk for pk, opened in rows if opened and opened[0] in opened_by])

        def opened_by() -> Iterator[tuple[str, None]]:
            decoded = (row.get_decoded().get(OPENED) for row in Session.objects.all())
            yield from ((str(opened[0]), None) for opened in decoded if opened)

        also_search("app.sqlite: browsers that were open on the own page", opened_by)
        also_remove("app.sqlite: codes for the own page", codes_of)
        also_remove("app.sqlite: browsers that were open on the own page", sessions_of)
        also_end(
            of_table(
                DataClass.WORKING_RECORDS,
                "codes for the own page",
                lambda before: PageCode.objects.filter(expires_at__lt=before),
            )
        )
