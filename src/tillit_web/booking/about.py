"""A customer's bookings, for erasure and for their own page."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.db.models import Q, QuerySet

from tillit_web.booking.models import Booking
from tillit_web.people.phones import with_number_of


def bookings_about(subjects: Collection[bytes]) -> QuerySet[Booking]:
    """Bookings under an e-mail or with a phone number of theirs, from the hold on."""
    wanted = frozenset(subjects)
    by_number = with_number_of(Booking.objects.all(), wanted)
    return Booking.objects.filter(Q(subject__in=list(wanted)) | Q(pk__in=by_number))


def said_in_bookings() -> Iterator[tuple[str, int]]:
    """What customers wrote to book, each with when the booking last changed (microseconds UTC); for the proof."""
    rows = Booking.objects.values_list("email", "phone", "wishes", "changed_at")
    for *said, changed_at in rows:
        yield from ((text, round(changed_at.timestamp() * 1_000_000)) for text in said if text)
