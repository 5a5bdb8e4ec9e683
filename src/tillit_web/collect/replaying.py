"""The failed box emptied: offered again after the cause was mended, or thrown away."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from tillit.events.calls import Refused
from tillit.events.key import read_or_create_key
from tillit.sentences import sentence
from tillit_web.collect.answering import Given, answers_taken, keep
from tillit_web.collect.keyring import read_ring
from tillit_web.collect.measuring import measured, offered, who_agreed
from tillit_web.collect.queries import storage
from tillit_web.collect.reading import ALONE, Read, Sender, call_of
from tillit_web.collect.storage import Failed, Outcome

PAGE = 500
_REVOKED = sentence("The key it came with was revoked.")
_NAMELESS = sentence("Whom it spoke of was not kept, since they had not agreed, so it can only be thrown away.")


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay did: taken and known before left the box, refused ones stay."""

    accepted: int
    duplicate: int
    refused: int


def replay(*, code: str = "", only: int | None = None) -> Replayed:
    """Offer lines of the failed box again, by the rules and keys of now; those of a revoked key stay.

    Each counts as received once more, in this hour; its time is when it first came. Killed half-way, what came in
    is a duplicate the next time.
    """
    own_key, ring = read_or_create_key(Path(settings.DATA_DIRECTORY)), read_ring()
    senders = {key.id: Sender(key, ring) for key in ring.keys.values()}
    totals = dict.fromkeys(Outcome, 0)
    refused, before = 0, None if only is None else only + 1
    with storage() as opened:
        while lines := opened.failed(limit=PAGE if only is None else 1, before=before, code=code):
            if only is not None and lines[0].id != only:
                break  # somebody else took it out
            again: list[tuple[Failed, Read, Given | None]] = []
            for line in lines:
                try:
                    again.append((line, *_again(line, senders, own_key)))
                except Refused:
                    refused += 1
            # What takes the place of a line that conflicts again stands above it, and is not met twice.
            outcomes = opened.accept([read.arrival for _, read, _ in again]) if again else []
            for outcome in outcomes:
                totals[outcome] += 1
            keep(answers_taken([given for _, _, given in again], outcomes))
            opened.settle([line.id for line, _, _ in again])
            if only is not None:
                break
            before = lines[-1].id
    return Replayed(totals[Outcome.ACCEPTED], totals[Outcome.DUPLICATE], refused + totals[Outcome.CONFLICT])


def discard(failed: Sequence[int]) -> None:
    """Throw lines away for good."""
    with storage() as opened:
        opened.settle(failed)


def _again(line: Failed, senders: dict[int, Sender], own_key: bytes) -> tuple[Read, Given | None]:
    sender = senders.get(line.key_id)
    if sender is None:
        raise Refused("key_unknown", _REVOKED)
    now, call = time.time_ns() // 1000, call_of(line.raw, ALONE)
    if line.code == "subject_unproven" and not (call.get("userId") or call.get("anonymousId")):
        # Taken now, it would count as a visit of nobody: that is not what its sender meant.
        raise Refused(line.code, _NAMELESS)
    one = offered(call, sender, received_at=line.received_at, own_key=own_key, counted_at=now)
    yes = who_agreed([one], sender)
    return measured(one, yes, sender, received_at=line.received_at, own_key=own_key, counted_at=now)
