"""What happens to bookings by itself."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from tillit_web.booking import actions, sending, taking


@task()
def tidy_bookings() -> None:
    """Give back what was held too long, and remind those who come tomorrow."""
    now = timezone.now()
    actions.end_holds(now)
    taking.free_what_nobody_has()
    sending.remind(now)
