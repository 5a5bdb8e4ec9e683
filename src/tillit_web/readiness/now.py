"""One customer who is here: what may be said of them now, from the sealed history and what was collected since."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Sequence

from tillit.events.hot import unpack
from tillit.events.sealing import sealed_upto
from tillit.journeys.known_by import code_known_by
from tillit.journeys.timeline import life_of
from tillit.journeys.view import View
from tillit.readiness.now import Life, Lived, Now, readiness_now
from tillit.readiness.recipe import Want
from tillit.vocabulary import Purpose
from tillit_web.collect.queries import storage
from tillit_web.readiness.queries import speaking, switched_on
from tillit_web.warehouse.folders import open_log
from tillit_web.warehouse.queries import current_view

MOST_LIVES = 4096  # of customers who are here; a few kB each
MOST_RECENT = 20_000  # rows that wait to be sealed, looked through for one customer's

_lock = threading.Lock()
_lives: OrderedDict[Hashable, Life | None] = OrderedDict()


def customer_now(subject: bytes, *, at: int, recent: Sequence[Lived] = (), left_alone: bool = False) -> dict[Want, Now]:
    """What is switched on, said of one customer; empty without their yes to offers that suit them.

    The first call for a customer reads their history from the store, those after it only add what is recent.

    Args:
        subject: 16 bytes, as in the events.
        at: Microseconds UTC.
        recent: What was collected of them since the current build (`recent_of`).
        left_alone: The customer asked to be left alone.
    """
    scorers = {want: one for want in Want if (one := speaking(want)) is not None}
    view = current_view(purpose=Purpose.PERSONALISATION) if scorers else None
    if view is None or not view.permission.persons.allows(subject):
        return {}
    life = (_sealed(view, subject) or Life.empty()).with_recent(recent)
    said = {want: readiness_now(life, one, at, left_alone=left_alone) for want, one in scorers.items()}
    return {want: now for want, now in said.items() if now is not None}


def customer_here_now(subject: bytes, *, at: int) -> dict[Want, Now]:
    """The same with what was collected up to now; nothing is read while nothing is switched on."""
    if all(switched_on(want) is None for want in Want):
        return {}
    return customer_now(subject, at=at, recent=recent_of(subject))


def recent_of(subject: bytes) -> tuple[Lived, ...]:
    """What was collected of an identifier and stands in no segment yet, as far as it came with that identifier."""
    with open_log() as log:
        after = sealed_upto(log)
    with storage() as opened:
        events = [unpack(row.event) for row in opened.unsealed(after=after, limit=MOST_RECENT)]
    return tuple(
        Lived(event.occurred_at, event.activity, event.sequence, event.event_id)
        for event in events
        if event.subject == subject
    )


def _sealed(view: View, subject: bytes) -> Life | None:
    """The history in the current build, as far as its owner lets it be used; None if there is none."""
    key = (view.store.path, view.permission.persons, subject)
    with _lock:
        if key in _lives:
            _lives.move_to_end(key)
            return _lives[key]
    code = code_known_by(view, subject)
    life = None if code is None else Life(*life_of(view, code), view.names.activity)
    with _lock:
        _lives[key] = life
        while len(_lives) > MOST_LIVES:
            _lives.popitem(last=False)
    return life
