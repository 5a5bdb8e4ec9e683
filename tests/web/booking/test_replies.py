"""Replies of calendars are recorded on their booking, once, and on no other."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.web.booking.test_booking import NINE_TOMORROW, NOW, booked
from tillit_web.booking import actions
from tillit_web.booking.actions import Heard, reply_received
from tillit_web.booking.models import Booking, Kind
from tillit_web.desk.models import Conversation
from tillit_web.mailboxes.models import HeldMail, Mailbox
from tillit_web.mailboxes.taking import Outcome, take

pytestmark = pytest.mark.django_db


def reply(
    row: Booking, answer: str, *, whose: str = "cy@example.org", sequence: int | None = None, at: str = "08"
) -> bytes:
    lines = [
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//", "METHOD:REPLY", "BEGIN:VEVENT"),
        *(f"UID:{row.uid}@tillit", f"SEQUENCE:{row.sequence if sequence is None else sequence}"),
        *(f"DTSTAMP:20261102T{at}0000Z", f"ATTENDEE;PARTSTAT={answer}:mailto:{whose}"),
        *("END:VEVENT", "END:VCALENDAR", ""),
    ]
    return "\r\n".join(lines).encode()


def of(row: Booking) -> tuple[str, str]:
    row.refresh_from_db()
    return row.customer_reply, row.host_reply


def test_the_customer_and_the_host_answer_each_for_themselves(kind: Kind) -> None:
    row = booked(kind)  # with Ada
    assert reply_received(reply(row, "ACCEPTED", whose="CY@example.org")) == Heard.RECORDED
    assert reply_received(reply(row, "DECLINED", whose="ada@example.org")) == Heard.RECORDED
    assert of(row) == ("accepted", "declined")
    assert row.state == Booking.State.CONFIRMED


def test_the_latest_answer_counts_in_whatever_order_they_come(kind: Kind) -> None:
    row = booked(kind)
    assert reply_received(reply(row, "DECLINED", at="10")) == Heard.RECORDED
    assert reply_received(reply(row, "ACCEPTED", at="09")) == Heard.OUTDATED
    assert reply_received(reply(row, "DECLINED", at="10")) == Heard.RECORDED
    assert of(row)[0] == "declined"


def test_an_answer_to_an_earlier_time_is_none_to_this(kind: Kind) -> None:
    row = booked(kind)
    late = reply(row, "DECLINED")
    actions.move(row, NINE_TOMORROW + timedelta(days=1), now=NOW)
    assert reply_received(late) == Heard.OUTDATED
    assert of(row) == ("", "")
    assert reply_received(reply(row, "ACCEPTED")) == Heard.RECORDED
    actions.move(row, NINE_TOMORROW, now=NOW)
    assert of(row) == ("", "")  # another time asks anew
    actions.cancel(row, now=NOW)
    row.refresh_from_db()
    assert reply_received(reply(row, "ACCEPTED")) == Heard.OUTDATED


@pytest.mark.parametrize("whose", ["bo@example.org", "", "cy@example.com"])
def test_nobody_else_answers(kind: Kind, whose: str) -> None:
    row = booked(kind)
    assert reply_received(reply(row, "DECLINED", whose=whose)) == Heard.NOT_OURS
    assert of(row) == ("", "")


def test_a_reply_comes_back_by_mail_and_opens_no_conversation(kind: Kind) -> None:
    row = booked(kind)
    mailbox = Mailbox.objects.create(address="info@shop.example", name="The Shop", language="en")
    part = reply(row, "DECLINED").decode()
    raw = (
        "From: Cy <cy@example.org>\r\nTo: info@shop.example\r\nSubject: Declined: A call\r\nMessage-ID: <1@x>\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\n\r\n"
        f'--b\r\nContent-Type: text/calendar; method=REPLY; charset="utf-8"\r\n\r\n{part}\r\n--b--\r\n'
    ).encode()
    assert take(mailbox, raw, now=NOW).outcome == Outcome.TAKEN
    assert take(mailbox, raw, now=NOW).outcome == Outcome.DUPLICATE
    assert of(row) == ("declined", "")
    assert not Conversation.objects.exists()
    other = raw.replace(row.uid.hex[:8].encode(), b"00000000").replace(b"<1@x>", b"<2@x>")
    take(mailbox, other, now=NOW)
    assert (
        Conversation.objects.exists() or HeldMail.objects.exists()
    )  # to a booking that is none: a mail like any other


def test_other_mail_is_left_to_others(kind: Kind) -> None:
    row = booked(kind)
    for text in (
        b"",
        b"hello",
        reply(row, "ACCEPTED").replace(b"@tillit", b"@elsewhere"),
        reply(Booking(kind=kind), "ACCEPTED"),
    ):
        assert reply_received(text) == Heard.NOT_OURS
