"""A mail becomes a conversation once, in its own thread; what no person wrote, and what lies, opens nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import Model

from tests.desk.hostile_mails import CRLF, HEAD, MAILS, Hostile, mixed, plain
from tillit_web.desk import actions as desk
from tillit_web.desk.handing import subject_in
from tillit_web.desk.models import Conversation, Handoff, Message, Milestone
from tillit_web.mailboxes.actions import take_in
from tillit_web.mailboxes.models import HeldMail, Mailbox, MailThread, SentMail, TakenMail
from tillit_web.mailboxes.taking import Outcome, Taken, take
from tillit_web.mailboxes.threads import reply_address
from tillit_web.people.erasure import counted, remove
from tillit_web.people.models import User
from tillit_web.retention.actions import end_what_is_over

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
EVERYTHING: tuple[type[Model], ...] = (
    Conversation,
    Message,
    Handoff,
    Milestone,
    MailThread,
    TakenMail,
    HeldMail,
    SentMail,
)


def mail(text: bytes = b"A roof?", *headers: bytes, sender: bytes = b"ana@example.org", number: int = 1) -> bytes:
    head = b"From: " + sender + b"\r\nTo: info@shop.example\r\nSubject: A roof\r\nMessage-ID: <m%d@x>\r\n" % number
    return head + b"".join(header + CRLF for header in headers) + CRLF + text


def rows() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in EVERYTHING}


def answered(mailbox: Mailbox, bo: User) -> tuple[Conversation, SentMail]:
    """Ana has written, and Bo has answered by mail."""
    conversation = opened(take(mailbox, mail(), now=NOW))
    desk.answer(conversation, "Which house?", bo, now=NOW)
    return conversation, SentMail.objects.get()


def opened(taken: Taken) -> Conversation:
    assert taken.conversation is not None
    return taken.conversation


@pytest.mark.parametrize("hostile", MAILS, ids=[one.name for one in MAILS])
def test_a_hostile_mail_is_taken_or_held_and_never_half_stored(hostile: Hostile, mailbox: Mailbox) -> None:
    found = take(mailbox, hostile.raw, now=NOW)
    is_written = not hostile.refused and hostile.read.get("kind", "written") == "written"
    assert found.outcome is (Outcome.TAKEN if is_written else Outcome.HELD)
    kept = rows()
    expected = (1, 0, 1, 1) if is_written else (0, 1, 0, 0)
    assert (kept["Conversation"], kept["HeldMail"], kept["MailThread"], kept["TakenMail"]) == expected
    if is_written:
        conversation = Conversation.objects.get()
        assert (conversation.owner, conversation.is_verified, conversation.channel) == ("desk", False, "mail")
        assert conversation.email == hostile.read.get("sender", "ana@example.org")
        said = Message.objects.filter(author="customer")
        assert "".join(one.text for one in said).replace("\n", "")[:20] != ""
        if "text" in hostile.read:
            assert said.get().text == hostile.read["text"]
    assert SentMail.objects.count() == 0  # no machine ever answers
    again = take(mailbox, hostile.raw, now=NOW)
    assert again.outcome is (Outcome.DUPLICATE if is_written else Outcome.HELD)
    assert rows() == kept


def test_an_answer_to_our_mail_goes_on_in_its_conversation(mailbox: Mailbox, bo: User) -> None:
    conversation, sent = answered(mailbox, bo)
    found = take(
        mailbox, mail(b"Mine.\r\n\r\n> Which house?", b"In-Reply-To: <%s>" % sent.mail_id.encode(), number=2), now=NOW
    )
    assert found.conversation == conversation
    assert [one.text for one in conversation.messages.all()] == ["A roof?", "Which house?", "Mine."]
    assert MailThread.objects.get().last_id == "m2@x"


def test_the_thread_of_somebody_else_is_kept_apart_and_said(mailbox: Mailbox, bo: User) -> None:
    conversation, sent = answered(mailbox, bo)
    reference = b"References: <%s>" % sent.mail_id.encode()
    found = opened(take(mailbox, mail(b"Tell me all", reference, sender=b"cy@example.org", number=2), now=NOW))
    assert found != conversation
    assert MailThread.objects.get(conversation=found).came_with_another
    assert "is kept apart" in found.messages.get(author="note").text
    assert conversation.messages.filter(text="Tell me all").count() == 0


def test_a_sender_alone_proves_nothing(mailbox: Mailbox, bo: User) -> None:
    conversation, _ = answered(mailbox, bo)
    found = opened(take(mailbox, mail(b"It is me again", number=2), now=NOW))
    assert found != conversation
    assert not found.is_verified


def test_a_tag_of_ours_leads_to_its_conversation_and_a_forged_one_nowhere(mailbox: Mailbox) -> None:
    Mailbox.objects.update(has_tags=True)
    mailbox.refresh_from_db()
    conversation = opened(take(mailbox, mail(), now=NOW))
    address = reply_address(MailThread.objects.get())
    assert address.startswith("info+t")
    ours = mail(b"Again", number=2).replace(b"info@shop.example", address.encode())
    assert take(mailbox, ours, now=NOW).conversation == conversation
    last = "a" if address[address.index("@") - 1] != "a" else "b"
    forged = address[: address.index("@") - 1] + last + "@shop.example"
    other = mail(b"Again", number=3).replace(b"info@shop.example", forged.encode())
    assert take(mailbox, other, now=NOW).conversation != conversation


def test_a_program_that_answers_ours_is_noted_and_not_answered(mailbox: Mailbox, bo: User) -> None:
    conversation, sent = answered(mailbox, bo)
    reference = b"In-Reply-To: <%s>" % sent.mail_id.encode()
    take(mailbox, mail(b"Away until Monday", b"Auto-Submitted: auto-replied", reference, number=2), now=NOW)
    assert "Away until Monday" in conversation.messages.get(author="note").text
    conversation.refresh_from_db()
    assert conversation.waits_since is None  # nobody waits for us
    assert HeldMail.objects.count() == 0


def test_what_comes_back_is_said_where_everybody_sees_it(mailbox: Mailbox, bo: User) -> None:
    conversation, sent = answered(mailbox, bo)
    reference = b"References: <%s>" % sent.mail_id.encode()
    take(
        mailbox,
        plain(b"No such user", b"Return-Path: <>", reference, head=b"From: mailer-daemon@x.example\r\n"),
        now=NOW,
    )
    sent.refresh_from_db()
    assert sent.state == SentMail.State.RETURNED
    assert "No such user" in conversation.messages.get(author="note").text


def test_our_own_mail_that_comes_round_is_nothing_new(mailbox: Mailbox, bo: User) -> None:
    _, sent = answered(mailbox, bo)
    before = rows()
    assert take(mailbox, mail().replace(b"m1@x", sent.mail_id.encode()), now=NOW).outcome is Outcome.OURS
    assert rows() == before


def test_one_sender_opens_twenty_conversations_an_hour_and_the_rest_is_held(mailbox: Mailbox) -> None:
    found = [take(mailbox, mail(number=number), now=NOW).outcome for number in range(25)]
    assert found == [Outcome.TAKEN] * 20 + [Outcome.HELD] * 5
    assert set(HeldMail.objects.values_list("code", flat=True)) == {"too_many"}
    later = NOW + timedelta(hours=2)
    assert take_in(HeldMail.objects.all()[0], now=later).outcome is Outcome.TAKEN
    assert HeldMail.objects.count() == 4


def test_a_held_newsletter_is_taken_in_where_a_person_says_so(mailbox: Mailbox) -> None:
    take(mailbox, mail(b"News", b"List-Id: <n.example>"), now=NOW)
    assert take_in(HeldMail.objects.get(), now=NOW).outcome is Outcome.TAKEN
    assert HeldMail.objects.count() == 0
    assert Message.objects.get(author="customer").text == "News"


def test_a_long_mail_is_kept_whole_in_pieces(mailbox: Mailbox) -> None:
    lines = [f"Line {number} of a long story" for number in range(600)]
    conversation = opened(take(mailbox, mail("\r\n".join(lines).encode()), now=NOW))
    pieces = [one.text for one in conversation.messages.filter(author="customer")]
    assert len(pieces) > 3
    assert "\n".join(pieces) == "\n".join(lines)


def test_files_are_named_to_colleagues_and_not_kept(mailbox: Mailbox) -> None:
    conversation = opened(take(mailbox, next(one.raw for one in MAILS if one.name == "a path as a file name"), now=NOW))
    assert "passwd.zip" in conversation.messages.get(author="note").text


def test_what_is_held_ends_after_thirty_days(mailbox: Mailbox) -> None:
    take(mailbox, mail(b"News", b"List-Id: <n.example>"), now=NOW - timedelta(days=31))
    take(mailbox, mail(b"More", b"List-Id: <n.example>", number=2), now=NOW - timedelta(days=29))
    assert end_what_is_over(now=NOW) == {"failed_box": 1}
    assert HeldMail.objects.get().received_at == NOW - timedelta(days=29)


def test_erasure_reaches_what_is_held_and_what_became_a_conversation(mailbox: Mailbox, bo: User) -> None:
    answered(mailbox, bo)
    take(mailbox, mail(b"News", b"List-Id: <n.example>", number=2), now=NOW)
    take(mailbox, HEAD.replace(b">\r\nTo", b">, x@y.example\r\nTo", 1) + b"\r\nHi", now=NOW)  # Ana, and one more
    subject = subject_in("ana@example.org", "")
    assert subject is not None
    found = dict(counted([subject], until=0))
    assert (found["app.sqlite: conversations"], found["app.sqlite: mails that were not taken in"]) == (1, 2)
    remove([subject], until=0)
    assert {name: count for name, count in rows().items() if count} == {"TakenMail": 1}
    assert take(mailbox, mail(), now=NOW).outcome is Outcome.DUPLICATE  # whoever forwards the past brings nobody back


def test_a_mail_at_which_we_fail_is_held_and_keeps_none_behind_it_from_coming_in(mailbox: Mailbox) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "create trigger never before insert on desk_message when new.text like '%unutterable%' "
            "begin select raise(abort, 'no table holds that'); end"
        )
    assert take(mailbox, mail(b"unutterable"), now=NOW).outcome is Outcome.HELD
    assert (rows()["Conversation"], HeldMail.objects.get().code) == (0, "broken")
    assert take(mailbox, mail(number=2), now=NOW).outcome is Outcome.TAKEN


@pytest.mark.parametrize(("server", "stays"), [("imap.example", True), ("", False)])
def test_files_are_named_and_where_the_mail_stays_they_can_be_opened_there(
    mailbox: Mailbox, server: str, stays: bool
) -> None:
    mailbox.imap_host = server
    picture = b'Content-Type: image/png\r\nContent-Disposition: attachment; filename="roof.png"\r\n\r\nPNG'
    conversation = opened(take(mailbox, mixed(b"Content-Type: text/plain\r\n\r\nSee it", picture), now=NOW))
    note = conversation.messages.get(author="note").text
    assert "which is not kept: roof.png." in note
    assert ("The mail itself is in the mailbox." in note) == stays
