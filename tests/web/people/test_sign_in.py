"""Signing in: passwords, the lock after many wrong ones, the second step, the demo's door."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from tests.web.conftest import PASSWORD
from tillit_web.people.models import User

SIGN_IN = "/account/sign-in/"


def _sign_in(client: Client, password: str = PASSWORD) -> int:
    return client.post(SIGN_IN, {"login": "Ana@Example.org", "password": password}).status_code


def test_the_right_password_opens_and_a_wrong_one_does_not(client: Client, ana: User) -> None:
    assert _sign_in(client, "wrong") == 200
    assert client.get("/settings/").status_code == 302
    assert _sign_in(client) == 302
    assert client.get("/settings/").status_code == 200


def test_after_five_wrong_passwords_the_right_one_does_not_open_for_a_quarter_of_an_hour(
    client: Client, ana: User
) -> None:
    now = timezone.now()
    with time_machine.travel(now):
        codes = [_sign_in(client, f"wrong {attempt}") for attempt in range(5)]
    assert codes == [200] * 4 + [429]
    with time_machine.travel(now + timedelta(minutes=14)):
        assert _sign_in(client) == 429
    with time_machine.travel(now + timedelta(minutes=16)):
        assert _sign_in(client) == 302


def test_codes_cannot_be_guessed_at_will(client: Client, ana: User) -> None:
    secret = generate_totp_secret()
    TOTP.activate(ana, secret)
    _sign_in(client)
    for _ in range(5):
        client.post("/account/two-steps/sign-in/", {"code": "000000"})
    assert client.post("/account/two-steps/sign-in/", {"code": _code(secret)}).status_code != 302
    assert client.get("/settings/").status_code == 302


def test_the_lock_is_for_one_account(client: Client, ana: User, bo: User) -> None:
    for attempt in range(5):
        _sign_in(client, f"wrong {attempt}")
    assert client.post(SIGN_IN, {"login": bo.email, "password": PASSWORD}).status_code == 302


def test_nobody_signs_up_and_no_mail_resets_a_password(client: Client, db: None) -> None:
    for address in ("/account/ask/sign-up/", "/account/ask/password/"):
        assert "Ask an owner" in client.get(address).content.decode()
        assert client.post(address, {"email": "eve@example.org", "password1": PASSWORD}).status_code == 405
    assert not User.objects.exists()


def _code(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, counter)))


def test_with_the_second_step_on_a_password_alone_opens_nothing(client: Client, ana: User) -> None:
    secret = generate_totp_secret()
    TOTP.activate(ana, secret)
    assert _sign_in(client) == 302
    assert client.get("/settings/").status_code == 302
    assert client.post("/account/two-steps/sign-in/", {"code": "000000"}).status_code == 200
    assert client.get("/settings/").status_code == 302
    assert client.post("/account/two-steps/sign-in/", {"code": _code(secret)}).status_code == 302
    assert client.get("/settings/").status_code == 200


def test_the_demo_opens_with_its_token_on_this_machine_only(client: Client, ana: User, settings: Settings) -> None:
    assert client.get("/demo/enter/").status_code == 404
    assert client.get("/demo/enter/anything").status_code == 404
    settings.DEMO_TOKEN = "secret"
    assert client.get("/demo/enter/guess").status_code == 404
    assert client.get("/demo/enter/secret", REMOTE_ADDR="192.0.2.7").status_code == 404
    settings.EXPOSED = True
    assert client.get("/demo/enter/secret").status_code == 404
    settings.EXPOSED = False
    assert client.get("/demo/enter/secret", headers={"Accept-Language": "sv-SE"}).status_code == 302
    assert client.get("/settings/")["Content-Language"] == "sv"


@pytest.mark.parametrize(
    ("asked", "answered"),
    [("sv", "sv"), ("nn-NO,nn;q=0.9", "nb"), ("no", "nb"), ("fi", "en"), ("en-US,sv;q=0.5", "en")],
)
def test_a_stranger_is_spoken_to_in_the_language_the_browser_asks_for(
    client: Client, db: None, asked: str, answered: str
) -> None:
    assert client.get(SIGN_IN, headers={"Accept-Language": asked})["Content-Language"] == answered
