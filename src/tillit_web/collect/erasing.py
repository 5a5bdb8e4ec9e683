"""Erasure in the failed box: refused calls that name a person leave it."""

from __future__ import annotations

from tillit.events.erasures import note_rows
from tillit.events.log import EventLog
from tillit.events.sought import Sought, texts_of
from tillit_web.collect.queries import storage
from tillit_web.collect.storage import Failed

PAGE = 2_000


def forget_refused(log: EventLog, person: Sought, erasure: int) -> None:
    """Take the calls of the failed box out that name a person, and count them for the receipt."""
    found: list[int] = []
    before: int | None = None
    with storage() as opened:
        while lines := opened.failed(limit=PAGE, before=before):
            found += _naming(lines, person)
            before = lines[-1].id
        note_rows(log, erasure, "events.sqlite: failed box", len(found))
        opened.settle(found)


def _naming(lines: list[Failed], person: Sought) -> list[int]:
    # A reason may quote what was wrong with the call.
    texts = {line.id: [*texts_of(line.raw), line.reason] for line in lines}
    named = person.named_in({text for each in texts.values() for text in each})
    return [number for number, each in texts.items() if not named.isdisjoint(each)]
