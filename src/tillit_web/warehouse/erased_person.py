"""Whom an erasure is about: the person behind an identifier that somebody types, and what there is of them."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from tillit.errors import QueryError
from tillit.events.key import read_or_create_key
from tillit.events.log import EventLog
from tillit.events.rewriting import rows_naming
from tillit.events.segments import SegmentKind
from tillit.events.subject import country_of_zone, normalise, subject_of
from tillit.identity.decisions import decided
from tillit.identity.links import SUBJECT, read_links
from tillit.identity.resolve import Identity, resolve
from tillit.identity.rules import rules_in
from tillit.sentences import sentence
from tillit.vocabulary import IdentifierKind
from tillit_web.collect.sealing import seal_all
from tillit_web.people import erasure as people
from tillit_web.people.queries import company
from tillit_web.warehouse.folders import data_directory, open_log
from tillit_web.warehouse.turns import until_free


def subject_named(text: str) -> bytes:
    """The subject of an identifier as people type it: `email:ana@example.com`, `phone:+46701234567`, `customer:17`.

    Raises:
        QueryError: It is not of that form, or names nobody.
    """
    kind, _, value = text.partition(":")
    known = {each.value: each for each in IdentifierKind}
    form = normalise(known[kind], value, region=region()) if kind in known else None
    if form is None:
        raise QueryError(
            sentence(
                'Nobody can be found by "{text}". Write KIND:VALUE, such as email:ana@example.com; kinds are {kinds}.',
                text=text,
                kinds=", ".join(known),
            )
        )
    return subject_of(known[kind], form, key=read_or_create_key(data_directory()))


def component_of(log: EventLog, subjects: Collection[bytes]) -> frozenset[bytes]:
    """These subjects and every other that is the same person's now, by the links in the log, the rules, and people."""
    paths = log.sound_or_refuse(log.segments(SegmentKind.LINKS))
    components = resolve(read_links(paths), Identity(rules_in(log.directory), decided(log))).components
    wanted = pc.is_in(components["subject"], value_set=pa.array(sorted(subjects), SUBJECT))
    heads = components.filter(wanted)["representative"]
    linked = components.filter(pc.is_in(components["representative"], value_set=heads.combine_chunks()))
    return frozenset(subjects).union(linked["subject"].to_pylist())


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What an erasure would remove: identifiers of the person, and rows by place."""

    subjects: int
    rows: dict[str, int]


def foreseen(subject: bytes) -> Foreseen:
    """What erasing the person with this subject would remove now; what waits to be sealed is sealed first."""
    until_free(seal_all)
    with open_log() as log:
        whole = component_of(log, [subject])
        rows = {f"log/{segment.path.name}": count for segment, count in rows_naming(log, whole)}
    rows |= {place: count for place, count in people.counted(whole, until=time.time_ns() // 1_000) if count}
    return Foreseen(len(whole), rows)


def region() -> str | None:
    """The country of phone numbers without a code."""
    return country_of_zone(company().timezone)
