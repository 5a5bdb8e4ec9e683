"""Signed links that open one booking and nothing else."""

from __future__ import annotations

from uuid import UUID

from django.core import signing
from django.shortcuts import get_object_or_404
from django.urls import reverse

from tillit_web.booking.models import Booking

_BOOKING = signing.Signer(salt="booking")


def token_of(booking: Booking) -> str:
    """What opens this booking, for as long as it exists."""
    return _BOOKING.sign(booking.uid.hex)


def address_of(booking: Booking) -> str:
    """Where a customer sees, moves and cancels it."""
    return reverse("book:booking", args=[token_of(booking)])


def opened_by(token: str) -> Booking:
    """The booking that a link opens.

    Raises:
        Http404: The link was not made here, or its booking is gone.
    """
    try:
        uid = UUID(hex=_BOOKING.unsign(token))
    except (signing.BadSignature, ValueError):
        uid = UUID(int=0)
    return get_object_or_404(Booking.objects.select_related("kind", "host", "room"), uid=uid)
