"""From an identifier to the person it belongs to, and back to all that the person is known by."""

from __future__ import annotations

from collections.abc import Collection

import pyarrow as pa
import pyarrow.compute as pc

from tillit.journeys.format import SUBJECT, SUBJECTS_SCHEMA
from tillit.journeys.store import OrderedStore
from tillit.journeys.timeline import person_code
from tillit.journeys.view import View


def person_known_by(view: View, subject: bytes) -> str | None:
    """The public pseudonym of the person that an identifier belongs to; None if it is nobody's, or may not be read.

    Args:
        view: Whose store, for which purpose.
        subject: 16 bytes, as in the events. It may be one that only links name: a phone number on an order that was
            filed under the e-mail address.
    """
    code = code_known_by(view, subject)
    return None if code is None else view.store.pseudonyms([code])[code]


def code_known_by(view: View, subject: bytes) -> int | None:
    """The internal code of that person; the same cases as `person_known_by`."""
    store = view.store
    if not view.permission.persons.allows(subject):
        return None
    known = pa.array(_linked_to(store, (subject,)), SUBJECT)
    for bucket in store.buckets:
        table = bucket.read("subjects", SUBJECTS_SCHEMA.names)
        for person in table.filter(pc.is_in(table["subject"], value_set=known))["person"].to_pylist():
            if not store.is_replaced(person):
                return int(person)
    return None


def persons_of(view: View, subjects: Collection[bytes]) -> dict[bytes, str]:
    """The public pseudonym behind each of these identifiers that may be read, where somebody with events has it."""
    store = view.store
    head = representatives(view, subjects)
    members = together(view, head)
    known = pa.array(members, SUBJECT)
    person_of: dict[bytes, int] = {}
    for bucket in store.buckets:
        table = bucket.read("subjects", SUBJECTS_SCHEMA.names)
        for row in table.filter(pc.is_in(table["subject"], value_set=known)).to_pylist():
            if row["subject"] in members and not store.is_replaced(row["person"]):
                person_of[members[row["subject"]]] = row["person"]
    names = store.pseudonyms(set(person_of.values()))
    return {subject: names[person_of[first]] for subject, first in head.items() if first in person_of}


def representatives(view: View, subjects: Collection[bytes]) -> dict[bytes, bytes]:
    """What stands for the person of each of these identifiers that may be read: the same for two of one person."""
    allowed = [subject for subject in subjects if view.permission.persons.allows(subject)]
    components = view.store.components()
    named = components.filter(pc.is_in(components["subject"], value_set=pa.array(allowed, SUBJECT)))
    linked = dict(zip(named["subject"].to_pylist(), named["representative"].to_pylist(), strict=True))
    return {subject: linked.get(subject, subject) for subject in allowed}


def together(view: View, subjects: Collection[bytes]) -> dict[bytes, bytes]:
    """What stands for the person: for each of these identifiers, and for every other of the same persons.

    As far as they may be read.
    """
    allowed = tuple(subject for subject in subjects if view.permission.persons.allows(subject))
    return representatives(view, _linked_to(view.store, allowed))


def subjects_of(view: View, person: str) -> tuple[bytes, ...]:
    """Every identifier of a person that may be read, also those that only links name, in the order of their bytes.

    Args:
        view: Whose store, for which purpose.
        person: A public pseudonym.

    Raises:
        QueryError: The store has no such person (any more).
    """
    store = view.store
    code = person_code(store, person)
    bucket = next(b for b in store.buckets if b.first_person <= code < b.first_person + b.persons)
    table = bucket.read("subjects", SUBJECTS_SCHEMA.names)
    own = table.filter(pc.equal(table["person"], code))["subject"].to_pylist()
    allows = view.permission.persons.allows
    return tuple(subject for subject in _linked_to(store, tuple(own)) if allows(subject))


def _linked_to(store: OrderedStore, subjects: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """These subjects and all others of their components."""
    components = store.components()
    heads = components.filter(pc.is_in(components["subject"], value_set=pa.array(subjects, SUBJECT)))["representative"]
    linked = components.filter(pc.is_in(components["representative"], value_set=heads))["subject"].to_pylist()
    return tuple(sorted({*subjects, *linked}))
