"""POST /v1/decide and /v1/outcome: who may ask, what is answered, and that the answer is on disk before it is heard."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from argparse import Namespace
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.web.meetings.asking import ask, asked, signed
from tests.web.meetings.conftest import SHOP
from tillit.events.log import EventLog
from tillit.meetings.actions import Action
from tillit.meetings.log import FILE, By, open_log
from tillit_cli.commands import verify
from tillit_web.meetings.app import OUTCOME, Decider

FREE = {"service": {"free": 1, "queue": 0, "wait_seconds": 0.0}}
LOOK_UP = {"errand": "look_up", "customer": "k-1"}


def test_an_answer_is_in_the_log_before_it_is_heard(decider: Decider, server_key: str, data_directory: Path) -> None:
    moment = {"customer": "k-1", "errand": "repair", "stage": "use", "stake": 1240.5, "desk": FREE}
    status, answer = ask(decider, {"moment": moment, "language": "sv"}, key=server_key)
    assert status == 200
    assert (answer["action"], answer["skill"], answer["is_machine"]) == ("person_now", "service", False)
    assert answer["reason"].startswith("Vi möter dig så här enligt vår stående regel")
    with open_log(data_directory) as log:
        (logged,) = log.logged()
    assert logged.decision.id == answer["decision"]
    assert logged.decision.moment.stake_minor == 50_000, "medium: without a yes no finer than the policy asks"
    assert "k-1" not in logged.decision.moment.customer, "a pseudonym"


def test_there_is_always_a_way_to_a_person(decider: Decider, server_key: str) -> None:
    _, nobody = ask(decider, {"moment": LOOK_UP}, key=server_key)
    assert (nobody["action"], nobody["to_person"]["action"]) == ("self_service", "booked_call")
    assert nobody["to_person"]["promised_at"] == pytest.approx(time.time() + 24 * 3600, abs=60)
    desk = {"service": {"free": 0, "queue": 2, "wait_seconds": 240.0}}
    _, waiting = ask(decider, {"moment": LOOK_UP | {"desk": desk}, "language": "nb"}, key=server_key)
    assert waiting["to_person"] == {
        "action": "person_now",
        "skill": "service",
        "wait_seconds": 240.0,
        "promised_at": None,
    }
    assert "omtrent 4 min" in waiting["reason"]


def test_a_browser_asks_with_a_context_that_its_server_signed(decider: Decider, browser_key: tuple[str, str]) -> None:
    key, secret = browser_key
    body = signed(secret, LOOK_UP | {"desk": FREE, "valid_until": time.time() + 60})
    status, answer = ask(decider, body, key=key, origin=SHOP)
    assert (status, answer["action"]) == (200, "self_service")
    status, answer = ask(decider, body | {"asked_for_person": True}, key=key, origin=SHOP)
    assert (status, answer["action"]) == (200, "person_now"), "anyone may ask for a person"


def test_a_browser_cannot_speak_for_itself(
    decider: Decider, browser_key: tuple[str, str], data_directory: Path
) -> None:
    key, secret = browser_key
    good = LOOK_UP | {"valid_until": time.time() + 60}
    for body, code in [
        ({"moment": good}, "signature_wrong"),
        (signed("guessed", good), "signature_wrong"),
        (signed(secret, good) | {"signed": json.dumps(good | {"customer": "k-2"})}, "signature_wrong"),
        (signed(secret, LOOK_UP), "context_old"),
        (signed(secret, LOOK_UP | {"valid_until": time.time() - 1}), "context_old"),
    ]:
        status, answer = ask(decider, body, key=key, origin=SHOP)
        assert (status, answer["code"]) == (401, code)
    status, answer = ask(decider, signed(secret, good), key=key, origin="https://evil.example")
    assert (status, answer["code"]) == (403, "origin_unknown")
    with open_log(data_directory) as log:
        assert not list(log.logged())


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "request_unreadable"),
        ({"moment": {"errand": "sing", "customer": "k"}}, "request_unreadable"),
        ({"moment": LOOK_UP | {"employee": "bo"}}, "request_unreadable"),
        ({"moment": LOOK_UP | {"desk": {"service": {"free": -1}}}}, "request_unreadable"),
        ({"moment": {"errand": "look_up"}}, "customer_missing"),
        ({"moment": LOOK_UP | {"stake": -1}}, "stake_wrong"),
        ({"moment": LOOK_UP | {"skill": "Bo Ek"}}, "moment_wrong"),
        ({"moment": LOOK_UP | {"known_at": {"stake": 4e9}}}, "moment_wrong"),
        ({}, "moment_missing"),
    ],
)
def test_what_cannot_be_decided_is_told_by_name(decider: Decider, server_key: str, body: Any, code: str) -> None:
    status, answer = ask(decider, body, key=server_key)
    assert (status, answer["code"]) == (400, code)


def test_without_a_key_nothing_is_decided(decider: Decider) -> None:
    for key in ("", "wk_unknown"):
        assert ask(decider, {"moment": LOOK_UP}, key=key)[0] == 401
    assert ask(decider, {}, key="", method="GET")[0] == 405


def test_what_followed_is_told_afterwards(
    decider: Decider, server_key: str, browser_key: tuple[str, str], data_directory: Path
) -> None:
    _, answer = ask(decider, {"moment": LOOK_UP}, key=server_key)
    name = answer["decision"]
    told = {"decision": name, "delivered": "booked_call", "by": "customer", "skill": "service"}
    assert ask(decider, told, key=server_key, path=OUTCOME)[0] == 200
    assert ask(decider, {"decision": name, "good": True, "value": 12.5}, key=server_key, path=OUTCOME)[0] == 200
    assert ask(decider, {"decision": name, "good": True}, key=browser_key[0], path=OUTCOME)[0] == 403
    assert ask(decider, {"decision": "none", "good": True}, key=server_key, path=OUTCOME)[0] == 409
    assert ask(decider, {"decision": name}, key=server_key, path=OUTCOME)[0] == 400
    with open_log(data_directory) as log:
        (logged,) = log.logged()
    assert logged.delivered is not None
    assert logged.outcome is not None
    assert (logged.delivered.action, logged.delivered.by) == (Action.BOOKED_CALL, By.CUSTOMER)
    assert (logged.outcome.good, logged.outcome.value_minor) == (True, 1250)
    assert logged.decision.action is Action.SELF_SERVICE, "what was assigned stands"


def test_many_at_once_are_all_logged_once(decider: Decider, server_key: str, data_directory: Path) -> None:
    async def all_of_them() -> list[Any]:
        bodies = [{"moment": {"customer": f"k-{place}", "errand": "choose"}} for place in range(200)]
        return list(await asyncio.gather(*(asked(decider, body, key=server_key) for body in bodies)))

    answers = asyncio.run(all_of_them())
    assert {status for status, _ in answers} == {200}
    with open_log(data_directory) as log:
        assert {one.decision.id for one in log.logged()} == {answer["decision"] for _, answer in answers}


def test_a_changed_log_is_found(
    decider: Decider, server_key: str, data_directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask(decider, {"moment": LOOK_UP}, key=server_key)
    EventLog.open(data_directory).close()
    command = Namespace(data=data_directory)
    assert verify.run(command) == 0
    with closing(sqlite3.connect(data_directory / FILE)) as connection, connection:
        connection.execute("drop trigger decision_body_stays")
        connection.execute("update decision_body set content = cast('{}' as blob)")
    assert verify.run(command) == 1
    assert "decision 1: changed" in capsys.readouterr().out
