"""Settings → Collection: keys shown once, hours that add up, and the failed box emptied after the cause is mended."""

from __future__ import annotations

import re
import time
from pathlib import Path

import msgspec
import pytest
from django.test import Client

from tillit.events.calls import Refused
from tillit.events.hot import unpack
from tillit.events.key import read_or_create_key
from tillit.sentences import sentence
from tillit_web.collect import actions, queries
from tillit_web.collect.models import WriteKey
from tillit_web.collect.reading import ALONE, refusal_of

PAGE = "/settings/collection/"
NOW = 1_772_000_000_000_000


@pytest.fixture
def claim(data_directory: Path, as_ana: Client) -> WriteKey:
    """A browser's key, and in the failed box what it may not say: who the visitor is."""
    read_or_create_key(data_directory)
    row = actions.create_key("shop", origins=["https://shop.example"]).row
    call = {"type": "identify", "userId": "ana", "messageId": "<b>m-1</b>"}
    refused = Refused("subject_unproven", sentence("A browser may not."))
    with queries.storage() as storage:
        storage.accept([refusal_of(msgspec.json.encode(call), ALONE, refused, key_id=row.pk, received_at=NOW)])
    return row


def test_a_key_is_shown_once_and_kept_as_a_digest(as_ana: Client) -> None:
    made = as_ana.post(PAGE + "keys/", {"name": "till", "origins": ""}).content.decode()
    [text] = re.findall(r"tk_[\w-]{20,}", made)
    assert text not in as_ana.get(PAGE).content.decode()
    row = WriteKey.objects.get()
    assert (row.kind, bytes(row.key_digest)) == ("server", actions.key_digest(text))
    as_ana.post(f"{PAGE}keys/{row.pk}/revoke/")
    row.refresh_from_db()
    assert row.revoked_at is not None


def test_an_address_that_is_none_is_refused_with_how_to_write_it(as_ana: Client) -> None:
    answer = as_ana.post(PAGE + "keys/", {"name": "shop", "origins": "https://shop.example\nshop"})
    assert answer.status_code == 422
    assert "“shop” is no address of a web site" in answer.content.decode()
    assert not WriteKey.objects.exists()


def test_the_failed_box_shows_what_came_as_text_and_why(as_ana: Client, claim: WriteKey) -> None:
    page = as_ana.get(PAGE + "failed/?code=subject_unproven").content.decode()
    assert "A browser may not." in page
    assert "&lt;b&gt;m-1" in page
    assert "<b>m-1" not in page
    assert "Nothing" not in page
    assert "subject_unproven" in as_ana.get(PAGE + "failed/?code=other").content.decode()


def test_what_is_still_refused_stays_and_comes_in_once_the_cause_is_mended(as_ana: Client, claim: WriteKey) -> None:
    as_ana.post(PAGE + "failed/replay/", {"code": ""})
    assert [line.code for line in queries.failed(limit=9)] == ["subject_unproven"]
    WriteKey.objects.update(kind=WriteKey.Kind.SERVER, origins=[])
    as_ana.post(PAGE + "failed/replay/", {"code": "subject_unproven"})
    assert queries.failed(limit=9) == []
    with queries.storage() as storage:
        [row] = storage.unsealed(after=0, limit=9)
    assert unpack(row.event).received_at == NOW, "it came when it first came"
    hours = queries.hours(since=0)
    assert [(line.received, line.accepted, line.rejected) for line in hours] == [(1, 0, 1), (1, 1, 0)]


def test_a_line_whose_name_was_not_kept_does_not_come_in_as_a_visit_of_nobody(as_ana: Client, claim: WriteKey) -> None:
    queries_left = queries.failed(limit=9)
    with queries.storage() as storage:
        storage.settle([line.id for line in queries_left])
        refused = Refused("subject_unproven", sentence("A browser may not."))
        raw = msgspec.json.encode({"type": "identify", "messageId": "m-2"})
        storage.accept([refusal_of(raw, ALONE, refused, key_id=claim.pk, received_at=NOW)])
    as_ana.post(PAGE + "failed/replay/", {"code": ""})
    assert [line.code for line in queries.failed(limit=9)] == ["subject_unproven"]
    with queries.storage() as storage:
        assert not storage.unsealed(after=0, limit=9)


def test_a_line_is_thrown_away_by_the_owner_alone(as_ana: Client, as_cy: Client, claim: WriteKey) -> None:
    [line] = queries.failed(limit=9)
    assert as_cy.post(PAGE + "failed/discard/", {"id": line.id}).status_code == 403
    as_ana.post(PAGE + "failed/discard/", {"id": line.id})
    assert queries.failed(limit=9) == []


def test_hours_are_shown_and_an_alarm_is_said_in_words(as_cy: Client, claim: WriteKey) -> None:
    with queries.storage() as storage:
        storage.alarm("origin_unknown", "https://other.example", at=time.time_ns() // 1000)
    page = as_cy.get(PAGE).content.decode()
    assert "not registered for it (https://other.example): 1 time" in page
