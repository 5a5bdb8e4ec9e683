"""What is read out of a reply, as Outlook, Google and Apple write it; and that anything else is none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tillit.booking.replies import Answer, Reply, reply_in

OUTLOOK = """BEGIN:VCALENDAR
PRODID:-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN
VERSION:2.0
METHOD:REPLY
BEGIN:VEVENT
ATTENDEE;PARTSTAT=DECLINED;CN="Cy";RSVP=TRUE:MAILTO:Cy@Example.org
DTEND;TZID="W. Europe Standard Time":20261103T093000
DTSTAMP:20261102T081500Z
DTSTART;TZID="W. Europe Standard Time":20261103T090000
SEQUENCE:2
SUMMARY;LANGUAGE=sv-SE:Avböjd: Ett samtal
UID:0b0e@tillit
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")
SAID = Reply("0b0e@tillit", 2, "cy@example.org", Answer.DECLINED, datetime(2026, 11, 2, 8, 15, tzinfo=UTC))


def test_a_reply_says_who_answers_what_to_which_invitation() -> None:
    assert reply_in(OUTLOOK.encode()) == SAID


@pytest.mark.parametrize(
    ("before", "after", "answer"),
    [
        ("PARTSTAT=DECLINED", "PARTSTAT=accepted", Answer.ACCEPTED),
        ("PARTSTAT=DECLINED", "PARTSTAT=TENTATIVE", Answer.TENTATIVE),
    ],
)
def test_answers(before: str, after: str, answer: Answer) -> None:
    read = reply_in(OUTLOOK.replace(before, after).encode())
    assert read is not None
    assert read.answer == answer


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"Thank you, see you then!",
        b"\xff\xfe\x00",
        OUTLOOK.replace("METHOD:REPLY", "METHOD:REQUEST").encode(),
        OUTLOOK.replace("METHOD:REPLY", "X:Y").encode(),
        OUTLOOK.replace("PARTSTAT=DECLINED;", "").encode(),
        OUTLOOK.replace("DECLINED", "DELEGATED").encode(),
        OUTLOOK.replace("DTSTAMP:20261102T081500Z\r\n", "").encode(),
        OUTLOOK.replace("DTSTAMP:20261102T081500Z", "DTSTAMP:yesterday").encode(),
        OUTLOOK.replace("SEQUENCE:2", "SEQUENCE:two").encode(),
        OUTLOOK.replace("RSVP=TRUE:MAILTO:Cy", "X=1:mailto:a@b\r\nATTENDEE;PARTSTAT=ACCEPTED:MAILTO:Cy").encode(),
        OUTLOOK.replace("END:VCALENDAR\r\n", "").encode() * 2,
        b"BEGIN:VCALENDAR\r\n" * 10_000,
        OUTLOOK.encode() + b" " * 1_000_000,
    ],
)
def test_what_is_no_reply_is_none(text: bytes) -> None:
    assert reply_in(text) is None
