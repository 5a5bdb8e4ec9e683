"""Erasure in the failed box: refused calls that name a person leave it, also those that come afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from tillit.events.erased_texts import ErasedTexts
from tillit.events.erasures import note_rows
from tillit.events.log import EventLog
from tillit.events.sought import Sought, texts_of
from tillit_web.collect.queries import storage
from tillit_web.collect.storage import Failed, Storage

PAGE = 2_000
NEVER = -(2**62)


def forget_refused(log: EventLog, person: Sought, erasure: int) -> None:
    """Take the calls of the failed box out that name a person, and count them for the receipt."""
    found: list[int] = []
    with storage() as opened:
        for lines in pages(opened):
            found += _naming(lines, person)
        note_rows(log, erasure, "events.sqlite: failed box", len(found))
        opened.settle(found)


def forget_again(known: ErasedTexts, *, since: int) -> int:
    """Take calls out that name somebody erased and tell of the time before: replayed, or of a client that was offline.

    Args:
        since: Look at what was received at or after this time; microseconds UTC.

    Returns:
        How many calls went.
    """
    gone = 0
    with storage() as opened:
        for lines in pages(opened):
            found = told_before(lines, known)
            opened.settle(found)
            gone += len(found)
            if lines[-1].received_at < since:
                break
    return gone


def told_before(lines: Sequence[Failed], known: ErasedTexts) -> list[int]:
    """The ids of those of these lines that name somebody erased and tell of the time before the erasure."""
    texts = {line.id: [*texts_of(line.raw), line.reason] for line in lines}
    until = known.moments({text for each in texts.values() for text in each})
    latest = {line: max((until[text] for text in each if text in until), default=NEVER) for line, each in texts.items()}
    return [line.id for line in lines if _told_at(line) <= latest[line.id]]


def pages(opened: Storage) -> Iterator[list[Failed]]:
    """The failed box, newest first, a page at a time; what was shown may be settled meanwhile."""
    before: int | None = None
    while lines := opened.failed(limit=PAGE, before=before):
        before = lines[-1].id
        yield lines


def _told_at(line: Failed) -> int:
    """When a refused call says that it happened; when it came if it says nothing; NEVER if what it says is no time."""
    try:
        call = msgspec.json.decode(line.raw)
        said = call.get("timestamp") or call.get("originalTimestamp")
        if said is None:
            return line.received_at
        moment = datetime.fromisoformat(said)
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1_000_000)
    except (msgspec.MsgspecError, AttributeError, TypeError, ValueError, OverflowError, RecursionError):
        return NEVER + 1  # of a person who was never erased it stays all the same


def _naming(lines: list[Failed], person: Sought) -> list[int]:
    # A reason may quote what was wrong with the call.
    texts = {line.id: [*texts_of(line.raw), line.reason] for line in lines}
    named = person.named_in({text for each in texts.values() for text in each})
    return [number for number, each in texts.items() if not named.isdisjoint(each)]
