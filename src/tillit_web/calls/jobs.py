"""What happens to calls by itself."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from tillit_web.calls import missed, publishing


@task()
def publish_calls() -> None:
    """Put whoever rang in vain at the desk, and tell the log of events which calls there were."""
    now = timezone.now()
    missed.follow_open(now=now)
    publishing.publish(now=now)
