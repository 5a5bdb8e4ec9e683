"""Without a yes nothing of a customer's past enters a decision, and nothing in the log is theirs."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.web.meetings.asking import ask, signed
from tests.web.meetings.conftest import OWN_KEY, SHOP
from tillit.events import erasures
from tillit.events.log import EventLog
from tillit.events.subject import subject_of
from tillit.meetings.decide import Decision
from tillit.meetings.log import FILE, open_log
from tillit.meetings.policy import Learning, Stakes
from tillit.meetings.unlinked import is_unlinked
from tillit.vocabulary import Errand, IdentifierKind, Purpose
from tillit_web.meetings.actions import follow
from tillit_web.meetings.app import Decider
from tillit_web.meetings.queries import policy
from tillit_web.people import consents_file
from tillit_web.people.actions import record_consent
from tillit_web.people.consents import How
from tillit_web.people.erasure import ask_erasure, forget_answers

ANA = subject_of(IdentifierKind.CUSTOMER, "k-1", key=OWN_KEY)
TOLD = {
    "customer": "k-1",
    "errand": "choose",
    "stage": "decide",
    "stake": 123.45,
    "is_known_customer": True,
    "known_at": {"stake": 1_700_000_000},
    "desk": {"service": {"free": 1}},
}


def answer(*, granted: bool, said_at: datetime | None = None) -> int:
    return record_consent(
        [ANA], Purpose.PERSONALISATION, granted=granted, how=How.OWN_PAGE, where="/me/", wording="1", at=said_at
    )


def decisions(directory: Path) -> list[Decision]:
    with open_log(directory) as log:
        return [one.decision for one in log.logged()]


def test_without_a_yes_the_decision_is_nobodys(decider: Decider, server_key: str, data_directory: Path) -> None:
    for _ in range(2):
        status, heard = ask(decider, {"moment": TOLD}, key=server_key)
        assert (status, heard["uses_history"]) == (200, False)
    first, second = decisions(data_directory)
    for one in (first, second):
        assert is_unlinked(one.moment)
        assert (one.moment.stage, one.moment.is_known_customer, one.moment.stake_minor) == (None, False, 0)
        assert one.consent_row is None
        assert dict(one.moment.known_at) == {}
        assert {option.propensity for option in one.options} == {0.0, 1.0}
    assert first.moment.customer != second.moment.customer, "nothing ties two decisions"
    assert ANA.hex().encode() not in (data_directory / FILE).read_bytes()


def test_a_yes_counts_at_the_next_decision_and_is_cited(
    decider: Decider, server_key: str, data_directory: Path
) -> None:
    ask(decider, {"moment": TOLD}, key=server_key)
    row = answer(granted=True)
    assert ask(decider, {"moment": TOLD}, key=server_key)[1]["uses_history"]
    answer(granted=False)
    assert not ask(decider, {"moment": TOLD}, key=server_key)[1]["uses_history"]
    before, between, after = decisions(data_directory)
    assert [one.consent_row for one in (before, between, after)] == [None, row, None]
    assert between.moment.customer == ANA.hex()
    assert (between.moment.stake_minor, between.moment.stage) == (12_345, "decide")


@pytest.mark.parametrize("refusal", [{"gpc": True}, {"may_vary": False}, {}])
def test_where_it_is_learned_only_who_agreed_and_lets_it_vary_is_drawn(
    decider: Decider, server_key: str, data_directory: Path, refusal: dict[str, bool]
) -> None:
    followed = policy(data_directory, currency="SEK")
    learning = replace(followed, learning=Learning(Errand.CHOOSE, Stakes.LOW))
    follow(data_directory, learning, currency="SEK")
    if refusal:
        answer(granted=True)
    for _ in range(20):
        ask(decider, {"moment": TOLD | refusal}, key=server_key)
    assert not any(one.is_drawn for one in decisions(data_directory))
    answer(granted=True)
    ask(decider, {"moment": TOLD}, key=server_key)
    assert decisions(data_directory)[-1].is_drawn


@pytest.mark.parametrize("sign", [b"sec-gpc", b"dnt"])
def test_a_browser_that_says_no_is_met_as_a_stranger(
    decider: Decider, browser_key: tuple[str, str], sign: bytes
) -> None:
    answer(granted=True)
    key, secret = browser_key
    body = signed(secret, TOLD | {"valid_until": time.time() + 60})
    assert ask(decider, body, key=key, origin=SHOP)[1]["uses_history"]
    assert not ask(decider, body, key=key, origin=SHOP, signs=[(sign, b"1")])[1]["uses_history"]


def test_what_is_owed_is_owed_without_a_yes(decider: Decider, server_key: str, data_directory: Path) -> None:
    owed = {"has_open_case": True, "broken_promises": ["call about order 4711"]}
    _, heard = ask(decider, {"moment": TOLD | owed}, key=server_key)
    assert not heard["is_machine"]
    (one,) = decisions(data_directory)
    assert one.guardrails == ("open_case", "broken_promise")
    assert b"4711" not in (data_directory / FILE).read_bytes()


def test_who_was_erased_comes_back_only_by_a_new_yes(decider: Decider, server_key: str, data_directory: Path) -> None:
    answer(granted=True)
    said = datetime.now(UTC)
    ask(decider, {"moment": TOLD}, key=server_key)
    ask_erasure([ANA], by="customer")
    assert not ask(decider, {"moment": TOLD}, key=server_key)[1]["uses_history"], "hidden at once"
    _finish_erasure(data_directory)
    assert not ask(decider, {"moment": TOLD}, key=server_key)[1]["uses_history"]
    answer(granted=True, said_at=said)
    assert not ask(decider, {"moment": TOLD}, key=server_key)[1]["uses_history"], "an old yes, sent again"
    answer(granted=True)
    assert ask(decider, {"moment": TOLD}, key=server_key)[1]["uses_history"], "the customer's own new choice"


def test_answers_that_cannot_be_read_allow_nothing(decider: Decider, server_key: str, data_directory: Path) -> None:
    (data_directory / consents_file.FILE).write_bytes(b"no database" * 100)
    status, heard = ask(decider, {"moment": TOLD}, key=server_key)
    assert (status, heard["uses_history"]) == (200, False)


def _finish_erasure(directory: Path) -> None:
    with EventLog.open(directory) as log:
        (waiting,) = erasures.waiting(log)
        widened = erasures.widen(log, waiting, [ANA])
        erasures.finish(log, widened, at=time.time_ns() // 1000, kept={})
    forget_answers([ANA], until=widened.asked_at)
