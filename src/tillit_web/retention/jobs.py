"""The job of retention; it may be killed anywhere and run again."""

from __future__ import annotations

from datetime import UTC, datetime

from django_tasks import task

from tillit_web.retention import actions


@task()
def end_what_is_over() -> None:
    """Take out everything whose time is over."""
    actions.end_what_is_over(now=datetime.now(UTC))
