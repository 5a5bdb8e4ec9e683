"""What happens to bookings and to hosts' calendars by itself."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from tillit_web.booking import actions, listening, publishing, sending, taking
from tillit_web.booking.models import BusyCalendar
from tillit_web.jobs.actions import enqueue


@task()
def tidy_bookings() -> None:
    """Give back what was held too long, remind those who come tomorrow, and tell the log what happened."""
    now = timezone.now()
    actions.end_holds(now)
    taking.free_what_nobody_has()
    sending.remind(now)
    publishing.publish(now=now)


@task()
def hear_calendars() -> None:
    """Ask each calendar in a job of its own, so that a slow server holds up nobody else's work for long."""
    for calendar in BusyCalendar.objects.values_list("pk", flat=True):
        enqueue(hear_calendar, calendar=calendar)


@task()
def hear_calendar(calendar: int) -> None:
    """Read when a host is busy, and warn them while there is time if that fails."""
    now = timezone.now()
    row = BusyCalendar.objects.select_related("host").filter(pk=calendar).first()
    if row is not None and not listening.listen(row, now=now):
        sending.warn(row, now=now)
