"""The clients people have, as they are, against a running server; and the same by hand, over plain HTTP."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest
import rudderstack.analytics.client as rudder
import segment.analytics.client as segment

from tests.web.collect.running_shop import Shop, running_shop


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with running_shop(tmp_path_factory.mktemp("shop")) as running:
        yield running


@pytest.mark.parametrize("packed", [False, True])
def test_segments_python_client_works_unchanged(shop: Shop, packed: bool) -> None:
    refused: list[object] = []
    client = segment.Client(
        shop.server_key, host=shop.url, gzip=packed, max_retries=0, on_error=lambda error, _: refused.append(error)
    )
    name = f"segment-{packed}"
    client.track("ana", "Order Completed", {"revenue": 99.5, "currency": "SEK", "order_id": name}, message_id=name)
    client.identify("ana", {"email": "ana@example.org"}, anonymous_id="a-1", message_id=f"{name}-i")
    client.page("ana", "Shop", "Home", message_id=f"{name}-p")
    client.screen("ana", "App", "Start", message_id=f"{name}-s")
    client.group("ana", "company-1", message_id=f"{name}-g")
    client.alias("a-2", "ana", message_id=f"{name}-a")
    client.flush()
    client.join()
    assert refused == []
    stored = shop.stored()
    order = stored[name]
    assert (order.activity, order.amount_minor, order.currency, order.object) == (
        "order_completed",
        9950,
        "SEK",
        name,
    )
    assert {stored[f"{name}-{kind}"].activity for kind in "ipsga"} == {
        "identified",
        "page_viewed",
        "screen_viewed",
        "group_joined",
    }
    assert [link.kind for link in stored[f"{name}-i"].links] == ["email", "anonymous"]


def test_rudderstacks_python_client_works_unchanged(shop: Shop) -> None:
    refused: list[object] = []
    client = rudder.Client(
        shop.server_key, host=shop.url, max_retries=0, on_error=lambda error, _: refused.append(error)
    )
    client.track("ana", "Product Viewed", {"sku": "s-1"}, message_id="rudder-1")
    client.track("bo", "Product Viewed", {"sku": "s-2"}, message_id="rudder-2")
    client.flush()
    client.join()
    assert refused == []
    stored = shop.stored()
    assert [stored[name].activity for name in ("rudder-1", "rudder-2")] == ["product_viewed"] * 2


def test_the_answer_says_what_became_of_each_event(shop: Shop) -> None:
    track = {"type": "track", "event": "Chair Tested", "anonymousId": "v-1", "timestamp": "2026-03-01T10:00:00Z"}
    batch = [
        track | {"messageId": "each-1"},
        track | {"messageId": "each-1"},
        track | {"messageId": "each-1", "event": "Sofa Tested"},
        track | {"messageId": "each-2", "timestamp": "yesterday"},
        {"type": "nonsense", "messageId": "each-3"},
    ]
    status, said, _ = shop.post("/v1/batch", {"batch": batch, "writeKey": shop.server_key})
    assert status == 200
    assert (said["received"], said["accepted"], said["duplicate"]) == (5, 1, 1)
    assert [(one["index"], one["code"]) for one in said["rejected"]] == [
        (2, "id_conflict"),
        (3, "timestamp_unreadable"),
        (4, "type_unknown"),
    ]


def test_a_browser_may_send_from_its_own_site_only(shop: Shop) -> None:
    call = {"event": "Chair Tested", "anonymousId": "v-2", "messageId": "origin-1", "writeKey": shop.browser_key}
    status, said, headers = shop.post("/v1/track", call, origin="https://shop.example", content_type="text/plain")
    assert (status, said["accepted"]) == (200, 1)
    assert headers["access-control-allow-origin"] == "https://shop.example"
    status, said, headers = shop.post("/v1/track", call, origin="https://other.example")
    assert (status, said["code"]) == (403, "origin_unknown")
    assert "access-control-allow-origin" not in headers


def test_a_browser_may_not_speak_of_a_known_customer_unless_signed(shop: Shop) -> None:
    call: dict[str, Any] = {"userId": "ana", "anonymousId": "v-3", "traits": {"email": "ana@example.org"}}
    yes = {"anonymousId": "v-3", "granted": True, "messageId": "claim-0", "writeKey": shop.browser_key}
    assert shop.post("/v1/consent", yes)[0] == 200
    shop.post("/v1/identify", call | {"messageId": "claim-1", "writeKey": shop.browser_key})
    assert shop.stored()["claim-1"].subject_kind == "anonymous"
    assert shop.stored()["claim-1"].links == ()
    status, said, _ = shop.post("/v1/identify", {"userId": "ana", "messageId": "claim-2", "writeKey": shop.browser_key})
    assert (status, said["code"]) == (400, "subject_unproven")


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"{", {}, 400, "json_unreadable"),
        (b"[" * 100_000, {}, 400, "json_unreadable"),
        (b'{"batch": 7}', {}, 400, "json_unreadable"),
        (b"{}", {}, 400, "batch_missing"),
        (b"x" * 600_000, {}, 413, "batch_large"),
        (gzip.compress(b" " * 50_000_000), {"content_encoding": "gzip"}, 413, "batch_large"),
        (b"no gzip", {"content_encoding": "gzip"}, 400, "gzip_broken"),
        (gzip.compress(b'{"batch": []}')[:-9], {"content_encoding": "gzip"}, 400, "gzip_broken"),
        (b"{}", {"content_encoding": "br"}, 415, "encoding_unknown"),
    ],
)
def test_a_body_that_cannot_be_taken_is_answered_with_a_code_and_a_hint(
    shop: Shop, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    found, said, answer_headers = shop.post("/v1/batch", body, key=shop.server_key, **headers)
    assert (found, said["code"]) == (status, code)
    assert said["hint"]
    assert answer_headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(("key", "code"), [("", "key_missing"), ("tk_wrong", "key_unknown")])
def test_without_a_key_nothing_is_taken(shop: Shop, key: str, code: str) -> None:
    status, said, _ = shop.post("/v1/track", {"event": "x", "anonymousId": "v", "messageId": "nokey"}, key=key)
    assert (status, said["code"]) == (401, code)
    assert "nokey" not in shop.stored()


@pytest.mark.parametrize("sign", ["sec_gpc", "dnt"])
def test_of_a_browser_that_says_no_nothing_is_kept(shop: Shop, sign: str) -> None:
    """A server's key speaks for what its own company did, and goes on."""
    call = {"type": "page", "anonymousId": "no", "messageId": f"no-{sign}"}
    _, told, _ = shop.post("/v1/page", call, key=shop.browser_key, **{sign: "1"})
    assert told["received"] == told["accepted"] == 0
    assert call["messageId"] not in shop.stored()
    shop.post("/v1/page", call, key=shop.server_key, **{sign: "1"})
    assert call["messageId"] in shop.stored()


def test_an_event_keeps_which_kind_of_program_made_it(shop: Shop) -> None:
    agent = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
    call = {"type": "page", "anonymousId": "a", "messageId": "program-1", "context": {"webdriver": True}}
    shop.post("/v1/page", call, key=shop.browser_key, user_agent=agent)
    relayed = {"type": "page", "anonymousId": "a", "messageId": "program-2", "context": {"userAgent": agent}}
    shop.post("/v1/page", relayed, key=shop.server_key, user_agent="python-requests/2.32")
    stored = shop.stored()
    kept = [json.loads(stored[name].properties or "{}") for name in ("program-1", "program-2")]
    assert kept == [{"agent": "Googlebot 2 program", "webdriver": "true"}, {"agent": "Googlebot 2 program"}]
