"""Jobs of the customer's own page."""

from __future__ import annotations

from uuid import UUID

from django_tasks import task

from tillit_web.me import sending


@task()
def send_code(code: str, language: str) -> None:
    """Send a code, if we know the customer. Killed after sending, it sends the same code again."""
    sending.send(UUID(code), language)
