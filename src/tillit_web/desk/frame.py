"""What the desk adds to the frame around every page: how many wait for one of us."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from tillit_web.desk.queries import count_waiting


def waiting(request: HttpRequest) -> dict[str, object]:  # noqa: ARG001 - a context processor is given it
    """Context processor: counted only where the page's rail shows it."""
    return {"desk_waiting": SimpleLazyObject(count_waiting)}
