"""What happens to calls by itself."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from tillit_web.calls import publishing


@task()
def publish_calls() -> None:
    """Tell the log of events which calls there were."""
    publishing.publish(now=timezone.now())
