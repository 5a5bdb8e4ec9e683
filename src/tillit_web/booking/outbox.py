"""Mails about bookings go out: noted with what they tell of, sent by a job, and tried again until the server took them.

A mail goes at least once. That the server took it is on record at once; killed in the moment between, nobody knows, and
it goes again under the same Message-ID: a customer may get the same mail twice, but none is lost. One whose words
cannot be made is put aside with its reason, and holds up none behind it.
"""

from __future__ import annotations

import contextlib
import logging
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused

from django.core.mail import EmailMessage, get_connection
from django.db import DatabaseError
from django.db.models import F, QuerySet
from django.utils import timezone
from django_tasks import task

from tillit import fault
from tillit.sentences import Sentence, sentence
from tillit_web.booking.letters import letter_of
from tillit_web.booking.models import Booking, BusyCalendar, Host, OutgoingMail
from tillit_web.booking.queries import mails_under_way

logger = logging.getLogger("tillit_web.booking")

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
MOST_TRIES = 30  # a day
LONGEST_SENDING = timedelta(minutes=5)  # after that, whoever was sending is dead
LONGEST_REASON = 200


@task()
def send_mails() -> None:
    """Send what waits."""
    send_waiting(now=timezone.now())


def note(booking: Booking, what: OutgoingMail.What, *, to: Host | None, now: datetime, root: str = "") -> None:
    """Note that a mail is to go, in the transaction that makes what it tells of.

    Args:
        to: A host; None for the customer.
        root: What the page's address begins with, `https://shop.example`.
    """
    OutgoingMail.objects.create(
        booking=booking, host=to, what=what, sequence=booking.sequence, root=root, changed_at=now
    )


def note_silence(calendar: BusyCalendar, told: BusyCalendar.Told, *, now: datetime) -> None:
    """Note that a host is to hear of their silent calendar, in the transaction that keeps how much they were told."""
    OutgoingMail.objects.create(
        calendar=calendar, host=calendar.host, what=OutgoingMail.What.SILENCE, sequence=told, changed_at=now
    )


def send_waiting(*, now: datetime) -> int:
    """Send what waits and is due; how many went. It may be killed anywhere, and run beside itself."""
    dead = OutgoingMail.objects.filter(state=OutgoingMail.State.SENDING, changed_at__lt=now - LONGEST_SENDING)
    dead.update(state=OutgoingMail.State.WAITING, tries=F("tries") + 1)
    went = 0
    for mail in mails_under_way().filter(state=OutgoingMail.State.WAITING):
        if mail.tries == 0 or mail.changed_at + _wait(mail.tries) <= now:
            went += _send(mail, now)
    return went


def send_again(mails: QuerySet[OutgoingMail], *, now: datetime) -> None:
    """Try anew what was given up."""
    given_up = mails.filter(state=OutgoingMail.State.FAILED)
    given_up.update(state=OutgoingMail.State.WAITING, tries=0, changed_at=now)


def _send(mail: OutgoingMail, now: datetime) -> bool:
    rows = OutgoingMail.objects.filter(pk=mail.pk)
    try:
        letter = _written(mail, now)
    except DatabaseError:
        raise  # it says nothing about this mail, and the next run finds it as it was
    except Exception as error:  # nobody knows every word that no mail can hold, and those behind it are to go
        logger.exception("a mail could not be made")
        said = sentence("It could not be written: {why}", why=_reason(error))
        _note_failure(rows, mail, said, now, is_lasting=True)
        return False
    if letter is None:
        rows.delete()
        return False
    try:
        return _hand_over(letter, rows)
    except SMTPRecipientsRefused as refused:
        codes = dict(refused.recipients.values())
        why = " ".join(f"{code} {_text(said)}" for code, said in codes.items())
        _note_failure(rows, mail, _not_taken(why), now, is_lasting=min(codes, default=0) >= 500)
    except ValueError as error:  # an address that this server can be told of in no way
        _note_failure(rows, mail, _not_taken(str(error)), now, is_lasting=True)
    except DatabaseError:
        raise
    except OSError as error:  # smtplib's own errors are such
        _note_failure(rows, mail, _not_taken(str(error)), now, is_lasting=False)
    except Exception as error:
        logger.exception("a mail was not sent")
        _note_failure(rows, mail, _not_taken(_reason(error)), now, is_lasting=False)
    return False


def _written(mail: OutgoingMail, now: datetime) -> EmailMessage | None:
    """The mail, which can be put into bytes: the server is not asked about one that cannot."""
    letter = letter_of(mail, now=now)
    if letter is not None:
        letter.message().as_bytes()
    return letter


def _hand_over(letter: EmailMessage, rows: QuerySet[OutgoingMail]) -> bool:
    waiting = rows.filter(state=OutgoingMail.State.WAITING)
    link = get_connection()
    try:
        link.open()
        if not waiting.update(state=OutgoingMail.State.SENDING, changed_at=timezone.now()):
            return False  # another process took it a moment ago
        fault.point("booking.mail_sending")
        link.send_messages([letter])
        fault.point("booking.mail_sent")
        rows.update(state=OutgoingMail.State.SENT, problem=None, changed_at=timezone.now())
    finally:
        with contextlib.suppress(SMTPException, OSError):  # a goodbye that fails takes nothing back
            link.close()
    return True


def _note_failure(
    rows: QuerySet[OutgoingMail], mail: OutgoingMail, problem: Sentence, now: datetime, *, is_lasting: bool
) -> None:
    is_over = is_lasting or mail.tries + 1 >= MOST_TRIES
    rows.update(
        state=OutgoingMail.State.FAILED if is_over else OutgoingMail.State.WAITING,
        tries=F("tries") + 1,
        problem=problem.to_json(),
        changed_at=now,
    )


def _not_taken(why: str) -> Sentence:
    return sentence("The mail server did not take it: {why}", why=why[:LONGEST_REASON])


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:LONGEST_REASON]


def _wait(tries: int) -> timedelta:
    return min(FIRST_WAIT * (1 << min(tries - 1, 10)), LONGEST_WAIT)


def _text(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said
