"""What bookings add to the frame around every page: how many mails were given up and wait for one of us."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from tillit_web.booking.queries import count_given_up


def given_up(request: HttpRequest) -> dict[str, object]:  # noqa: ARG001 - a context processor is given it
    """Context processor: counted only where the page's rail shows it."""
    return {"mails_given_up": SimpleLazyObject(count_given_up)}
