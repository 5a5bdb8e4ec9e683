"""Rows that keep a phone number as a customer typed it: whose it is, is asked anew each time."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from tillit.events.key import read_or_create_key
from tillit.events.subject import country_of_zone, normalise, subject_of
from tillit.vocabulary import IdentifierKind
from tillit_web.people.queries import company


def with_number_of(rows: QuerySet[Any], subjects: Collection[bytes]) -> list[int]:
    """Keys of the rows whose `phone` is a number of one of these subjects."""
    key, region = read_or_create_key(Path(settings.DATA_DIRECTORY)), country_of_zone(company().timezone)
    found = []
    for row, typed in rows.exclude(phone="").values_list("pk", "phone"):
        number = normalise(IdentifierKind.PHONE, typed, region=region)
        if number is not None and subject_of(IdentifierKind.PHONE, number, key=key) in subjects:
            found.append(row)
    return found
