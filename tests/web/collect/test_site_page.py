"""Settings → Your site: the line is shown once, and the page says what was seen when no event comes."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from django.test import Client

from tillit.sentences import sentence
from tillit_web.collect.actions import create_key
from tillit_web.collect.models import WriteKey
from tillit_web.collect.sqlite_storage import SqliteStorage
from tillit_web.collect.storage import Arrival, Refusal, kept_reason

SHOP = "https://shop.example"
PAGE = "/settings/site/"


def now() -> int:
    return time.time_ns() // 1000


@pytest.fixture
def key(company: object) -> WriteKey:
    return create_key("shop.example", origins=[SHOP]).row


def shown(client: Client, key: WriteKey, **headers: str) -> str:
    answer = client.get(f"{PAGE}{key.pk}/", headers=headers)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_line_is_shown_once_with_a_key_that_is_kept_as_a_digest(as_ana: Client) -> None:
    answer = as_ana.post(PAGE, {"address": "Shop.example/kassa"})
    line = re.search(
        r"&lt;script async src=&quot;(\S+)&quot; data-key=&quot;(\S+)&quot;&gt;",
        answer.content.decode(),
    )
    assert line is not None
    assert line[1] == "http://testserver/tillit.js"
    row = WriteKey.objects.get()
    assert row.origins == [SHOP]
    assert line[2] not in shown(as_ana, row)
    assert "no-store" in answer["Cache-Control"]


def test_an_address_that_is_none_is_refused(as_ana: Client) -> None:
    answer = as_ana.post(PAGE, {"address": "javascript://x"})
    assert "is no address of a web site" in answer.content.decode()
    assert not WriteKey.objects.exists()


def test_nothing_has_come_yet(as_ana: Client, key: WriteKey) -> None:
    page = shown(as_ana, key)
    assert "Waiting for the first event" in page
    assert "script-src http://testserver; connect-src http://testserver" in page
    assert 'hx-trigger="every 2s"' in page
    assert "Browsers will not load this line." in page  # https there, http here
    assert "says no to being measured" not in page
    assert "says no to being measured" in shown(as_ana, key, sec_gpc="1")


def test_the_first_event_ends_the_wait(as_ana: Client, key: WriteKey, data_directory: Path) -> None:
    storage = SqliteStorage.open(data_directory)
    storage.accept([Arrival(b"0" * 16, b"0" * 8, key.pk, now(), b"event", b"", b"{}")])
    storage.close()
    page = shown(as_ana, key, hx_request="true")
    assert "It works: 1 event has come." in page
    assert "hx-get" not in page
    assert "<html" not in page  # a fragment of the same page


def test_what_was_turned_away_is_told(as_ana: Client, key: WriteKey, data_directory: Path) -> None:
    storage = SqliteStorage.open(data_directory)
    reason = kept_reason(sentence("The call names nobody. Send a userId or an anonymousId."))
    storage.accept([Refusal(key.pk, now(), "subject_missing", reason, b"{}")])
    storage.alarm("origin_unknown", "https://www.shop.example", at=now())
    storage.alarm("key_unknown", SHOP, at=now())
    storage.close()
    page = shown(as_ana, key)
    assert "1 event was turned away." in page
    assert "The call names nobody." in page
    assert "Events came from https://www.shop.example, which no key here is made for." in page
    assert "Events came with a key that nobody has." in page
    as_ana.post(f"{PAGE}{key.pk}/let-in/", {"origin": "https://www.shop.example"})
    key.refresh_from_db()
    assert key.origins == [SHOP, "https://www.shop.example"]
    assert "which no key here is made for" not in shown(as_ana, key)


def test_trouble_from_before_the_key_is_not_its_own(as_ana: Client, company: object, data_directory: Path) -> None:
    storage = SqliteStorage.open(data_directory)
    storage.alarm("origin_unknown", "https://old.example", at=now() - 1_000_000)
    storage.close()
    assert "old.example" not in shown(as_ana, create_key("shop.example", origins=[SHOP]).row)


def test_the_list_says_which_sites_send(as_ana: Client, key: WriteKey) -> None:
    page = as_ana.get(PAGE).content.decode()
    assert "shop.example" in page
    assert "Waiting for the first" in page
    assert "Another site" in page
