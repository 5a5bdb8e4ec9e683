"""What happens to conversations by itself. Each job may be killed anywhere and run again."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from tillit_web.desk import actions, assigning, keeping, publishing


@task()
def mind_promises() -> None:
    """Show everybody what nobody answered in time, give out who waits, and tell the log of events what happened."""
    now = timezone.now()
    actions.escalate(now=now)
    assigning.assign(now=now)
    publishing.publish(now=now)


@task()
def tidy_conversations() -> None:
    """Forget where strangers wrote from, and who of us it was."""
    keeping.tidy(now=timezone.now())
