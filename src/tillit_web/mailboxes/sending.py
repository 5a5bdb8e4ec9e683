"""What we say in conversations by mail goes out: noted with the message, sent once; what fails stays to be seen."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from django.db import DatabaseError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from tillit import fault
from tillit.desk.handoff import Author
from tillit.desk.mail import addresses_in
from tillit.errors import TillitError
from tillit.sentences import Sentence, sentence
from tillit_web.answers.written import as_text
from tillit_web.desk import actions as desk
from tillit_web.desk.models import Message
from tillit_web.mailboxes import smtp
from tillit_web.mailboxes.models import MailThread, SentMail
from tillit_web.mailboxes.problems import MailboxProblem
from tillit_web.mailboxes.threads import new_message_id, reply_address
from tillit_web.people.queries import company
from tillit_web.ui.templatetags.tillit import said

logger = logging.getLogger("tillit_web.mailboxes")

MOST_TRIES = 6
WAIT = timedelta(minutes=2)  # doubled with each try
LONGEST_SENDING = timedelta(minutes=5)  # after that, whoever was sending is dead
MOST_REFERENCES = 20
LONGEST_REASON = 200


class _SomebodyElseSends(Exception):
    """Another process took the row a moment ago."""


def note_to_send(message: Message) -> None:
    """Note that a message is to go out by mail, in the transaction that keeps it."""
    thread = MailThread.objects.select_related("mailbox").filter(conversation=message.conversation_id).first()
    if thread is not None:
        SentMail.objects.create(
            message=message,
            thread=thread,
            mail_id=new_message_id(thread.mailbox),
            changed_at=message.written_at,
        )


def send_waiting(*, now: datetime) -> int:
    """Send what waits; how many went. Killed anywhere, no mail goes twice: what may have gone is shown to people."""
    dead = SentMail.objects.filter(state=SentMail.State.SENDING, changed_at__lt=now - LONGEST_SENDING)
    for row in dead.select_related("thread__conversation"):
        row.state, row.changed_at, row.problem = SentMail.State.UNCERTAIN, now, _UNCERTAIN.to_json()
        with transaction.atomic():
            row.save()
            _tell_colleagues(row, _UNCERTAIN, now)
    went = 0
    for row in SentMail.objects.filter(state=SentMail.State.WAITING).select_related("thread__mailbox", "message"):
        if row.thread.mailbox.is_active and row.changed_at + _wait(row.tries) <= now:
            went += _send(row, now)
    return went


def send_again(row: SentMail, *, now: datetime) -> None:
    """A person saw that it did not go, or does not mind that it goes twice."""
    SentMail.objects.filter(pk=row.pk).exclude(state=SentMail.State.SENDING).update(
        state=SentMail.State.WAITING, tries=0, problem=None, changed_at=now
    )


def as_mail(row: SentMail) -> EmailMessage:
    """The mail of one message: plain text, from the mailbox's own address, in the customer's thread."""
    thread, mailbox = row.thread, row.thread.mailbox
    mail = EmailMessage(policy=SMTP)
    name, _at, domain = mailbox.address.partition("@")
    mail["From"] = Address(mailbox.name or company().name, name, domain)
    if addresses_in(thread.address) != (thread.address.lower(),):
        raise MailboxProblem(sentence("{address} is no address.", address=thread.address), is_lasting=True)
    mail["To"] = Address(addr_spec=thread.address)
    if (back := reply_address(thread)) != mailbox.address:
        mail["Reply-To"] = Address(addr_spec=back)
    mail["Subject"] = _subject(thread.title)
    mail["Date"] = format_datetime(row.message.written_at)
    mail["Message-ID"] = f"<{row.mail_id}>"
    earlier = SentMail.objects.filter(thread=thread, pk__lt=row.pk).order_by("pk").values_list("mail_id", flat=True)
    references = [*list(earlier)[-MOST_REFERENCES:], *([thread.last_id] if thread.last_id else [])]
    if references:
        mail["In-Reply-To"] = f"<{references[-1]}>"
        mail["References"] = " ".join(f"<{each}>" for each in references)
    is_machine = row.message.author == Author.MACHINE.value
    if is_machine:
        mail["Auto-Submitted"] = "auto-replied"  # RFC 3834: no program answers it
    mail.set_content(_words(row.message, thread.conversation.language, is_machine=is_machine), cte="quoted-printable")
    return mail


def _words(message: Message, language: str, *, is_machine: bool) -> str:
    if not is_machine:
        return f"{message.text}\n\n{message.said_as}\n" if message.said_as else message.text + "\n"
    with translation.override(language):
        says = _("A machine wrote this answer. If it does not help, reply to this mail and write: a person, please.")
    return f"{as_text(message.text)}\n\n{says}\n"


def _subject(title: str) -> str:
    plain = " ".join(title.split())
    return plain if plain.lower().startswith(("re:", "sv:")) else f"Re: {plain}".strip()


def _send(row: SentMail, now: datetime) -> int:
    def about_to_go() -> None:
        claimed = SentMail.objects.filter(pk=row.pk, state=SentMail.State.WAITING)
        if not claimed.update(state=SentMail.State.SENDING, changed_at=timezone.now()):
            raise _SomebodyElseSends
        fault.point("mail.sending")

    try:
        smtp.send(row.thread.mailbox, _written(row), before_it_goes=about_to_go, now=now)
    except DatabaseError:
        raise  # it says nothing about this mail, and the next run finds it as it was
    except _SomebodyElseSends:
        return 0
    except TillitError as error:
        _note_failure(row, error, now)
        return 0
    except Exception as error:  # one mail is not to hold up those behind it, whatever is wrong with it
        logger.exception("a mail was not sent")
        _note_failure(row, MailboxProblem(sentence("It could not be sent: {why}", why=_reason(error))), now)
        return 0
    fault.point("mail.sent")
    SentMail.objects.filter(pk=row.pk).update(state=SentMail.State.SENT, problem=None, changed_at=timezone.now())
    return 1


def _written(row: SentMail) -> EmailMessage:
    """The mail, which can be put into bytes: the server is not asked about one that cannot."""
    try:
        mail = as_mail(row)
        mail.as_bytes()
    except (TillitError, DatabaseError):
        raise
    except Exception as error:  # nobody knows every word that no mail can hold
        logger.exception("a mail could not be made")
        problem = sentence("It could not be written: {why}", why=_reason(error))
        raise MailboxProblem(problem, is_lasting=True) from error
    return mail


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:LONGEST_REASON]


@transaction.atomic
def _note_failure(row: SentMail, error: TillitError, now: datetime) -> None:
    current = SentMail.objects.get(pk=row.pk)
    current.tries += 1
    was_refused = isinstance(error, MailboxProblem) and error.was_refused
    is_lasting = isinstance(error, MailboxProblem) and error.is_lasting
    if current.state == SentMail.State.SENDING and not was_refused:
        current.state = SentMail.State.UNCERTAIN  # the mail was said, and the answer was lost
    else:
        is_over = is_lasting or current.tries >= MOST_TRIES
        current.state = SentMail.State.FAILED if is_over else SentMail.State.WAITING
    current.problem, current.changed_at = error.sentence.to_json(), now
    current.save()
    if current.state != SentMail.State.WAITING:
        _tell_colleagues(current, error.sentence, now)


def _tell_colleagues(row: SentMail, why: Sentence, now: datetime) -> None:
    """Where they look: in the conversation."""
    with translation.override(company().language):
        text = _("What we wrote to %(address)s may not have arrived: %(why)s See Mail put aside.")
        said_why = said(why)
        line = text % {"address": row.thread.address, "why": said_why if said_why.endswith(".") else f"{said_why}."}
    desk.note(row.thread.conversation, line, None, now=now)


def _wait(tries: int) -> timedelta:
    return timedelta() if tries == 0 else WAIT * 2 ** (tries - 1)


_UNCERTAIN = sentence("tillit was stopped while it sent this. Nobody knows whether it arrived.")
