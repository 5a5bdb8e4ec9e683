"""A payload is cleaned at any depth, and stays what it was where nothing had to go."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillit.events.personal_numbers import PERSONAL_NUMBER
from tillit.events.scrubbing import DEEPEST, MOST_VALUES, TOO_DEEP, TOO_MANY, scrub

ANA = "850709-9805"  # a number that Skatteverket gives out for tests
CARD = "4111 1111 1111 1111"
# No digits: a word made of them may be a number of its own.
WORDS = st.text("abc åäö.,!", max_size=20)
NAMES = st.text("abcdefgh", min_size=1, max_size=8)
VALUES = st.recursive(
    st.one_of(WORDS, st.integers(-999, 999), st.booleans(), st.none(), st.floats(allow_nan=False)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=20,
)


@st.composite
def planted(draw: st.DrawFn) -> tuple[dict[str, object], str]:
    """A payload with one number somewhere in it, between words."""
    secret = draw(st.sampled_from([ANA, "8507099805", "198507099805", CARD, "4111111111111111", "131052-308T"]))
    value: object = f"{draw(WORDS)} {secret} {draw(WORDS)}"
    for _ in range(draw(st.integers(0, DEEPEST - 2))):
        value = [draw(VALUES), value] if draw(st.booleans()) else {draw(NAMES): value, draw(NAMES) + "2": draw(VALUES)}
    return {draw(NAMES): value, "type": "track"}, secret


@given(planted())
def test_a_planted_number_is_gone_at_any_depth(made: tuple[dict[str, object], str]) -> None:
    payload, secret = made
    assert secret in json.dumps(payload)
    assert secret not in json.dumps(scrub(payload))


@given(st.dictionaries(NAMES, VALUES, max_size=4))
def test_nothing_else_changes(payload: dict[str, object]) -> None:
    assert scrub(payload) == payload


def test_a_payload_keeps_what_it_is_about() -> None:
    payload = {
        "type": "track",
        "messageId": "550e8400-e29b-41d4-a716-850709980504",
        "userId": "8507099805",  # hashed before it is written
        "timestamp": "2026-11-22T04:29:11.123Z",
        "properties": {
            "order_id": "8507099805",
            "orderNumber": "240501-1234",
            "products": [{"ean": "4006381333931", "sku": "8507099805", "price": 199.0, "quantity": 2}],
            "phone": "0701234567",
            "total": 19900,
        },
        "traits": {"email": "ana@example.org", "name": "Ana"},
    }
    assert scrub(payload) == payload


@pytest.mark.parametrize(
    ("payload", "kept"),
    [
        ({"ip": "203.0.113.77"}, {"ip": "203.0.113.0/24"}),
        ({"userAgent": "curl/8.5.0"}, {"userAgent": "curl 8 program"}),
        ({"url": "https://x.example/a?token=b"}, {"url": "https://x.example/a"}),
        ({"page_location": "https://x.example/a?token=b"}, {"page_location": "https://x.example/a"}),
        ({"path": "/a?token=b"}, {"path": "/a"}),
        ({"search": "?token=b&utm_source=c"}, {"search": "?utm_source=c"}),
        ({"search": "löparskor?"}, {"search": "löparskor?"}),
        ({"text": "se https://x.example/a?token=b nu"}, {"text": "se https://x.example/a nu"}),
        ({"anything": "https://x.example/?email=ana@example.org"}, {"anything": "https://x.example/"}),
        ({"order_id": f"order {ANA}"}, {"order_id": f"order {PERSONAL_NUMBER}"}),
        ({"personnummer": "något annat"}, {"personnummer": PERSONAL_NUMBER}),
        ({"personnummer": 8507099805}, {"personnummer": PERSONAL_NUMBER}),
        ({"count": 198507099805}, {"count": PERSONAL_NUMBER}),
        ({ANA: 1}, {PERSONAL_NUMBER: 1}),
        ({"gclid": "Cj0KCQ"}, {"gclid": "1"}),
        ({"li_fat_id": "abc"}, {"li_fat_id": "1"}),
        ({"password": "hemligt"}, {"password": "[not kept]"}),
        ({"advertisingId": "7A3CBBA0"}, {"advertisingId": "[not kept]"}),
    ],
)
def test_known_fields(payload: dict[str, object], kept: dict[str, object]) -> None:
    assert scrub(payload) == kept


def test_deep_and_wide_payloads_end_somewhere() -> None:
    deep: dict[str, object] = {"secret": ANA}
    for _ in range(5_000):
        deep = {"a": deep}
    assert TOO_DEEP in str(scrub(deep))
    wide = scrub({"a": [0] * (MOST_VALUES + 50)})["a"]
    assert isinstance(wide, list)
    assert wide.count(TOO_MANY) == 51  # the list itself is one of the values
    long = scrub({"a": "x" * 100_000})["a"]
    assert isinstance(long, str)
    assert len(long) < 20_000
