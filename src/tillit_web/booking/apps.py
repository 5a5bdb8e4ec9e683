"""The app of bookings."""

from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig

from tillit.events.retention import DataClass

TIDY_EVERY = timedelta(minutes=10)
SEND_EVERY = timedelta(seconds=20)


class BookingConfig(AppConfig):
    name = "tillit_web.booking"
    label = "booking"

    def ready(self) -> None:
        """Have holds end and reminders go out by themselves, and erasure and retention reach what customers wrote."""
        from tillit_web.booking.about import bookings_about, said_in_bookings
        from tillit_web.booking.copying import tell_calendars
        from tillit_web.booking.jobs import hear_calendars, tidy_bookings  # models exist only now
        from tillit_web.booking.models import Booking
        from tillit_web.booking.outbox import send_mails
        from tillit_web.jobs.schedule import every
        from tillit_web.people.erasure import also_remove, also_search
        from tillit_web.retention.ending import also_end, of_table

        for job in (tidy_bookings, hear_calendars, tell_calendars):
            every(TIDY_EVERY, job)
        every(SEND_EVERY, send_mails)
        also_remove("app.sqlite: bookings", bookings_about)
        also_search("app.sqlite: bookings", said_in_bookings)
        also_end(of_table(DataClass.BOOKINGS, "bookings", lambda before: Booking.objects.filter(starts_at__lt=before)))
