"""The doctor tells of mailboxes and calendars what tillit noted of them, and what to do; it asks no server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tillit.sentences import sentence
from tillit_web.booking.models import BusyCalendar, Host, OutgoingMail
from tillit_web.desk import actions as desk
from tillit_web.mailboxes.models import Mailbox, MailThread, SentMail, TakenMail
from tillit_web.people.models import Company, User
from tillit_web.serving.doctor_listening import examine_booking_mails, examine_calendars, examine_mailboxes
from tillit_web.serving.finding import Finding

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def mailbox(**changed: object) -> Finding:
    Mailbox.objects.update_or_create(address="info@shop.example", defaults={"imap_host": "imap.example", **changed})
    return next(iter(examine_mailboxes(served=True, now=NOW)))


def test_a_mailbox_is_told_with_what_to_do(company: Company) -> None:
    assert list(examine_mailboxes(served=True, now=NOW)) == []
    assert mailbox(looked_at=NOW - timedelta(minutes=3)).found == "looked into 3 min ago; no mail yet"
    TakenMail.objects.create(once=b"m" * 16, mailbox=Mailbox.objects.get(), taken_at=NOW - timedelta(days=3))
    well = mailbox()
    assert (well.subject, well.found, well.is_well) == (
        "mailbox info@shop.example",
        "looked into 3 min ago; the last mail came 3 days ago",
        True,
    )
    assert "every minute" in mailbox(looked_at=NOW - HOUR).advice
    broken = mailbox(problem=sentence("The password is refused.").to_json())
    assert "in vain: The password is refused." in broken.found
    assert "mend it under Settings, Mailboxes" in broken.advice
    assert mailbox(is_active=False).is_well
    assert mailbox(is_active=True, problem=None, imap_host="").found.startswith("mail is forwarded to tillit")


def test_what_waits_and_what_did_not_go_is_counted(company: Company, bo: User) -> None:
    mailbox(looked_at=NOW)
    thread = MailThread.objects.create(
        conversation=desk.open_conversation("Hej", language="sv", is_for_people=True, now=NOW).conversation,
        mailbox=Mailbox.objects.get(),
        address="ana@example.org",
    )
    states = {"waiting": 1, "sending": 3, "sent": 9, "failed": 2, "returned": 24 * 8}
    for state, hours in states.items():
        at = NOW - hours * HOUR
        message = desk.answer(thread.conversation, state, bo, now=at)
        SentMail.objects.update_or_create(
            message=message, defaults={"thread": thread, "mail_id": state, "state": state, "changed_at": at}
        )
    told = mailbox()
    assert "2 to go out, the oldest written 3 h ago; 1 not sent in the last seven days" in told.found
    assert "Mail put aside" in told.advice
    assert "tries its servers" in told.advice
    SentMail.objects.exclude(state="waiting").delete()
    assert mailbox().is_well, "tries go on for an hour"


@pytest.mark.parametrize(
    ("heard", "found", "is_well"),
    [
        (None, "never heard from (refused), so nobody can book Ada", False),
        (HOUR, "last heard from 60 min ago (refused)", True),
        (13 * HOUR, "last heard from 13 h ago (refused); after 24 hours of silence nobody can book Ada", False),
        (25 * HOUR, "last heard from 25 h ago (refused), so nobody can book Ada", False),
    ],
)
def test_a_calendar_is_told_with_whether_it_still_counts(
    heard: timedelta | None, found: str, is_well: bool, company: Company
) -> None:
    BusyCalendar.objects.create(
        host=Host.objects.create(name="Ada"),
        name="Work",
        locked_address=b"",
        heard_at=None if heard is None else NOW - heard,
        reason="refused",
    )
    [told] = examine_calendars(now=NOW)
    assert (told.subject, told.found, told.is_well) == ("calendar Work", found, is_well)


def test_mails_about_bookings_are_told_where_any_waits_or_was_given_up(company: Company) -> None:
    assert list(examine_booking_mails(served=True)) == []
    row = BusyCalendar.objects.create(host=Host.objects.create(name="Ada"), locked_address=b"")
    refused = sentence("The mail server did not take it: {why}", why="down").to_json()
    for state, problem in (("sent", None), ("waiting", None), ("waiting", refused)):
        OutgoingMail.objects.create(
            calendar=row, host=row.host, what="silence", sequence=1, state=state, problem=problem, changed_at=NOW
        )
    [told] = examine_booking_mails(served=True)
    assert (told.found, told.is_well) == ("2 to go out, 1 of them tried in vain", True)
    OutgoingMail.objects.filter(state="waiting", problem__isnull=True).update(state="failed")
    [told] = examine_booking_mails(served=True)
    assert told.found == "1 to go out, 1 of them tried in vain; 1 given up"
    assert told.advice == "Bookings says why, and sends each again"
