"""The small shop, in the data directory of a test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.logs import Event, write_events
from tests.web.insight.small_shop import fill_from, shop
from tillit_web.people.models import Company


@pytest.fixture
def small_shop(data_directory: Path, company: Company) -> list[Event]:
    """The shop, imported and built; all of it came to tillit on the first of January 1970."""
    events = shop()
    fill_from(data_directory, write_events(data_directory / "events.parquet", events, received_at=0))
    return events
