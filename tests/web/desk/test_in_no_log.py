"""What opens a conversation stands in an address or a header, and in no line of any log; no cookie comes of it."""

from __future__ import annotations

import logging

import pytest
from django.test import Client

from tillit_web.desk import actions


@pytest.mark.django_db
@pytest.mark.usefixtures("company")
@pytest.mark.parametrize("no", ["", "1"])
def test_a_token_is_in_no_log_and_no_cookie(client: Client, caplog: pytest.LogCaptureFixture, no: str) -> None:
    with caplog.at_level(logging.DEBUG):
        token = actions.open_conversation("Hej", language="sv").token
        answers = [
            client.get(f"/talk/{token}/", headers={"Sec-GPC": no}),
            client.post(f"/talk/{token}/write/", {"text": "Hej igen"}, headers={"Sec-GPC": no}),
            client.get(f"/talk/{token[::-1]}/", headers={"Sec-GPC": no}),
        ]
    assert [answer.status_code for answer in answers] == [200, 302, 404]
    assert any(record.name == "tillit_web.requests" for record in caplog.records)
    assert not any(token in repr(vars(record)) for record in caplog.records if record.name.startswith("tillit"))
    assert not client.cookies
