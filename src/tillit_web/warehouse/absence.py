"""The nightly proof of absence in the product: files, and the texts that only the product can read."""

from __future__ import annotations

from collections import defaultdict

from tillit.events import absence, erasures
from tillit.events.absence import Absent, Proof, Search
from tillit.events.erased import Erased
from tillit.events.erased_texts import ErasedTexts
from tillit.events.hot import unpack
from tillit.events.log import EventLog
from tillit.events.sealing import sealed_upto
from tillit.journeys.absence_search import search, subjects_in
from tillit_web.collect.erasing import pages, told_before
from tillit_web.collect.queries import storage
from tillit_web.people import erasure as people
from tillit_web.warehouse import erasing
from tillit_web.warehouse.erased_person import region
from tillit_web.warehouse.folders import open_log, rejected_path
from tillit_web.warehouse.import_leftovers import namespaces, stretches_of
from tillit_web.warehouse.models import Import

LATE_MICROS = 3600 * 1_000_000  # what waits is sealed within a minute, and without the erased
ROWS_AT_ONCE = 5_000
BY_PROOF = "proof"  # who asked, on the receipt


def look(*, now: int) -> Proof:
    """Search everywhere for whoever was erased, and put the result on record (`now` in microseconds UTC)."""
    erasing.keep_out(since=0)
    with open_log() as log:
        found = _searched(log, now=now).proof(log, at=now)
        absence.record(log, found)
    return found


def ask_again(*, now: int) -> int:
    """Put the erasure of everybody whom a search finds on record once more; how many identifiers.

    Each is asked for as of the moment of their own erasure, so that nothing of whoever came back since goes.
    """
    with open_log() as log:
        search_again = _searched(log, now=now)
        search_again.proof(log, at=now)
        by_moment: dict[int, list[bytes]] = defaultdict(list)
        for subject, until in search_again.subjects.items():
            by_moment[until].append(subject)
        for until, subjects in by_moment.items():
            erasures.ask(log, subjects, by=BY_PROOF, at=until)
    return len(search_again.subjects)


def _searched(log: EventLog, *, now: int) -> Search:
    found = search(log)
    if found.absent.until:
        _in_hot_rows(log, found, now=now)
        known = ErasedTexts(_done(log, found.absent), region=region(), namespaces=namespaces())
        _in_texts(known, found)
        for place, texts in people.texts_beside():
            _in_texts_beside(place, texts, known, found)
    return found


def _in_texts_beside(place: str, texts: list[tuple[str, int | None]], known: ErasedTexts, found: Search) -> None:
    for text, at in texts:
        for subject in subjects_in(text):
            found.met(place, subject, at)
    dated = [(text, at) for text, at in texts if at is not None]
    until = known.moments({text for text, _ in dated})
    if rows := sum(text in until and at <= until[text] for text, at in dated):
        found.found[place] += rows


def _done(log: EventLog, absent: Absent) -> Erased:
    known = Erased.of(log)
    return Erased(absent.until, known.events, known.key)


def _in_hot_rows(log: EventLog, found: Search, *, now: int) -> None:
    """Rows that wait to be sealed. Of a client that was late there may be some for a minute; none for an hour."""
    after = sealed_upto(log)
    with storage() as opened:
        while rows := opened.unsealed(after=after, limit=ROWS_AT_ONCE):
            found.rows += len(rows)
            for event in (unpack(row.event) for row in rows):
                for subject in (event.subject, *(link.subject for link in event.links)):
                    until = found.absent.moment(subject)
                    if until is not None and (event.occurred_at > until or event.received_at < now - LATE_MICROS):
                        found.met("events.sqlite: hot.event", subject, event.occurred_at)
            after = rows[-1].id


def _in_texts(known: ErasedTexts, found: Search) -> None:
    """The failed box, and rejected rows."""
    with storage() as opened:
        for lines in pages(opened):
            found.rows += len(lines)
            if gone := told_before(lines, known):
                found.found["events.sqlite: failed.raw"] += len(gone)
    for row in Import.objects.all():
        path = rejected_path(row.id)
        for lines_of_file in stretches_of(path) if path.exists() else ():
            found.rows += len(lines_of_file)
            named = known.moments({cell for line in lines_of_file for cell in line})
            if rows := sum(not named.keys().isdisjoint(line) for line in lines_of_file):
                found.found[f"imports/{row.id.hex}/rejected.csv: cells"] += rows
