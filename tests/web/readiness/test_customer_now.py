"""The customer who is here: their yes first, then their history, then what was collected a moment ago."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.logs import DAY, Event, subject_of
from tests.web.readiness.judged import keep, of_a_town
from tillit.events.hot import HotEvent, pack
from tillit.readiness.now import Hold, Lived
from tillit.readiness.recipe import Want
from tillit.vocabulary import Purpose, Stage
from tillit_web.collect.queries import storage
from tillit_web.collect.storage import Arrival
from tillit_web.people import actions as people
from tillit_web.people.consents import How
from tillit_web.people.models import User
from tillit_web.readiness import actions
from tillit_web.readiness.now import customer_now, recent_of

ANA = subject_of("customer 0")
NOW = 40 * DAY


def say(granted: bool, subject: bytes = ANA) -> None:
    people.record_consent([subject], Purpose.PERSONALISATION, granted=granted, how=How.STAFF, where="a test")


@pytest.fixture
def speaking(small_shop: list[Event], ana: User) -> None:
    keep()
    actions.switch_on(Want.BUYS, 30, by=ana)


def test_only_with_a_yes_and_only_while_it_is_switched_on(speaking: None, ana: User) -> None:
    assert customer_now(ANA, at=NOW) == {}, "nobody asked Ana"
    say(True)
    assert list(customer_now(ANA, at=NOW)) == [Want.BUYS]
    assert customer_now(subject_of("customer 1"), at=NOW) == {}
    say(False)
    assert customer_now(ANA, at=NOW) == {}
    say(True)
    actions.switch_off(Want.BUYS, by=ana)
    assert customer_now(ANA, at=NOW) == {}


def test_what_is_said_is_the_sum_of_what_was_learnt(speaking: None) -> None:
    say(True)
    now = customer_now(ANA, at=NOW)[Want.BUYS]
    scorer = of_a_town().scorer
    assert scorer is not None
    assert set(now.parts) == set(scorer.recipe.names)
    assert now.low <= now.chance <= now.high
    assert now.holds == ()


def test_what_was_collected_a_moment_ago_counts(speaking: None) -> None:
    say(True)
    before = customer_now(ANA, at=NOW)[Want.BUYS]
    recent = [Lived(NOW - DAY // 2, name) for name in ("price_viewed", "products_compared", "price_viewed")]
    after = customer_now(ANA, at=NOW, recent=recent)[Want.BUYS]
    assert after.chance > before.chance
    assert after.stage is Stage.COMPARE
    bought = [*recent, Lived(NOW - DAY // 4, "order_completed")]
    assert customer_now(ANA, at=NOW, recent=bought)[Want.BUYS].holds == (Hold.JUST_BOUGHT,)
    assert customer_now(ANA, at=NOW, left_alone=True)[Want.BUYS].holds == (Hold.LEFT_ALONE,)


def test_somebody_of_whom_nothing_is_sealed_is_known_by_what_is_recent(speaking: None) -> None:
    stranger = subject_of("nobody yet")
    say(True, stranger)
    assert customer_now(stranger, at=NOW) == {}
    assert list(customer_now(stranger, at=NOW, recent=[Lived(NOW, "page_viewed")])) == [Want.BUYS]


def test_rows_that_wait_to_be_sealed_are_found_by_their_identifier(data_directory: Path) -> None:
    rows = [(ANA, "price_viewed", "1"), (subject_of("Bo"), "page_viewed", "2"), (ANA, "page_viewed", "3")]
    with storage() as opened:
        opened.accept(
            [
                Arrival(
                    digest=id_.encode().rjust(16),
                    content=b"8 bytes.",
                    key_id=1,
                    received_at=NOW,
                    event=pack(
                        HotEvent(
                            event_id=id_,
                            source="web",
                            occurred_at=NOW,
                            received_at=NOW,
                            clock_skew=0,
                            subject=subject,
                            subject_kind="customer",
                            activity=activity,
                            channel="web",
                            function="marketing",
                            actor="customer",
                        )
                    ),
                    contacts=b"",
                    raw=b"{}",
                )
                for subject, activity, id_ in rows
            ]
        )
    assert [(one.activity, one.event_id) for one in recent_of(ANA)] == [("price_viewed", "1"), ("page_viewed", "3")]
