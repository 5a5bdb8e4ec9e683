"""/v1/talk/: what is refused before anything is looked at; no test here has a database."""

from __future__ import annotations

import json
from collections.abc import Sequence, Set

import pytest

from tests.web.desk.asking import ask
from tillit_web.desk.live import Hub, News, Topic
from tillit_web.desk.talking import EVENTS, MESSAGES, Talk

HEADERS = {"Authorization": f"Bearer {'a' * 43}", "Content-Type": "application/json"}


class NoNews:
    """Nothing ever happens."""

    def begin(self) -> None:
        """Nothing was before."""

    def news(self, followed: Set[Topic]) -> Sequence[News]:
        """Nothing comes."""
        return ()


@pytest.fixture
def talk() -> Talk:
    """The API, without a database."""
    return Talk(Hub(NoNews()))


@pytest.mark.parametrize(
    "header",
    ["", "Basic YTpi", "Bearer", "Bearer short", f"Bearer {'x' * 87}", f"Bearer {'å' * 43}", f"Bearer {'a' * 40}; x"],
)
def test_without_a_proper_token_nothing_is_looked_at(talk: Talk, header: str) -> None:
    for path, method in ((MESSAGES, "GET"), (MESSAGES, "POST"), (EVENTS, "GET")):
        found = ask(talk, path, method=method, headers={"Authorization": header, "Content-Type": "application/json"})
        assert (found.status, found.json["code"]) == (401, "token_missing")


def test_a_form_of_another_site_opens_no_conversation(talk: Talk) -> None:
    body = json.dumps({"id": "message-1", "text": "x"}).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        found = ask(talk, MESSAGES, method="POST", headers=HEADERS | {"Content-Type": kind}, body=body)
        assert found.status == 415
    preflight = ask(talk, MESSAGES, method="OPTIONS", headers={"Origin": "https://elsewhere.example"})
    assert not any(name.startswith("access-control") for name in preflight.headers)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "json_unreadable"),
        (b"[]", 400, "json_unreadable"),
        (b'{"id":"message-1","text":5}', 400, "json_unreadable"),
        (b'{"id":"x","text":"kort id"}', 400, "json_unreadable"),
        (b'{"id":"message-1","text":"x","owner":"person"}', 400, "json_unreadable"),
        (b"[" * 30_000, 400, "json_unreadable"),
        (json.dumps({"id": "message-1", "text": "x" * 4_001}).encode(), 413, "text_long"),
        (json.dumps({"id": "message-1", "text": "x" * 1_000_000}).encode(), 413, "text_long"),
        (b'{"id":"message-1","text":"\xff"}', 400, "json_unreadable"),
    ],
)
def test_what_is_no_message_is_refused_and_says_why(talk: Talk, body: bytes, status: int, code: str) -> None:
    found = ask(talk, MESSAGES, method="POST", headers=HEADERS, body=body)
    assert (found.status, found.json["code"]) == (status, code)
    assert found.headers["content-type"] == "application/problem+json"
