"""An owner signs in at the mailbox's own server, and what comes back opens it: once, and in that browser alone."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from pytest_django import Settings

from tests.web.mailboxes.fake_servers import Tokens, listening
from tillit_web.mailboxes.models import Mailbox
from tillit_web.mailboxes.signing_in import sign_in_address

pytestmark = pytest.mark.django_db
BACK = "/settings/mailboxes/signed-in/"
GRANTED = b'{"access_token": "token-1", "expires_in": 3600, "refresh_token": "refresh-1"}'


def begun(owner: Client, mailbox: Mailbox) -> dict[str, str]:
    """What the server is told in the address to which the owner goes."""
    gone = owner.get(f"/settings/mailboxes/{mailbox.pk}/sign-in/")
    assert gone.status_code == 302
    return {name: one for name, [one] in parse_qs(urlsplit(gone["Location"]).query).items()}


def shown(owner: Client, query: dict[str, str]) -> str:
    return owner.get(BACK, query, follow=True).content.decode()


@pytest.mark.parametrize(
    ("token_address", "sign_in"),
    [
        (
            "https://login.microsoftonline.com/a-b/oauth2/v2.0/token",
            "https://login.microsoftonline.com/a-b/oauth2/v2.0/authorize",
        ),
        ("https://oauth2.googleapis.com/token", "https://accounts.google.com/o/oauth2/v2/auth"),
        ("https://mail.example/give", ""),
        ("", ""),
    ],
)
def test_where_one_signs_in(token_address: str, sign_in: str) -> None:
    assert sign_in_address(Mailbox(token_address=token_address)) == sign_in


def test_an_owner_signs_in_and_comes_back_with_what_opens_it(
    as_ana: Client, mailbox: Mailbox, settings: Settings
) -> None:
    tokens = Tokens(GRANTED)
    with listening(tokens.serve, None) as port:
        settings.OWN_SERVERS = frozenset({f"127.0.0.1:{port}"})
        Mailbox.objects.update(token_address=f"http://127.0.0.1:{port}/token", client_id="us", scope="mail")
        told = begun(as_ana, mailbox)
        assert told["redirect_uri"] == f"http://testserver{BACK}"
        assert "no answer to the sign-in" in shown(as_ana, {"state": "another", "code": "c"})
        assert "No sign-in was begun" in shown(as_ana, {"state": told["state"], "code": "c"}), "one use, right or wrong"
        assert tokens.asked == []
        told = begun(as_ana, mailbox)
        assert "Signed in." in shown(as_ana, {"state": told["state"], "code": "c1"})
        [asked] = [parse_qs(one) for one in tokens.asked]
        verifier = hashlib.sha256(asked.pop("code_verifier")[0].encode()).digest()
        assert base64.urlsafe_b64encode(verifier).decode().rstrip("=") == told["code_challenge"]  # RFC 7636, 4.6
        assert asked == {
            "grant_type": ["authorization_code"],
            "code": ["c1"],
            "redirect_uri": [told["redirect_uri"]],
            "client_id": ["us"],
            "scope": ["mail"],
        }
        kept = Mailbox.objects.get()
        assert (kept.secrets.refresh_token, kept.secrets.access_token) == ("refresh-1", "token-1")
        assert b"refresh-1" not in bytes(kept.locked)
        tokens.answer = b'{"access_token": "token-2"}'
        told = begun(as_ana, mailbox)
        assert "offline_access" in shown(as_ana, {"state": told["state"], "code": "c2"})
        tokens.answer, tokens.status = b'{"error": "invalid_grant"}', 400
        told = begun(as_ana, mailbox)
        assert "refuses: invalid_grant" in shown(as_ana, {"state": told["state"], "code": "c3"})
    assert Mailbox.objects.get().secrets.refresh_token == "refresh-1"


def test_whoever_says_no_there_changes_nothing(as_ana: Client, mailbox: Mailbox) -> None:
    assert as_ana.get(f"/settings/mailboxes/{mailbox.pk}/sign-in/")["Location"].endswith(f"/{mailbox.pk}/")
    Mailbox.objects.update(token_address="https://oauth2.googleapis.com/token", client_id="us", sign_in="xoauth2")
    told = begun(as_ana, mailbox)
    assert (told["access_type"], told["prompt"], told["scope"]) == ("offline", "consent", "https://mail.google.com/")
    page = shown(as_ana, {"state": told["state"], "error": "<b>access_denied"})
    assert "You were not signed in there: &lt;b&gt;access_denied." in page
    assert "Sign in there" in page
    assert not Mailbox.objects.get().secrets.refresh_token
