"""A mailbox is looked into over IMAP: each mail once, marked as seen when it is kept, and every trouble said."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.web.mailboxes.fake_servers import USER, Imap, Tokens, listening
from tests.web.mailboxes.test_taking import mail
from tillit_web.desk.models import Conversation
from tillit_web.mailboxes import actions
from tillit_web.mailboxes.models import HeldMail, Mailbox, Secrets, TakenMail

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
Pem = tuple[Path, Path]


@contextmanager
def read_from(mailbox: Mailbox, server: Imap, pem: Pem, **changed: object) -> Iterator[None]:
    """The mailbox is read from this server."""
    with listening(server.serve, pem) as port:
        mailbox.imap_host, mailbox.imap_port, mailbox.user = "127.0.0.1", port, USER
        for name, value in changed.items():
            setattr(mailbox, name, value)
        actions.keep(mailbox, typed=Secrets(password="secret", refresh_token="refresh-1"))
        yield


def look(*, at: datetime = NOW) -> int:
    return actions.look_everywhere(now=at)


def said() -> str:
    kept = Mailbox.objects.get().problem
    return str(kept["template"].format(**kept["values"])) if kept else ""


def test_what_comes_is_taken_once_and_then_marked_as_seen(mailbox: Mailbox, pem: Pem) -> None:
    server = Imap({7: mail(b"From before", number=7)})
    with read_from(mailbox, server, pem):
        assert look() == 0  # what was there before is not tillit's
        server.mails |= {8: mail(b"One", number=8), 9: mail(b"Two", number=9)}
        assert look() == 2
        assert look() == 0
        server.mails[12] = mail(b"Three", number=12)
        assert look() == 1
    assert list(Conversation.objects.order_by("id").values_list("messages__text", flat=True)) == ["One", "Two", "Three"]
    assert server.seen == {8, 9, 12}
    assert said() == ""


def test_a_folder_that_is_numbered_anew_brings_nothing_twice(mailbox: Mailbox, pem: Pem) -> None:
    server = Imap()
    with read_from(mailbox, server, pem):
        look()
        server.mails = {1: mail(b"One", number=1)}
        assert look() == 1
        server.validity, server.mails = 2, {3: mail(b"One", number=1), 4: mail(b"Two", number=2)}
        assert look() == 2
    assert Conversation.objects.count() == TakenMail.objects.count() == 2


def test_more_than_one_look_takes_are_all_taken(mailbox: Mailbox, pem: Pem) -> None:
    server = Imap()
    with read_from(mailbox, server, pem):
        look()
        server.mails = {n: mail(b"Hi", number=n, sender=b"c%d@example.org" % n) for n in range(1, 56)}
        assert look() == 55
    assert Conversation.objects.count() == 55


def test_one_mail_that_cannot_be_read_stops_no_other(mailbox: Mailbox, pem: Pem) -> None:
    server = Imap()
    with read_from(mailbox, server, pem):
        look()
        server.mails = {
            1: b"\xff\xfe nothing",
            2: mail(b"One", number=2),
            3: b"From: a@b.example\r\n\r\n" + b"x" * 11_000_000,
        }
        assert look() == 3
    assert Conversation.objects.get().messages.get().text == "One"
    assert set(HeldMail.objects.values_list("code", flat=True)) == {"sender_unclear", "too_large"}


def test_a_token_opens_the_mailbox(mailbox: Mailbox, pem: Pem, settings: Settings) -> None:
    tokens = Tokens()
    with listening(tokens.serve, None) as port:
        settings.OWN_SERVERS = frozenset({f"127.0.0.1:{port}"})
        told = {"sign_in": "xoauth2", "token_address": f"http://127.0.0.1:{port}/token", "client_id": "us"}
        with read_from(mailbox, Imap(), pem, **told):
            look()
            look(at=NOW + timedelta(minutes=30))
            assert said() == ""
            assert len(tokens.asked) == 1
            look(at=NOW + timedelta(minutes=59))
            assert len(tokens.asked) == 2
            tokens.answer = b'{"access_token": "another", "expires_in": 3600}'
            look(at=NOW + timedelta(hours=2))
    assert "does not let info@shop.example in" in said()


def test_each_trouble_is_said_and_ends_with_it(mailbox: Mailbox, pem: Pem) -> None:
    server = Imap(folder="Customers")
    with read_from(mailbox, server, pem):
        look()
        assert "no folder INBOX" in said()
        server.folder = "INBOX"
        look()
        assert said() == ""
        actions.keep(mailbox, typed=Secrets(password="wrong"))
        look()
        assert "wrong password" in said()
    look()
    assert "cannot be reached" in said()


def test_a_server_that_announces_gigabytes_is_left(mailbox: Mailbox, pem: Pem) -> None:
    server = Imap()
    with read_from(mailbox, server, pem):
        look()
        server.mails, server.announces = {1: mail()}, 5_000_000_000
        assert look() == 0
        assert "broke off" in said()
        server.announces = None
        assert look() == 1


def test_a_server_without_a_certificate_we_trust_is_told_nothing(
    mailbox: Mailbox, pem: Pem, monkeypatch: pytest.MonkeyPatch
) -> None:
    with read_from(mailbox, Imap(), pem):
        monkeypatch.delenv("SSL_CERT_FILE")
        look()
    assert "does not prove who it is" in said()
