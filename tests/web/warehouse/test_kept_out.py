"""What comes of an erased person afterwards stays out: refused calls, and files that a program sends again."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client

from tests.web.warehouse.test_import_over_http import basic
from tillit.events import erasures
from tillit.events.key import read_or_create_key
from tillit.events.log import EventLog
from tillit.events.subject import subject_of
from tillit.vocabulary import IdentifierKind
from tillit_web.collect import actions
from tillit_web.collect.queries import storage
from tillit_web.collect.storage import Refusal
from tillit_web.jobs.worker import do_waiting_jobs
from tillit_web.people.models import Company, Contact
from tillit_web.warehouse.erasing import erase_waiting, keep_out

pytestmark = pytest.mark.django_db(transaction=True)

ANA, CANARY = "ana@example.org", "the-blue-canary"
ORDERS = f"""order_id,email,phone,ordered_at,event,total,currency,note
o-1,{ANA},070-174 06 05,2026-03-01 10:00:00,order_completed,199.00,SEK,{CANARY}
o-2,bo@example.org,,2026-03-01 11:00:00,order_completed,299.00,SEK,quick
o-3,{ANA},,not a time,order_completed,99.00,SEK,{CANARY}
""" + "".join(f"p-{n},eva{n}@example.org,,2026-03-01 12:00:00,order_completed,10.00,SEK,fine\n" for n in range(20))


@pytest.fixture
def ana_erased(data_directory: Path, company: Company) -> bytes:
    ana = subject_of(IdentifierKind.EMAIL, ANA, key=read_or_create_key(data_directory))
    with EventLog.open(data_directory) as log:
        erasures.ask(log, [ana], by="owner", at=time.time_ns() // 1_000)
    erase_waiting()
    return ana


def refused(raw: bytes, at: int) -> Refusal:
    return Refusal(key_id=1, received_at=at, code="event_missing", reason=json.dumps(["A call", {}]), raw=raw)


def call(who: str, **more: object) -> bytes:
    return json.dumps({"type": "track", "userId": "x", "traits": {"email": who}, **more}).encode()


def test_a_refused_call_of_the_time_before_leaves_and_others_stay(data_directory: Path, ana_erased: bytes) -> None:
    now = time.time_ns() // 1_000
    before = "2026-03-01T10:00:00Z"
    goes = [
        call(ANA, timestamp=before),
        call(ANA, timestamp="some day"),
        b'{"broken": "' + ANA.encode() + b'"',
        call("someone else", timestamp=before, properties={"note": f"ask {ANA}"}),
    ]
    stays = [
        call(ANA),  # live: she has come back
        call(ANA, timestamp=datetime.fromtimestamp(now / 1e6 + 60, UTC).isoformat()),
        call("bo@example.org", timestamp=before),
        b"not JSON at all",
    ]
    with storage() as opened:
        opened.accept([refused(raw, now) for raw in (*goes, *stays)])
    assert keep_out(since=now - 1) == len(goes)
    with storage() as opened:
        assert sorted(line.raw for line in opened.failed(limit=100)) == sorted(stays)
    assert keep_out(since=0) == 0


def test_a_file_sent_again_brings_back_neither_events_nor_rows_that_could_not_be_read(
    data_directory: Path, ana_erased: bytes, client: Client
) -> None:
    headers = {"authorization": basic(actions.create_key("till").text)}
    sent = client.post("/v1/import?name=orders.csv", ORDERS.encode(), content_type="text/csv", headers=headers)
    do_waiting_jobs()
    told = client.get(sent.json()["receipt_at"], headers=headers).json()
    assert told["state"] == "done", told
    assert told["rows"] == {"rows": 23, "accepted": 21, "duplicate": 1, "rejected": 1, "events": 21}
    for path in data_directory.rglob("*"):
        assert not path.is_file() or CANARY.encode() not in path.read_bytes(), path
    assert not Contact.objects.filter(value=ANA).exists()
