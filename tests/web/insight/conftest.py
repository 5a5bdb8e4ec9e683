"""The small shop, in the data directory of a test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.logs import Event
from tests.web.insight.small_shop import fill, shop
from tillit_web.people.models import Company

BringIn = Callable[[list[Event]], None]


@pytest.fixture
def bring_in(data_directory: Path, company: Company) -> BringIn:
    """Publish events and build the store."""
    return lambda events: fill(data_directory, events)


@pytest.fixture
def small_shop(bring_in: BringIn) -> list[Event]:
    """The shop, imported and built."""
    events = shop()
    bring_in(events)
    return events
