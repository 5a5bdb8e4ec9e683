"""The app of answers."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.apps import AppConfig

from tillit.events.retention import DataClass
from tillit.events.sought import holds_value

if TYPE_CHECKING:
    from django.db.models import QuerySet


class AnswersConfig(AppConfig):
    name = "tillit_web.answers"
    label = "answers"

    def ready(self) -> None:
        """Have questions end by themselves, and erasure reach those that name somebody; and searches counted ahead."""
        from tillit_web.answers import queries
        from tillit_web.answers.models import AskedQuestion  # models exist only now
        from tillit_web.people.erasure import also_remove, clear_values
        from tillit_web.retention.ending import also_end, of_table
        from tillit_web.warehouse.preparing import PAGES

        def naming(subjects: Collection[bytes]) -> QuerySet[Any]:
            """Who asked is not kept; but some sign with their name."""
            values = [value.strip().lower() for value in clear_values(subjects)]
            texts = AskedQuestion.objects.values_list("pk", "text") if values else ()
            return AskedQuestion.objects.filter(pk__in=[pk for pk, text in texts if holds_value(text.lower(), values)])

        PAGES.ahead.append(lambda: [("searches", queries.searches)])
        also_remove("app.sqlite: questions to the library", naming)
        also_end(
            of_table(
                DataClass.QUESTIONS,
                "questions to the library",
                lambda before: AskedQuestion.objects.filter(asked_at__lt=before),
            )
        )
