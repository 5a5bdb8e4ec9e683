"""A yes and a no over HTTP: on record before the answer, once, and only for whom the sender may speak."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.collect.running_shop import Shop, running_shop
from tillit.events.key import read_or_create_key
from tillit.events.subject import subject_of
from tillit.vocabulary import IdentifierKind


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with running_shop(tmp_path_factory.mktemp("consents")) as running:
        yield running


def subject(shop: Shop, kind: IdentifierKind, value: str) -> bytes:
    return subject_of(kind, value, key=read_or_create_key(shop.data))


def answers_of(shop: Shop, purpose: str, whose: bytes) -> list[bool]:
    return [granted for named, granted in shop.said(purpose) if named == whose]


def signing_secret(shop: Shop, key_id: int) -> str:
    """As documented for a key's own secret; the second key that was made is the browser's."""
    own = read_or_create_key(shop.data)
    return "ts_" + hmac.digest(own, f"tillit signing {key_id}".encode(), "sha256").hex()


def test_a_server_keeps_an_answer_for_everybody_it_names_once(shop: Shop) -> None:
    call: dict[str, Any] = {
        "userId": "17",
        "traits": {"email": "ana@example.org"},
        "messageId": "marketing-1",
        "purpose": "marketing",
        "channel": "email",
        "granted": True,
        "wording": "2026-1",
        "language": "sv",
        "url": "https://shop.example/kassa",
    }
    for again in (0, 1):
        status, said, _ = shop.post("/v1/consent", call, key=shop.server_key)
        assert (status, said["accepted"], said["duplicate"]) == (200, 1 - again, again)
    whose = {
        subject(shop, IdentifierKind.CUSTOMER, "17"),
        subject(shop, IdentifierKind.EMAIL, "ana@example.org"),
    }
    found = shop.said("marketing")
    assert {named for named, _ in found} == whose
    assert len(found) == 2, "delivered twice, kept once"
    status, said, _ = shop.post("/v1/consent", call | {"granted": False}, key=shop.server_key)
    assert (status, said["code"]) == (409, "id_conflict")
    assert shop.said("marketing") == found, "an id that says something else is no answer"
    assert shop.stored()["marketing-1"].activity == "consent_given"


def test_a_browser_answers_for_itself_alone(shop: Shop) -> None:
    call = {"userId": "18", "anonymousId": "own-1", "granted": True, "messageId": "own", "writeKey": shop.browser_key}
    assert shop.post("/v1/consent", call)[0] == 200
    assert answers_of(shop, "measurement", subject(shop, IdentifierKind.ANONYMOUS, "own-1")) == [True]
    assert answers_of(shop, "measurement", subject(shop, IdentifierKind.CUSTOMER, "18")) == []
    del call["anonymousId"]
    status, said, _ = shop.post("/v1/consent", call | {"messageId": "others"})
    assert (status, said["code"]) == (400, "subject_unproven")
    claim = hmac.new(signing_secret(shop, 2).encode(), b"18\n\n", "sha256").hexdigest()
    signed = call | {"messageId": "signed", "context": {"signature": claim}, "granted": False}
    assert shop.post("/v1/consent", signed)[0] == 200
    assert answers_of(shop, "measurement", subject(shop, IdentifierKind.CUSTOMER, "18")) == [False]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"granted": None}, "granted_missing"),
        ({"granted": "yes"}, "granted_missing"),
        ({"purpose": "service"}, "purpose_unknown"),
        ({"purpose": ["marketing"]}, "purpose_unknown"),
        ({"purpose": "marketing"}, "channel_unclear"),
        ({"channel": "email"}, "channel_unclear"),
        ({"purpose": "marketing", "channel": "pigeon"}, "channel_unclear"),
        ({"anonymousId": None}, "subject_missing"),
    ],
)
def test_an_answer_that_is_none_is_refused(shop: Shop, changed: dict[str, Any], code: str) -> None:
    call = {"anonymousId": "refused", "granted": True, "messageId": f"refused-{changed}"}
    status, said, _ = shop.post("/v1/consent", call | changed, key=shop.server_key)
    assert (status, said["code"]) == (400, code)
    assert subject(shop, IdentifierKind.ANONYMOUS, "refused") not in dict(shop.said("measurement"))
