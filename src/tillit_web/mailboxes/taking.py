"""A mail is taken in: once, by whichever way it came, and wholly or not at all."""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.db import OperationalError, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tillit import fault
from tillit.desk.mail import LARGEST_MAIL, Mail, MailError, MailKind, addresses_in, read_mail
from tillit.desk.text import NoText, cleaned
from tillit.events.key import read_or_create_key
from tillit.sentences import Sentence, sentence
from tillit_web.booking.actions import Heard, reply_received
from tillit_web.desk import actions as desk
from tillit_web.desk.handing import subject_in
from tillit_web.desk.models import LONGEST_TEXT, Conversation
from tillit_web.mailboxes.models import HeldMail, Mailbox, MailThread, SentMail, TakenMail
from tillit_web.mailboxes.threads import belonging, returned
from tillit_web.people.queries import company

logger = logging.getLogger("tillit_web.mailboxes")

HEAD_BYTES = 64 * 1024  # in which a held mail's sender is looked for
MOST_FROM_ONE_AN_HOUR = 20  # conversations that one sender opens; a program that writes in circles opens more


class Outcome(StrEnum):
    """What became of a mail."""

    TAKEN = "taken"
    DUPLICATE = "duplicate"
    HELD = "held"
    OURS = "ours"  # one that we sent came round


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a mail; the conversation where it is in one."""

    outcome: Outcome
    conversation: Conversation | None = None


def take(mailbox: Mailbox, raw: bytes, *, now: datetime, even_if_automatic: bool = False) -> Taken:
    """Take one mail in. It is on stable storage when this returns, in a conversation or among those held.

    Args:
        raw: As it came.
        even_if_automatic: A person looked at it, and says that it is for us.
    """
    try:
        mail = read_mail(raw)
    except MailError as error:
        return _hold(mailbox, raw, error.code, error.sentence, now)
    except Exception:  # nobody knows every broken mail, and one must not keep those behind it from coming in
        logger.exception("a mail could not be read")
        return _hold(mailbox, raw, HeldMail.Code.BROKEN, _WE_FAILED, now)
    try:
        with transaction.atomic():
            found = _take(mailbox, mail, raw, now, even_if_automatic=even_if_automatic)
            fault.point("mail.before_commit")
    except desk.TooMany:
        return _hold(mailbox, raw, HeldMail.Code.TOO_MANY, _TOO_MANY, now, mail)
    except OperationalError:
        raise  # the database is busy or full: it says nothing about this mail, and the next look fetches it again
    except Exception:
        logger.exception("a mail could not be taken in")
        return _hold(mailbox, raw, HeldMail.Code.BROKEN, _WE_FAILED, now)
    fault.point("mail.after_commit")
    return found


def _take(mailbox: Mailbox, mail: Mail, raw: bytes, now: datetime, *, even_if_automatic: bool) -> Taken:
    once = hmac.digest(read_or_create_key(Path(settings.DATA_DIRECTORY)), mail.once, "sha256")[:16]
    known = TakenMail.objects.filter(once=once).select_related("conversation").first()
    if known is not None:
        return Taken(Outcome.DUPLICATE, known.conversation)
    if mail.message_id and SentMail.objects.filter(mail_id=mail.message_id).exists():
        return Taken(Outcome.OURS)
    if mail.calendar and reply_received(mail.calendar.encode()) is not Heard.NOT_OURS:
        # A calendar answered an invitation: it stands beside the booking, and nobody wrote anything.
        TakenMail.objects.create(once=once, mailbox=mailbox, taken_at=now)
        HeldMail.objects.filter(digest=_digest(raw)).delete()
        return Taken(Outcome.TAKEN)
    belongs = belonging(mail)
    is_written = mail.kind is MailKind.WRITTEN or even_if_automatic
    if mail.kind is MailKind.BOUNCE and not even_if_automatic and (sent := returned(mail)) is not None:
        conversation = _came_back(sent, mail, now)
    elif not is_written and belongs.thread is None:
        return _hold(mailbox, raw, mail.kind.value, _AUTOMATIC, now, mail)
    elif belongs.thread is not None and not is_written:
        conversation = belongs.thread.conversation
        desk.note(conversation, _automatic(mail), None, now=now)
    else:
        conversation = _say(mailbox, mail, belongs.thread, now, with_another=belongs.came_with_another)
    TakenMail.objects.create(once=once, mailbox=mailbox, conversation=conversation, taken_at=now)
    HeldMail.objects.filter(digest=_digest(raw)).delete()
    return Taken(Outcome.TAKEN, conversation)


def _say(mailbox: Mailbox, mail: Mail, thread: MailThread | None, now: datetime, *, with_another: bool) -> Conversation:
    """The customer's words, in the conversation they belong to or in one of their own."""
    first, *rest = list(_pieces(mail.text)) or ["–"]
    if thread is None:
        lately = Conversation.objects.filter(channel=Conversation.Channel.MAIL, email=mail.sender)
        if lately.filter(opened_at__gt=now - desk.WRITTEN_WITHIN * 6).count() >= MOST_FROM_ONE_AN_HOUR:
            raise desk.TooMany
        conversation = desk.open_conversation(
            first,
            language=mailbox.language,
            channel=Conversation.Channel.MAIL,
            name=mail.sender_name,
            email=mail.sender,
            topic=mail.subject[:60],
            is_for_people=True,
            now=now,
        ).conversation
        thread = MailThread(conversation=conversation, mailbox=mailbox, address=mail.sender, title=mail.subject)
        thread.came_with_another = with_another
    else:
        conversation = thread.conversation
        rest.insert(0, first)
    for text in rest:
        desk.customer_writes(conversation, text, now=now)
    thread.last_id = mail.message_id or thread.last_id
    thread.save()
    for line in _remarks(mail, mailbox, with_another=with_another):
        desk.note(conversation, line, None, now=now)
    return conversation


def _pieces(text: str) -> Iterator[str]:
    """A long mail as messages of the desk's length, cut between lines where it can be."""
    left = text
    while left.strip():
        end = len(left)
        if end > LONGEST_TEXT:
            end = max(
                left.rfind("\n", 1, LONGEST_TEXT),
                left.rfind(" ", 1, LONGEST_TEXT) if "\n" not in left[:LONGEST_TEXT] else 0,
            )
            end = end if end > 0 else LONGEST_TEXT
        piece, left = left[:end], left[end:]
        try:
            yield cleaned(piece, longest=LONGEST_TEXT)
        except NoText:
            continue


def _remarks(mail: Mail, mailbox: Mailbox, *, with_another: bool) -> Iterator[str]:
    """What colleagues should know of a mail besides its words, in the company's language."""
    with translation.override(company().language):
        if with_another:
            yield _(
                "This mail answers another conversation of ours, and comes from another address than we wrote to. "
                "It is kept apart: tell nothing of that conversation."
            )
        if mail.attachments:
            count = len(mail.attachments)
            words = ngettext(
                "It came with %(n)s file, which is not kept: %(names)s.",
                "It came with %(n)s files, which are not kept: %(names)s.",
                count,
            )
            line = words % {"n": count, "names": ", ".join(mail.attachments)}
            # It is marked as read there and never taken away: what came with it is opened in a mail program.
            stays = _("The mail itself is in the mailbox.")
            yield f"{line} {stays}" if mailbox.imap_host else line
        if mail.is_shortened:
            yield _("The mail was longer than is kept; its end is missing.")


def _automatic(mail: Mail) -> str:
    with translation.override(company().language):
        heading = _("A program answered from %(address)s:") % {"address": mail.sender}
    return f"{heading}\n{mail.text[: LONGEST_TEXT - 400] or '–'}"


def _came_back(sent: SentMail, mail: Mail, now: datetime) -> Conversation:
    """One of ours did not arrive: said where everybody sees it."""
    sent.state, sent.changed_at = SentMail.State.RETURNED, now
    sent.save()
    conversation = sent.thread.conversation
    with translation.override(company().language):
        heading = _("What we wrote to %(address)s came back:") % {"address": sent.thread.address}
    desk.note(conversation, f"{heading}\n{mail.text[: LONGEST_TEXT - 400] or '–'}", None, now=now)
    return conversation


@transaction.atomic
def _hold(mailbox: Mailbox, raw: bytes, code: str, reason: Sentence, now: datetime, mail: Mail | None = None) -> Taken:
    """Keep it as it came, where people see it. What is larger than is read is cut: its beginning says whose it is."""
    sender = mail.sender if mail is not None else next(iter(_senders(raw)), "")
    HeldMail.objects.get_or_create(
        digest=_digest(raw),
        defaults={
            "mailbox": mailbox,
            "code": code,
            "reason": reason.to_json(),
            "sender": sender[:254],
            "title": mail.subject if mail is not None else "",
            "subject": subject_in(sender, ""),
            "raw": raw[:LARGEST_MAIL],
            "received_at": now,
        },
    )
    fault.point("mail.before_commit")
    return Taken(Outcome.HELD)


def _senders(raw: bytes) -> tuple[str, ...]:
    head = raw[:HEAD_BYTES].decode("latin-1")
    lines = [line for line in head.splitlines() if line.lower().startswith("from:")]
    return addresses_in(" ".join(lines))


def _digest(raw: bytes) -> bytes:
    return hashlib.blake2b(raw, digest_size=16).digest()


_AUTOMATIC = sentence("A program wrote it, and it belongs to no conversation.")
_TOO_MANY = sentence("More came from this sender within a short time than people write.")
_WE_FAILED = sentence("It could not be read. It is kept as it came, and can be tried again after the next upgrade.")
