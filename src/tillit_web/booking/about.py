"""A customer's bookings, for erasure and for their own page."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from django.conf import settings
from django.db.models import Q, QuerySet

from tillit.events.key import read_or_create_key
from tillit.events.subject import country_of_zone, normalise, subject_of
from tillit.vocabulary import IdentifierKind
from tillit_web.booking.models import Booking
from tillit_web.people.queries import company


def bookings_about(subjects: Collection[bytes]) -> QuerySet[Booking]:
    """Bookings under an e-mail or with a phone number of theirs, from the hold on."""
    wanted = frozenset(subjects)
    key, region = read_or_create_key(Path(settings.DATA_DIRECTORY)), country_of_zone(company().timezone)
    by_number = []
    for number, phone in Booking.objects.exclude(phone="").values_list("pk", "phone"):
        clear = normalise(IdentifierKind.PHONE, phone, region=region)
        if clear is not None and subject_of(IdentifierKind.PHONE, clear, key=key) in wanted:
            by_number.append(number)
    return Booking.objects.filter(Q(subject__in=list(wanted)) | Q(pk__in=by_number))


def said_in_bookings() -> Iterator[tuple[str, int]]:
    """What customers wrote to book, each with when the booking last changed (microseconds UTC); for the proof."""
    rows = Booking.objects.values_list("email", "phone", "wishes", "changed_at")
    for *said, changed_at in rows:
        yield from ((text, round(changed_at.timestamp() * 1_000_000)) for text in said if text)
