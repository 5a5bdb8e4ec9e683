"""Jobs of meetings. Each may be killed anywhere and run again."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django_tasks import task

from tillit_web.meetings import lots, needs, results, watching
from tillit_web.people.queries import company


@task()
def forget_needs() -> None:
    """Remove what customers said they need and is over."""
    needs.forget_ended()


@task()
def read_log() -> None:
    """Count what the log of decisions says, for every page."""
    results.refresh(Path(settings.DATA_DIRECTORY), currency=company().currency or None, now=timezone.now())


@task()
def tell_lots() -> None:
    """Tell the log of events who was drawn for staying on the first table."""
    lots.publish(Path(settings.DATA_DIRECTORY), now=timezone.now())


@task()
def keep_together() -> None:
    """Put every identifier of a person on the side that the person was drawn on first."""
    lots.keep_together(Path(settings.DATA_DIRECTORY))


@task()
def watch_policy() -> None:
    """Go back to the policy before where customers fare worse since it changed."""
    watching.watch_policy(Path(settings.DATA_DIRECTORY), currency=company().currency or None, now=timezone.now())
