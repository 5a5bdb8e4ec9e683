"""What the warehouse adds to the frame around every page: how much waits for a decision."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from tillit_web.warehouse.identity_queries import waiting_count


def waiting(request: HttpRequest) -> dict[str, object]:  # noqa: ARG001 - a context processor is given it
    """Context processor: counted only where the page's rail shows it."""
    return {"held_apart": SimpleLazyObject(waiting_count)}
