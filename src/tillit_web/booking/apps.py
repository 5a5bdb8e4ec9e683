"""The app of bookings."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.apps import AppConfig

if TYPE_CHECKING:
    from django.db.models import QuerySet

TIDY_EVERY = timedelta(minutes=10)


class BookingConfig(AppConfig):
    name = "tillit_web.booking"
    label = "booking"

    def ready(self) -> None:
        """Have holds end and reminders go out by themselves, and erasure reach what customers wrote."""
        from tillit_web.booking.jobs import tidy_bookings  # models exist only now
        from tillit_web.booking.models import Booking
        from tillit_web.jobs.schedule import every
        from tillit_web.people.erasure import also_remove

        def bookings_of(subjects: Collection[bytes]) -> QuerySet[Any]:
            return Booking.objects.filter(subject__in=list(subjects))

        every(TIDY_EVERY, tidy_bookings)
        also_remove("app.sqlite: bookings", bookings_of)
