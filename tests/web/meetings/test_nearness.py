"""What a customer is near comes into a decision only where it is switched on and they said yes, and changes no side."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from msgspec import UNSET

from tests.journeys.logs import DAY
from tests.web.insight.small_shop import fill, shop
from tests.web.meetings.asking import ask
from tests.web.meetings.conftest import OWN_KEY
from tests.web.readiness.judged import keep
from tillit.events.hot import HotEvent, pack
from tillit.events.subject import subject_of
from tillit.meetings.actions import Action
from tillit.meetings.log import open_log
from tillit.meetings.moment import Moment
from tillit.readiness.now import Hold
from tillit.readiness.recipe import Want
from tillit.vocabulary import Errand, IdentifierKind, Purpose, Role
from tillit_web.collect.queries import storage
from tillit_web.collect.storage import Arrival
from tillit_web.meetings import inside
from tillit_web.meetings.app import Decider
from tillit_web.people.actions import NewMember, make_member, record_consent
from tillit_web.people.consents import How
from tillit_web.people.models import User
from tillit_web.readiness import actions
from tillit_web.readiness.here import HereReader
from tillit_web.readiness.now import customer_now, recent_of

OFFERS = ["self_service", "leave_alone", "person_now"]
BO = NewMember("bo@example.org", "a long password of theirs", "en")
LOOK_UP = {"errand": "look_up", "customer": "k-1", "offers": OFFERS}


def _arrival(subject: bytes, place: int, activity: str, at: int) -> Arrival:
    event = HotEvent(
        event_id=str(place),
        source="web",
        occurred_at=at,
        received_at=at,
        clock_skew=0,
        subject=subject,
        subject_kind="customer",
        activity=activity,
        channel="web",
        function="marketing",
        actor="customer",
    )
    return Arrival(
        digest=str(place).encode().rjust(16),
        content=b"8 bytes.",
        key_id=1,
        received_at=at,
        event=pack(event),
        contacts=b"",
        raw=b"{}",
    )


def moments(directory: Path) -> list[Moment]:
    with open_log(directory) as log:
        return [one.decision.moment for one in log.logged()]


def test_whoever_asks_to_be_left_alone_is_and_nobody_else(
    decider: Decider, server_key: str, data_directory: Path
) -> None:
    for told, action in [
        (LOOK_UP, "self_service"),
        (LOOK_UP | {"left_alone": True}, "leave_alone"),
        (LOOK_UP | {"left_alone": True, "errand": "order"}, "self_service"),
        (LOOK_UP | {"left_alone": True, "offers": ["self_service"]}, "self_service"),
        (LOOK_UP | {"left_alone": True, "asked_for_person": True}, "booked_call"),
    ]:
        _, answer = ask(decider, {"moment": told, "language": "sv"}, key=server_key)
        assert answer["action"] == action, told
        assert answer["to_person"]["action"] == "booked_call", "a person stays within reach"
        if action == "leave_alone":
            assert "Här lämnar vi dig i fred." in answer["reason"]
    assert moments(data_directory)[0].near is UNSET


@pytest.fixture
def switched_on(decider: Decider, data_directory: Path) -> bytes:
    """A shop in which k-1 bought two days ago, and readiness to buy may speak."""
    subject = subject_of(IdentifierKind.CUSTOMER, "k-1", key=OWN_KEY)
    fill(data_directory, shop())
    now = time.time_ns() // 1000
    rows = [("product_viewed", now - 9 * DAY), ("order_completed", now - 2 * DAY)]
    with storage() as opened:
        opened.accept([_arrival(subject, place, *row) for place, row in enumerate(rows)])
    keep()
    actions.switch_on(Want.BUYS, 30, by=make_member(BO, Role.OWNER))
    return subject


def test_a_decision_has_the_chance_of_whoever_said_yes(
    decider: Decider, server_key: str, data_directory: Path, switched_on: bytes
) -> None:
    ask(decider, {"moment": LOOK_UP}, key=server_key)
    record_consent([switched_on], Purpose.PERSONALISATION, granted=True, how=How.STAFF, where="a test")
    at = time.time_ns() // 1000
    _, answer = ask(decider, {"moment": LOOK_UP}, key=server_key)
    without, with_yes = moments(data_directory)
    assert without.near is UNSET
    said = customer_now(switched_on, at=at, recent=recent_of(switched_on))[Want.BUYS]
    assert with_yes.near is not UNSET
    assert with_yes.near.chances == {"buys": pytest.approx(said.chance, rel=1e-6)}
    assert with_yes.near.holds == (Hold.JUST_BOUGHT,)
    assert (answer["action"], with_yes.stage) == ("leave_alone", said.stage)
    assert "buys" not in str(answer), "nobody is told a score"

    record_consent([switched_on], Purpose.PERSONALISATION, granted=False, how=How.STAFF, where="a test")
    ask(decider, {"moment": LOOK_UP}, key=server_key)
    assert moments(data_directory)[2].near is UNSET, "at once"


def test_the_desk_decides_with_the_same_chances(
    decider: Decider, server_key: str, data_directory: Path, switched_on: bytes
) -> None:
    def met(subject: bytes | None) -> Moment:
        customer = "once:a-conversation" if subject is None else subject.hex()
        moment = Moment(
            customer, time.time_ns() // 1000, Errand.LOOK_UP, offers=(Action.LEAVE_ALONE, Action.PERSON_NOW)
        )
        return inside.meet(moment, subject, groups={}).moment

    assert met(switched_on).near is UNSET, "nobody said yes"
    record_consent([switched_on], Purpose.PERSONALISATION, granted=True, how=How.STAFF, where="a test")
    met(switched_on)
    ask(decider, {"moment": LOOK_UP}, key=server_key)
    _, inside_one, over_http = moments(data_directory)
    assert inside_one.near is not UNSET
    assert over_http.near is not UNSET
    assert inside_one.near.chances == pytest.approx(over_http.near.chances, rel=1e-6)
    assert (inside_one.near.holds, inside_one.stage) == (over_http.near.holds, over_http.stage)
    assert met(None).near is UNSET, "nobody has shown who they are"

    actions.switch_off(Want.BUYS, by=User.objects.get())
    assert met(switched_on).near is UNSET, "nothing is switched on"
    actions.switch_on(Want.BUYS, 30, by=User.objects.get())
    record_consent([switched_on], Purpose.PERSONALISATION, granted=False, how=How.STAFF, where="a test")
    assert met(switched_on).near is UNSET, "at once"


def test_a_decision_never_waits_for_a_slow_reading(switched_on: bytes) -> None:
    record_consent([switched_on], Purpose.PERSONALISATION, granted=True, how=How.STAFF, where="a test")
    here = HereReader(patience_seconds=0.0, seconds_kept=60.0)

    async def ask_until_said() -> list[bool]:
        heard: list[bool] = []
        while not (heard and heard[-1]) and len(heard) < 2_000:
            heard.append(bool(await here.of(switched_on, at=time.time_ns() // 1000)))
            await asyncio.sleep(0.01)
        return heard

    heard = asyncio.run(ask_until_said())
    here.stop()
    assert heard[0] is False, "the first decision went without"
    assert heard[-1] is True, "a later one has it"
