"""What was only counted is sealed, in the log and told as a number; the store of persons has none of it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tillit.events.calls import Terms, collected
from tillit.events.hot import pack
from tillit.journeys.behind import Everything, journeys_behind
from tillit.vocabulary import Purpose
from tillit_web.collect.sealing import seal_all
from tillit_web.collect.sqlite_storage import SqliteStorage
from tillit_web.collect.storage import Arrival
from tillit_web.people.models import Company
from tillit_web.warehouse import queries
from tillit_web.warehouse.builds import rebuild

NOW = time.time_ns() // 1000


def arrival(name: str, *, is_counted: bool) -> Arrival:
    terms = Terms(b"k" * 32, NOW, None, is_proven=False, currency="SEK", region="SE", is_counted=is_counted)
    call = {"type": "page", "messageId": name, "anonymousId": "ana", "properties": {"path": "/"}}
    found = collected(call, terms)
    return Arrival(name.encode().ljust(16), found.content, 1, NOW, pack(found.event), b"", b"{}")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("followed", [0, 1])
def test_counted_events_are_in_no_journey(company: Company, data_directory: Path, followed: int) -> None:
    storage = SqliteStorage.open(data_directory)
    own = [arrival("own", is_counted=False)] * followed
    storage.accept([arrival("a", is_counted=True), arrival("b", is_counted=True), *own])
    storage.close()
    seal_all()
    assert rebuild()
    view = queries.current_view(purpose=Purpose.MEASUREMENT)
    assert view is not None
    assert len(journeys_behind(view, Everything(), limit=10).rows) == followed
    assert queries.counted_only() == 2
