"""A program sends a file with a server's key, and reads what became of its rows."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from django.test import Client

from tillit_web.collect import actions
from tillit_web.jobs.worker import do_waiting_jobs
from tillit_web.people.models import Company

CALLS = b'{"type":"track","messageId":"m1","userId":"ana","event":"Call Booked","timestamp":"2026-03-01T10:00:00Z"}\n'


def basic(key: str) -> str:
    return "Basic " + base64.b64encode(f"{key}:".encode()).decode()


@pytest.mark.django_db(transaction=True)
def test_a_file_that_is_understood_comes_in_by_itself(data_directory: Path, client: Client) -> None:
    Company.objects.create(id=1, name="Exempelbutiken")
    headers = {"authorization": basic(actions.create_key("till").text)}
    sent = client.post("/v1/import?name=calls.jsonl", CALLS, content_type="application/octet-stream", headers=headers)
    assert sent.status_code == 202, sent.content
    do_waiting_jobs()
    told = client.get(sent.json()["receipt_at"], headers=headers).json()
    assert told["state"] == "done"
    assert told["rows"] == {"rows": 1, "accepted": 1, "duplicate": 0, "rejected": 0, "events": 1}
    again = client.post("/v1/import?name=calls.jsonl", CALLS, content_type="text/plain", headers=headers)
    do_waiting_jobs()
    assert client.get(again.json()["receipt_at"], headers=headers).json()["rows"]["duplicate"] == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/v1/import", CALLS, 400, "name_missing"),
        ("/v1/import?name=calls.jsonl", b"", 400, "file_empty"),
    ],
)
def test_what_is_missing_is_said(
    company: Company, client: Client, path: str, body: bytes, status: int, code: str
) -> None:
    headers = {"authorization": basic(actions.create_key("till").text)}
    answer = client.post(path, body, content_type="application/octet-stream", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.django_db
def test_a_page_key_or_none_brings_no_file_in(company: Company, client: Client) -> None:
    page_key = actions.create_key("shop", origins=["https://shop.example"]).text
    for headers in ({}, {"authorization": basic(page_key)}):
        answer = client.post("/v1/import?name=a.jsonl", CALLS, content_type="text/plain", headers=headers)
        assert answer.status_code == 401
