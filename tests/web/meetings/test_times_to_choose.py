"""Times that a decision offers are times that can be booked, and each is offered to one caller who waits."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.meetings.asking import ask
from tests.web.meetings.conftest import OWN_KEY
from tillit_web.booking import actions as booking
from tillit_web.booking.models import Host, Kind
from tillit_web.booking.queries import free_times, instant
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

ROOFS = {"errand": "choose", "skill": "roofs", "asked_for_person": True}


@pytest.fixture
def booked(transactional_db: None, data_directory: Path) -> Iterator[Decider]:
    """A decider in whose company Ada can be called about roofs, at any hour of the week."""
    Company.objects.create(id=1, name="Exempelbutiken", currency="SEK")
    kind = Kind.objects.create(slug="roof", language="en", name="A call", where="We call", minutes=30, skill="roofs")
    kind.hosts.set([Host.objects.create(name="Ada", hours="mon-sun 00:00-24:00")])
    policies, standings, writer = PolicyReader(data_directory), StandingReader(data_directory), Writer(data_directory)
    desk = DeskKeeper(data_directory, free_times=free_times, seconds_kept=0.0)
    here = HereReader()
    lots = LotReader(data_directory)
    yield Decider(KeyRing(), policies, standings, desk, lots, writer, here, key=OWN_KEY)
    here.stop()
    writer.stop()
    policies.close()
    lots.close()
    standings.close()


def test_they_can_be_booked_and_go_to_one_caller_each(booked: Decider) -> None:
    key = create_key("till", origins=[]).text
    free = free_times("roofs", time.time_ns() // 1000)
    _, first = ask(booked, {"moment": ROOFS | {"customer": "k-1"}}, key=key)
    assert first["slots"] == [at / 1e6 for at in free[:3]]
    assert (first["action"], first["promised_at"]) == ("booked_call", first["slots"][0])
    _, second = ask(booked, {"moment": ROOFS | {"customer": "k-2"}}, key=key)
    assert second["slots"][0] == free[1] / 1e6, "the first is somebody else's"

    kind = Kind.objects.get(slug="roof")
    now = instant(time.time_ns() // 1000)
    booking.hold(kind, instant(free[2]), now=now, network="", language="en")
    _, third = ask(booked, {"moment": ROOFS | {"customer": "k-3"}}, key=key)
    assert free[2] / 1e6 not in third["slots"], "booked meanwhile"
    _, other = ask(booked, {"moment": ROOFS | {"customer": "k-4", "skill": "wood"}}, key=key)
    assert other["slots"] == []
