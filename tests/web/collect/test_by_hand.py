"""What clients of our own do by hand: sign a body, send it again, correct a clock, ask first, ask for an image."""

from __future__ import annotations

import hmac
import json
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection

import pytest

from tests.web.collect.running_shop import Shop, running_shop
from tests.web.collect.test_consent_calls import signing_secret
from tillit_web.collect.limits import Limits


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with running_shop(tmp_path_factory.mktemp("hand")) as running:
        yield running


def test_a_signed_body_speaks_of_known_customers_and_replaying_it_adds_nothing(shop: Shop) -> None:
    yes = {"type": "consent", "granted": True, "userId": "17", "messageId": "hand-yes"}
    known = {"type": "identify", "userId": "17", "traits": {"email": "ana@example.org"}, "messageId": "hand-1"}
    body = json.dumps({"batch": [yes, known]}).encode()
    signature = hmac.new(signing_secret(shop, 2).encode(), body, "sha256").hexdigest()
    for accepted in (2, 0):
        status, said, _ = shop.post("/v1/batch", body, key=shop.browser_key, x_tillit_signature=signature)
        assert (status, said["accepted"], said["duplicate"]) == (200, accepted, 2 - accepted)
    stored = shop.stored()["hand-1"]
    assert (stored.subject_kind, [link.kind for link in stored.links]) == ("customer", ["email"])
    changed = body.replace(b'"17"', b'"18"')
    status, said, _ = shop.post("/v1/batch", changed, key=shop.browser_key, x_tillit_signature=signature)
    assert (status, said["code"]) == (401, "signature_wrong")


@pytest.mark.parametrize(("minutes", "moved"), [(0, False), (4, False), (-90, True), (600, True)])
def test_a_wrong_clock_is_corrected_by_what_it_said_when_sending(shop: Shop, minutes: int, moved: bool) -> None:
    now = datetime.now(UTC)
    sent_at = now + timedelta(minutes=minutes)
    call = {"event": "Chair Tested", "anonymousId": "v", "messageId": f"clock-{minutes}"}
    said = {"timestamp": (sent_at - timedelta(hours=1)).isoformat(), "sentAt": sent_at.isoformat()}
    assert shop.post("/v1/track", call | said, key=shop.server_key)[0] == 200
    event = shop.stored()[f"clock-{minutes}"]
    happened = now - timedelta(hours=1) + timedelta(minutes=0 if moved else minutes)
    assert abs(event.occurred_at - happened.timestamp() * 1e6) < 20e6
    assert abs(event.clock_skew + (minutes * 60e6 if moved else 0)) < 20e6


@pytest.mark.parametrize(("origin", "may"), [("https://shop.example", True), ("https://other.example", False)])
def test_a_browser_that_asks_first_is_told(shop: Shop, origin: str, may: bool) -> None:
    connection = HTTPConnection(shop.url.removeprefix("http://"), timeout=20)
    connection.request("OPTIONS", "/v1/batch", headers={"Origin": origin, "Access-Control-Request-Method": "POST"})
    answer = connection.getresponse()
    connection.close()
    assert answer.status == 204
    assert answer.getheader("Access-Control-Allow-Origin") == (origin if may else None)
    assert "POST" in (answer.getheader("Access-Control-Allow-Methods") or "")
    assert answer.getheader("Access-Control-Allow-Credentials") is None


def test_an_image_counts_and_is_an_image_whatever_happens(shop: Shop) -> None:
    said = {"writeKey": shop.browser_key, "event": "Email Opened", "messageId": "pixel-1", "anonymousId": "v"}
    for query in (said, said, {"writeKey": "tk_wrong"}, {}):
        with urllib.request.urlopen(f"{shop.url}/v1/pixel.gif?{urllib.parse.urlencode(query)}") as answer:
            assert answer.headers["content-type"] == "image/gif"
            assert answer.read().startswith(b"GIF89a")
    event = shop.stored()["pixel-1"]
    assert (event.activity, event.subject_kind) == ("email_opened", "counted")


def test_a_limit_lets_a_burst_through_and_then_its_rate() -> None:
    """By hand: 10 at once, then 2 a second; a network of its own has 4 at once."""
    limits = Limits(key_rate=2, key_burst=10, network_rate=1, network_burst=4, most_buckets=3)
    assert limits.judge(1, "", 10, now=0).wait_seconds == 0
    assert limits.judge(1, "", 3, now=0).wait_seconds == 1.5
    assert limits.judge(1, "", 3, now=1.5).wait_seconds == 0
    assert limits.judge(2, "a", 4, now=1.5).wait_seconds == 0
    assert limits.judge(2, "a", 1, now=1.5).wait_seconds == 1
    unjudged = limits.judge(2, "b", 1, now=1.5)
    assert (unjudged.wait_seconds, unjudged.is_certain) == (0, False), "collection fails open"
