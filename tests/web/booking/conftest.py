"""A shop with two colleagues who can be called."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.web.booking.calendar_server import CalendarServer
from tillit_web.booking.models import Host, Kind
from tillit_web.people.models import Company


@pytest.fixture
def kind(company: Company) -> Kind:
    """Half an hour with Ada or Bo, on working days from nine to five."""
    made = Kind.objects.create(slug="call", language="en", name="A call", where="We call you", minutes=30, after=15)
    made.hosts.set([Host.objects.create(name="Ada", email="ada@example.org"), Host.objects.create(name="Bo")])
    return made


@pytest.fixture
def server(tmp_path: Path, settings: Settings) -> Iterator[CalendarServer]:
    """A calendar server of the company's own network."""
    made = CalendarServer(tmp_path)
    settings.OWN_SERVERS = frozenset({made.endpoint})
    yield made
    made.close()
