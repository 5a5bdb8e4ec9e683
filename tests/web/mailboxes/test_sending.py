"""What we say goes out once, from our own address, in the customer's thread; what fails is there to be seen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from tests.desk.hostile_mails import HEAD, plain
from tests.web.mailboxes.fake_servers import PASSWORD, USER, Smtp, Tokens, listening
from tillit_web.desk import actions as desk
from tillit_web.desk.models import Conversation
from tillit_web.mailboxes import actions, smtp
from tillit_web.mailboxes.models import Mailbox, MailThread, Secrets, SentMail
from tillit_web.mailboxes.sending import as_mail
from tillit_web.mailboxes.taking import take
from tillit_web.people.models import User

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
Pem = tuple[Path, Path]


@pytest.fixture
def sent(mailbox: Mailbox, bo: User) -> SentMail:
    """Bo's answer to Ana, on its way."""
    conversation = take(mailbox, plain(b"A roof?"), now=NOW).conversation
    assert conversation is not None
    desk.answer(conversation, "Which house?\n.\nGår torsdag bra?", bo, now=NOW)
    return SentMail.objects.get()


@contextmanager
def own_server(mailbox: Mailbox, server: Smtp, pem: Pem, **changed: object) -> Iterator[Smtp]:
    """The mailbox sends by this server, which speaks TLS from the start."""
    with listening(server.serve, pem) as port, pytest.MonkeyPatch.context() as patch:
        patch.setattr(smtp, "IMPLICIT_TLS", port)
        mailbox.smtp_host, mailbox.smtp_port = "127.0.0.1", port
        for name, value in changed.items():
            setattr(mailbox, name, value)
        actions.keep(mailbox, typed=Secrets(password=PASSWORD, refresh_token="refresh-1"))
        yield server


def state() -> str:
    return str(SentMail.objects.get().state)


def problem() -> str:
    kept = SentMail.objects.get().problem
    return str(kept["template"].format(**kept["values"])) if kept else ""


def test_an_answer_goes_out_by_the_installation_in_the_customers_thread(sent: SentMail) -> None:
    assert actions.send_waiting(now=NOW) == 1
    assert actions.send_waiting(now=NOW) == 0
    (out,) = mail.outbox
    told = message_from_bytes(out.message().as_bytes(), policy=policy.default)
    assert isinstance(told, EmailMessage)
    assert (told["From"], told["To"], told["Subject"]) == (
        "The Shop <info@shop.example>",
        "ana@example.org",
        "Re: A roof",
    )
    assert (told["In-Reply-To"], told["References"]) == ("<a1@example.org>", "<a1@example.org>")
    assert told["Message-ID"] == f"<{sent.mail_id}>"
    assert "Auto-Submitted" not in told
    assert told.get_content().replace("\r\n", "\n") == "Which house?\n.\nGår torsdag bra?\n"
    assert state() == SentMail.State.SENT


def test_whoever_gave_customers_a_name_signs_with_it(sent: SentMail) -> None:
    sent.message.said_as = "Bo in the shop"
    sent.message.save()
    assert as_mail(sent).get_content().replace("\r\n", "\n").endswith("\nGår torsdag bra?\n\nBo in the shop\n")


def test_the_mailbox_sends_by_its_own_server(sent: SentMail, mailbox: Mailbox, pem: Pem) -> None:
    with own_server(mailbox, Smtp(), pem) as server:
        assert actions.send_waiting(now=NOW) == 1
        assert actions.send_waiting(now=NOW + timedelta(days=1)) == 0
    told = message_from_bytes(server.sent[0], policy=policy.default)
    assert told["To"] == "ana@example.org"
    assert "\n..\n" in server.sent[0].decode()  # a line of one dot ends no mail
    assert PASSWORD not in str(bytes(Mailbox.objects.get().locked))
    assert Mailbox.objects.get().secrets.password == PASSWORD


def test_a_token_opens_the_server_and_is_asked_for_once(
    sent: SentMail, mailbox: Mailbox, pem: Pem, settings: Settings
) -> None:
    tokens = Tokens(b'{"access_token": "token-1", "expires_in": 3600, "refresh_token": "refresh-2"}')
    with listening(tokens.serve, None) as port:
        settings.OWN_SERVERS = frozenset({f"127.0.0.1:{port}"})
        address = f"http://127.0.0.1:{port}/token"
        told = {"sign_in": "xoauth2", "token_address": address, "client_id": "us", "user": USER}
        with own_server(mailbox, Smtp(), pem, **told) as server:
            assert actions.send_waiting(now=NOW) == 1
            actions.send_again(SentMail.objects.get(), now=NOW)
            mailbox.refresh_from_db()
            assert actions.send_waiting(now=NOW) == 1
    assert tokens.asked == ["grant_type=refresh_token&refresh_token=refresh-1&client_id=us"]
    assert Mailbox.objects.get().secrets.refresh_token == "refresh-2"
    assert len(server.sent) == 2


def test_a_token_server_that_refuses_is_told(sent: SentMail, mailbox: Mailbox, pem: Pem, settings: Settings) -> None:
    tokens = Tokens(b'{"error": "invalid_grant", "error_description": "expired"}', status=400)
    with listening(tokens.serve, None) as port:
        settings.OWN_SERVERS = frozenset({f"127.0.0.1:{port}"})
        address = f"http://127.0.0.1:{port}/token"
        with own_server(mailbox, Smtp(), pem, sign_in="xoauth2", token_address=address, client_id="us"):
            assert actions.send_waiting(now=NOW) == 0
    assert state() == SentMail.State.FAILED
    assert "expired" in problem()


@pytest.mark.parametrize(
    ("server", "ends_as", "says"),
    [
        (Smtp(refuses={b"AUTH": b"535 5.7.8 no"}), "failed", "does not let info@shop.example in"),
        (Smtp(refuses={b"RCPT": b"550 no such user"}), "failed", "550 no such user"),
        (Smtp(refuses={b"RCPT": b"451 try later"}), "waiting", "451 try later"),
        (Smtp(refuses={b"MAIL": b"452 full"}), "waiting", "452 full"),
        (Smtp(closes_after_data=True), "uncertain", "broke off"),
    ],
    ids=["password", "nobody", "later", "full", "gone"],
)
def test_what_fails_is_kept_with_its_reason(
    sent: SentMail, mailbox: Mailbox, pem: Pem, server: Smtp, ends_as: str, says: str
) -> None:
    with own_server(mailbox, server, pem):
        assert actions.send_waiting(now=NOW) == 0
        assert state() == ends_as
        assert says in problem()
        told = sent.thread.conversation.messages.filter(author="note", text__contains="may not have arrived")
        assert told.count() == (ends_as != "waiting")
        if ends_as == "waiting":  # it is tried again, later each time, and then no more
            for _ in range(10):
                actions.send_waiting(now=NOW + timedelta(days=1))
                SentMail.objects.update(changed_at=NOW)
            assert state() == "failed"


def test_a_server_that_nobody_vouches_for_gets_no_password(sent: SentMail, mailbox: Mailbox, pem: Pem) -> None:
    with own_server(mailbox, Smtp(), pem), pytest.MonkeyPatch.context() as patch:
        patch.delenv("SSL_CERT_FILE")
        actions.send_waiting(now=NOW)
    assert "does not prove who it is" in problem()
    assert state() == "waiting"


def test_what_may_have_gone_is_not_sent_twice_without_a_person(sent: SentMail) -> None:
    SentMail.objects.update(state=SentMail.State.SENDING, changed_at=NOW)
    assert actions.send_waiting(now=NOW + timedelta(minutes=1)) == 0
    assert state() == SentMail.State.SENDING
    assert actions.send_waiting(now=NOW + timedelta(minutes=10)) == 0
    assert state() == SentMail.State.UNCERTAIN
    assert mail.outbox == []


def test_a_machine_says_that_it_is_one_and_no_program_answers_it(mailbox: Mailbox, bo: User) -> None:
    found = take(mailbox, plain(b"A roof?"), now=NOW).conversation
    assert found is not None
    desk.take(found, bo, now=NOW)
    desk.hand_back(found, bo, now=NOW)
    desk.customer_writes(Conversation.objects.get(), "Are you a human?", now=NOW)
    actions.send_waiting(now=NOW)
    told = mail.outbox[0].message()
    assert told["Auto-Submitted"] == "auto-replied"
    text = str(mail.outbox[0].body)
    assert "A machine wrote this answer." in text
    assert "a person, please" in text


def test_a_forged_address_or_subject_cannot_add_a_header(mailbox: Mailbox, bo: User) -> None:
    raw = plain(b"Hi", head=HEAD.replace(b"A roof", b"=?utf-8?q?A=0D=0ABcc:_all@example.net?="))
    found = take(mailbox, raw, now=NOW).conversation
    assert found is not None
    desk.answer(found, "Yes", bo, now=NOW)
    actions.send_waiting(now=NOW)
    told = mail.outbox[0].message()
    assert told["Bcc"] is None
    assert mail.outbox[0].recipients() == ["ana@example.org"]


def test_people_see_what_did_not_arrive_and_send_it_again(sent: SentMail, as_bo: Client) -> None:
    SentMail.objects.update(state=SentMail.State.UNCERTAIN)
    page = as_bo.get("/mail/").content.decode()
    assert "ana@example.org" in page
    assert "nobody knows whether it went" in page
    as_bo.post(f"/mail/sent/{sent.pk}/again/")
    assert actions.send_waiting(now=datetime.now(UTC) + timedelta(minutes=1)) == 1


def test_a_mail_that_cannot_be_written_is_put_aside_and_holds_up_none_behind_it(
    sent: SentMail, bo: User, settings: Settings, as_ana: Client
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    MailThread.objects.update(last_id="no\nheader")
    mailbox = Mailbox.objects.get()
    for sender in (b"cy@example.org", b"dag@example.org"):
        written = HEAD.replace(b"ana@example.org", sender).replace(b"<a1", b"<" + sender[:2])
        conversation = take(mailbox, plain(b"A roof?", head=written), now=NOW).conversation
        assert conversation is not None
        desk.answer(conversation, "Which house?", bo, now=NOW)
    assert actions.send_waiting(now=NOW) == 2
    assert [message.to for message in mail.outbox] == [["cy@example.org"], ["dag@example.org"]]
    sent.refresh_from_db()
    assert sent.state == SentMail.State.FAILED
    page = as_ana.get("/mail/").content.decode()
    assert "It could not be written: ValueError" in page
    MailThread.objects.filter(pk=sent.thread_id).update(last_id="m1@x")
    actions.send_again(sent, now=NOW)
    assert actions.send_waiting(now=NOW) == 1
