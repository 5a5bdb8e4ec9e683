"""Contact details: kept once, opened on the record."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tillit.events.contract import CONTACT_SCHEMA
from tillit_web.people import actions, queries
from tillit_web.people.models import Contact, ContactOpening, User

ANA, BO = b"a" * 16, b"b" * 16


def _batch(*rows: tuple[bytes, str, str]) -> pa.Table:
    columns = list(zip(*rows, strict=True))
    return pa.table([pa.array(column) for column in columns], names=CONTACT_SCHEMA.names).cast(CONTACT_SCHEMA)


@pytest.mark.django_db
def test_the_same_detail_is_kept_once() -> None:
    batch = _batch((ANA, "email", "ana@example.org"), (BO, "email", "bo@example.org"))
    assert actions.keep_contacts([batch]) == 2
    actions.keep_contacts([batch, _batch((ANA, "name", "Ana"))])
    assert Contact.objects.count() == 3


def test_an_opening_is_on_record_before_the_values_are_there(cy: User) -> None:
    actions.keep_contacts([_batch((ANA, "email", "ana@example.org"), (BO, "email", "bo@example.org"))])
    found = queries.contacts_of([ANA], by=cy, reason="opened from the timeline")
    assert [(detail.kind, detail.value) for detail in found] == [("email", "ana@example.org")]
    opening = ContactOpening.objects.get()
    assert (opening.member, bytes(opening.subject), opening.reason) == (cy, ANA, "opened from the timeline")
