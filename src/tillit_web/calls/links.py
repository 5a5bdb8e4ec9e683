"""The signed link behind which a customer accepts one offer in writing."""

from __future__ import annotations

from django.core import signing
from django.shortcuts import get_object_or_404
from django.urls import reverse

from tillit_web.calls.models import Offer

_OFFER = signing.Signer(salt="offer")


def address_of(offer: Offer) -> str:
    """Where the customer reads the offer and accepts it."""
    return reverse("accept_offer", args=[_OFFER.sign(str(offer.pk))])


def opened_by(token: str) -> Offer:
    """The offer that a link opens.

    Raises:
        Http404: The link was not made here, or its offer is gone.
    """
    try:
        found = int(_OFFER.unsign(token))
    except (signing.BadSignature, ValueError):
        found = 0
    return get_object_or_404(Offer.objects.select_related("conversation", "call"), pk=found)
