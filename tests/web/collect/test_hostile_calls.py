"""Whatever is sent, each request is answered with its status, a code and what to do; and nothing is half stored."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tillit.events.hot import HotEvent, unpack
from tillit.events.log import EventLog
from tillit.events.sealing import seal
from tillit.events.segments import SegmentKind
from tillit.journeys.build import build_store
from tillit.journeys.store import OrderedStore
from tillit.vocabulary import MeasurementMode
from tillit_web.collect.app import Collector
from tillit_web.collect.committer import Committer
from tillit_web.collect.keyring import KeyFacts, KeyRing, Ring
from tillit_web.collect.limits import Limits
from tillit_web.collect.sqlite_storage import SqliteStorage

NONE: Mapping[str, str] = {}
KEYS = {
    "server": KeyFacts(1, True, frozenset(), "ts_s"),
    "page": KeyFacts(2, False, frozenset({"https://a.example"}), ""),
}


class TwoKeys(KeyRing):
    """A server's key and a page's, without a database."""

    async def find(self, text: str) -> tuple[KeyFacts | None, Ring]:
        return KEYS.get(text), Ring({}, frozenset({"https://a.example"}), "SEK", "SE", MeasurementMode.WITH_CONSENT)

    async def mode(self) -> MeasurementMode:
        return MeasurementMode.WITH_CONSENT

    async def origins(self) -> frozenset[str]:
        return frozenset({"https://a.example"})


@dataclass(frozen=True, slots=True)
class Answered:
    status: int
    content_type: str
    said: dict[str, Any]


class Shop:
    """A collector on a directory of its own, asked without a network."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._committer = Committer(lambda: SqliteStorage.open(folder))
        self._app = Collector(TwoKeys(), self._committer, Limits(), key=b"k" * 32)

    def close(self) -> None:
        self._committer.stop()

    def ask(
        self,
        path: str,
        body: bytes,
        headers: Mapping[str, str] = NONE,
        *,
        key: str = "server",
        method: str = "POST",
        query: bytes = b"",
    ) -> Answered:
        sent = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
        if key:
            sent.append((b"authorization", b"Basic " + base64.b64encode(f"{key}:".encode())))
        heard: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            heard.append(dict(message))

        scope = {"type": "http", "method": method, "path": path, "query_string": query, "headers": sent}
        asyncio.run(self._app({**scope, "client": ("192.0.2.7", 1)}, receive, send))
        start, end = heard
        content_type = dict(start["headers"])[b"content-type"].decode()
        said = json.loads(end["body"]) if "json" in content_type else {}
        return Answered(start["status"], content_type, said)

    def stored(self) -> list[HotEvent]:
        """What is on stable storage."""
        storage = SqliteStorage.open(self.folder)
        try:
            lines = storage.hours(since=0)
            assert all(line.received == line.accepted + line.duplicate + line.rejected for line in lines)
            events = [unpack(row.event) for row in storage.unsealed(after=0, limit=10**6)]
            assert len(events) == sum(line.accepted for line in lines)
            assert len(storage.failed(limit=10**6)) == sum(line.rejected for line in lines)
            return events
        finally:
            storage.close()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    opened = Shop(tmp_path)
    try:
        yield opened
    finally:
        opened.close()


def call(**said: object) -> dict[str, object]:
    return {
        "type": "track",
        "event": "Chair Tested",
        "userId": "ana",
        "messageId": "m-1",
        "timestamp": "2026-02-01T10:00:00Z",
        **said,
    }


def text(**said: object) -> bytes:
    return json.dumps(call(**said)).encode()


def raw(field: str, written: str) -> bytes:
    """A call with a field as written, however wrong."""
    rest = json.dumps({name: value for name, value in call().items() if name != field})
    return f'{rest[:-1]}, "{field}": {written}}}'.encode("utf-8", "surrogatepass")


def batch(*calls: object) -> bytes:
    return json.dumps({"batch": [call(messageId="good-1"), *calls, call(messageId="good-2")]}).encode()


BOMB = gzip.compress(b'{"batch":[' + b" " * 200_000_000 + b"]}", 1)
NESTED = b"[" * 15_000 + b"]" * 15_000


def order(written: str, *, currency: str = "SEK") -> bytes:
    """An order whose total is as written, however wrong."""
    return raw("event", f'"Order Completed", "properties": {{"total": {written}, "currency": "{currency}"}}')


STATUS = {"event_large": 413, "batch_large": 413, "too_many": 413, "encoding_unknown": 415, "address_unknown": 404}
STATUS |= {"signature_wrong": 401}
GZIP = {"content_encoding": "gzip"}

Row = tuple[str, str, str, bytes] | tuple[str, str, str, bytes, dict[str, str]]

# code, name, address, body, headers
REFUSED: list[Row] = [
    ("json_unreadable", "no body", "track", b""),
    ("json_unreadable", "no JSON", "track", b"hello"),
    ("json_unreadable", "broken JSON", "track", b'{"event": "x"'),
    ("json_unreadable", "a list instead of an object", "track", b"[1, 2]"),
    ("json_unreadable", "a number", "track", b"17"),
    ("json_unreadable", "null", "batch", b"null"),
    ("json_unreadable", "two objects", "track", b"{}{}"),
    ("json_unreadable", "nested 15,000 deep", "track", b'{"properties":' + NESTED + b"}"),
    ("json_unreadable", "a batch nested deeply", "batch", b'{"batch":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    ("json_unreadable", "NaN", "track", raw("value", "NaN")),
    ("json_unreadable", "Infinity", "track", raw("value", "Infinity")),
    ("json_unreadable", "a batch that is no list", "batch", b'{"batch": "x"}'),
    ("batch_missing", "a batch without calls", "batch", b"{}"),
    ("json_unreadable", "UTF-16", "track", text().decode().encode("utf-16")),
    ("json_unreadable", "Latin-1", "track", b'{"event": "K\xf6p", "userId": "ana", "messageId": "m"}'),
    ("json_unreadable", "overlong UTF-8", "track", b'{"event": "\xc0\xaf", "userId": "ana", "messageId": "m"}'),
    ("json_unreadable", "a surrogate as bytes", "track", b'{"event": "\xed\xa0\x80", "userId": "ana"}'),
    ("json_unreadable", "NUL bytes", "track", b"\0" * 100),
    ("json_unreadable", "a byte order mark of UTF-32", "track", b"\xff\xfe\0\0{}"),
    ("json_unreadable", "a control character", "track", b'{"event": "a\nb", "userId": "ana", "messageId": "m"}'),
    ("gzip_broken", "gzip that is none", "track", text(), GZIP),
    ("gzip_broken", "gzip cut off", "track", gzip.compress(text())[:-9], GZIP),
    ("batch_large", "a gzip bomb", "batch", BOMB[:500_000], GZIP),
    ("encoding_unknown", "deflate", "track", zlib.compress(text()), {"content_encoding": "deflate"}),
    ("encoding_unknown", "brotli", "track", text(), {"content_encoding": "br"}),
    ("json_unreadable", "gzip in gzip", "track", gzip.compress(gzip.compress(text())), GZIP),
    ("event_large", "a call too large", "track", text(properties={"x": "y" * 40_000})),
    ("batch_large", "a batch too large", "batch", b'{"batch": [' + b" " * 600_000 + b"]}"),
    ("too_many", "too many calls", "batch", b'{"batch": [' + b"{}," * 2_600 + b"{}]}"),
    ("json_unreadable", "5,000 digits as id", "track", raw("userId", "9" * 5_000)),
    ("id_illegal", "an id of a megabyte's kind", "track", text(messageId="x" * 5_000)),
    ("id_illegal", "an id with a line break", "track", text(messageId="a\nb")),
    ("id_illegal", "an id with NUL", "track", text(messageId="a\0b")),
    ("id_illegal", "an id that is an object", "track", text(userId={"__proto__": {"admin": True}})),
    ("id_illegal", "an id that is a list", "track", text(anonymousId=["a", "b"])),
    ("id_illegal", "an id that is true", "track", text(userId=True)),
    ("json_unreadable", "a lone surrogate as id", "track", raw("userId", '"\\ud800"')),
    ("json_unreadable", "a lone surrogate in a property", "track", raw("properties", '{"a": "\\udfff"}')),
    ("subject_missing", "the id null", "track", text(userId="null")),
    ("subject_missing", "the id [object Object]", "track", text(userId="[object Object]")),
    ("subject_missing", "the ids guest and 0", "track", text(userId="guest", anonymousId="0")),
    ("subject_missing", "nobody", "track", text(userId=None)),
    ("event_missing", "no event", "track", text(event=None)),
    ("event_missing", "an event of blanks", "track", text(event="  ")),
    ("event_missing", "an event that is an object", "track", text(event={"toString": "x"})),
    ("message_id_missing", "neither id nor time", "track", text(messageId=None, timestamp=None)),
    ("text_illegal", "a NUL in a text", "track", text(properties={"a": "b\0c"})),
    ("timestamp_unreadable", "a time in words", "track", text(timestamp="yesterday")),
    ("timestamp_unreadable", "a time that is a number", "track", text(timestamp=1_772_000_000)),
    ("timestamp_unreadable", "the 31st of February", "track", text(timestamp="2026-02-31T10:00:00Z")),
    ("json_unreadable", "a time of 5,000 digits", "track", raw("timestamp", "1" * 5_000)),
    ("timestamp_out_of_range", "the year 1", "track", text(timestamp="0001-01-01T00:00:00+14:00")),
    ("timestamp_out_of_range", "the year 9999", "track", text(timestamp="9999-12-31T23:59:59-14:00")),
    ("amount_unreadable", "money in words", "track", order('"a lot"')),
    ("amount_unreadable", "a tenth of an öre", "track", order("1.001")),
    ("amount_unreadable", "money beyond all banks", "track", order("1e400")),
    ("amount_unreadable", "money with an endless exponent", "track", order('"1e999999999"')),
    ("amount_unreadable", "money that is NaN", "track", order('"NaN"')),
    ("json_unreadable", "money of 5,000 digits", "track", order("7" * 5_000)),
    ("currency_missing", "a currency that is none", "track", order("5", currency="kronor")),
    ("address_unknown", "no such address", "delete", text()),
    ("address_unknown", "a path upwards", "../admin", text()),
    ("signature_wrong", "a signature that is none", "track", text(), {"x_tillit_signature": "00"}),
    ("signature_wrong", "a signature in no encoding", "track", text(), {"x_tillit_signature": "\xff\xfe"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "address", "body", "headers"),
    [(code, address, body, *(headers or ({},))) for code, _, address, body, *headers in REFUSED],
    ids=[row[1] for row in REFUSED],
)
def test_a_refused_request_says_why_and_stores_nothing(
    shop: Shop, code: str, address: str, body: bytes, headers: dict[str, str]
) -> None:
    answered = shop.ask(f"/v1/{address}", body, headers)
    status = STATUS.get(code, 400)
    assert (answered.status, answered.said.get("code")) == (status, code), answered
    assert answered.content_type == "application/problem+json"
    assert answered.said["status"] == status
    assert answered.said["hint"]
    assert shop.stored() == []


# name, one call of a batch, its code; empty where it is taken as it stands
IN_A_BATCH: list[tuple[str, object, str]] = [
    ("null", None, "json_unreadable"),
    ("a number", 5, "json_unreadable"),
    ("a list", [call()], "json_unreadable"),
    ("an empty object", {}, "type_unknown"),
    ("a type of ours alone", call(type="erase"), "type_unknown"),
    ("a type that is a list", call(type=["track"]), "type_unknown"),
    ("too large", call(properties={"x": "y" * 33_000}), "event_large"),
    ("an endless id", call(userId="u" * 3_000), "id_illegal"),
    ("a time ahead", call(timestamp="2999-01-01T00:00:00Z"), "timestamp_out_of_range"),
    ("another's id with other content", call(messageId="good-1", event="Other"), "id_conflict"),
    ("__proto__", call(properties={"__proto__": {"admin": True}, "constructor": "x"}), ""),
    ("a formula", call(event='=HYPERLINK("http://x";"y")', properties={"=1+1": "@SUM(A1)"}), ""),
    ("a script everywhere", call(event="<script>alert(1)</script>", properties={"<img>": "'\"><svg>"}), ""),
    ("SQL", call(event="'; drop table hot; --", userId="' or 1=1 --"), ""),
    ("right-to-left override", call(event="abc\u202egnp.exe"), ""),
    ("an alias to oneself", call(type="alias", previousId="ana"), ""),
    ("a group without traits", call(type="group", groupId="g"), ""),
    ("properties that are a list", call(properties=[1, 2]), ""),
    ("context that is a text", call(context="x"), ""),
    ("traits that are a number", call(type="identify", traits=7), ""),
    ("sentAt that is no time", call(sentAt={"a": 1}), ""),
    ("a property nested 200 deep", call(properties=json.loads('{"a":' * 200 + "1" + "}" * 200)), ""),
    ("3,000 properties", call(properties={f"p{n}": n for n in range(2_000)}), ""),
]  # fmt: skip


@pytest.mark.parametrize(("bad", "code"), [row[1:] for row in IN_A_BATCH], ids=[row[0] for row in IN_A_BATCH])
def test_one_bad_call_of_a_batch_harms_no_other(shop: Shop, bad: object, code: str) -> None:
    answered = shop.ask("/v1/batch", batch(bad))
    assert answered.status == 200
    rejected = [(line["index"], line["code"], bool(line["hint"])) for line in answered.said["rejected"]]
    assert rejected == ([(1, code, True)] if code else [])
    assert answered.said["received"] == 3
    assert answered.said["accepted"] == 3 - len(rejected)
    names = {event.event_id for event in shop.stored()}
    assert names == {"good-1", "good-2"} | ({"m-1"} if not code else set())


@pytest.mark.parametrize(
    ("key", "headers", "status", "code"),
    [
        ("", {}, 401, "key_missing"),
        ("nobody's", {}, 401, "key_unknown"),
        ("", {"authorization": "Basic !!!"}, 401, "key_missing"),
        ("", {"authorization": "Digest x"}, 401, "key_missing"),
        ("", {"authorization": "Bearer \xff"}, 401, "key_unknown"),
        ("page", {"origin": "https://b.example"}, 403, "origin_unknown"),
        ("page", {"origin": "null"}, 403, "origin_unknown"),
        ("page", {"origin": "https://a.example"}, 400, "subject_unproven"),
    ],
)
def test_who_may_not_send_is_told_so(shop: Shop, key: str, headers: dict[str, str], status: int, code: str) -> None:
    answered = shop.ask("/v1/track", text(), headers, key=key)
    assert (answered.status, answered.said["code"]) == (status, code)
    assert shop.stored() == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "TRACE"])
def test_other_methods_are_refused(shop: Shop, method: str) -> None:
    answered = shop.ask("/v1/track", b"", method=method)
    assert (answered.status, answered.said["code"]) == (405, "method_unknown")


@pytest.mark.parametrize(
    "query", [b"", b"writeKey=", b"writeKey=%ff", b"writeKey=server&event=%00&anonymousId=a", b"&&&="]
)
def test_a_pixel_is_never_a_server_error(shop: Shop, query: bytes) -> None:
    assert shop.ask("/v1/pixel.gif", b"", method="GET", key="", query=query).status < 500
    assert shop.stored() == []


def test_a_name_that_comes_twice_is_refused_since_either_may_be_meant(shop: Shop) -> None:
    twice = b'{"event": "First", "event": "Second", "userId": "ana", "messageId": "m"}'
    answered = shop.ask("/v1/track", twice)
    assert (answered.status, answered.said["code"]) == (400, "json_unreadable")
    assert shop.stored() == []


def test_a_ring_of_aliases_and_thousands_to_one_are_built_and_lose_no_event(shop: Shop) -> None:
    """Whether they are one person is for the rules to say; that each event is there once is not.

    4,000, since 100,000 calls take minutes to send; tests/identity/test_many_to_one.py resolves that many links.
    """
    ring = [call(type="alias", messageId=f"r{n}", previousId=f"p{n}", userId=f"p{(n + 1) % 50}") for n in range(50)]
    many = [call(type="alias", messageId=f"m{n}", previousId=f"q{n}", userId="hub") for n in range(4_000)]
    calls = ring + many
    for begin in range(0, len(calls), 2_000):
        answered = shop.ask("/v1/batch", json.dumps({"batch": calls[begin : begin + 2_000]}).encode())
        assert (answered.status, answered.said["rejected"]) == (200, [])
    storage = SqliteStorage.open(shop.folder)
    with EventLog.open(shop.folder) as log:
        seal(log, storage, keep_contacts=lambda _: None, work=shop.folder / "work")
        build_store(log.sound(SegmentKind.EVENTS), log.sound(SegmentKind.LINKS), shop.folder / "built")
    storage.close()
    built = OrderedStore.open(shop.folder / "built")
    assert sum(bucket.read("events", ["occurred_at"]).num_rows for bucket in built.buckets) == len(calls)
