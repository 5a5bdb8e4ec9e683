"""What happens to mail by itself. Each job may be killed anywhere and run again."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from tillit_web.mailboxes import actions


@task()
def look_into_mailboxes() -> None:
    """Take in what came."""
    actions.look_everywhere(now=timezone.now())


@task()
def send_mail() -> None:
    """Send what waits."""
    actions.send_waiting(now=timezone.now())
