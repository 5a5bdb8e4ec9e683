"""Keys of a shop, and a decider on its data directory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tillit_web.collect.actions import create_key
from tillit_web.collect.keyring import KeyRing
from tillit_web.meetings.app import Decider
from tillit_web.meetings.desk import DeskKeeper
from tillit_web.meetings.lots import LotReader
from tillit_web.meetings.queries import PolicyReader
from tillit_web.meetings.writing import Writer
from tillit_web.people.models import Company
from tillit_web.people.standing import StandingReader
from tillit_web.readiness.here import HereReader

OWN_KEY = b"k" * 32
SHOP = "https://shop.example"


@pytest.fixture
def decider(transactional_db: None, data_directory: Path) -> Iterator[Decider]:
    """One that reads the tests' database and writes the test's directory."""
    Company.objects.create(id=1, name="Exempelbutiken", currency="SEK")
    policies, standings, writer = PolicyReader(data_directory), StandingReader(data_directory), Writer(data_directory)
    desk = DeskKeeper(data_directory, seconds_kept=0.0)
    here = HereReader(patience_seconds=20.0, seconds_kept=0.0)
    lots = LotReader(data_directory)
    yield Decider(KeyRing(), policies, standings, desk, lots, writer, here, key=OWN_KEY)
    here.stop()
    writer.stop()
    policies.close()
    lots.close()
    standings.close()


@pytest.fixture
def server_key(decider: Decider) -> str:
    """A key that speaks for customers."""
    return create_key("till", origins=[]).text


@pytest.fixture
def browser_key(decider: Decider) -> tuple[str, str]:
    """A key for the shop's pages, and its signing secret."""
    made = create_key("site", origins=[SHOP])
    return made.text, made.signing_secret
