"""What pages read of mailboxes, held mails and mails on their way."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from tillit.desk.mail import MailError, read_mail
from tillit_web.mailboxes.models import HeldMail, Mailbox, MailThread, SentMail
from tillit_web.mailboxes.threads import without_tag

MOST_SHOWN = 100
UNSENT = (SentMail.State.FAILED, SentMail.State.UNCERTAIN, SentMail.State.RETURNED)


def mailboxes() -> QuerySet[Mailbox]:
    """Those that are not removed."""
    return Mailbox.objects.filter(removed_at=None)


def mailbox_for(address: str, raw: bytes) -> Mailbox | None:
    """The mailbox that a mail is for: the one named, the one it was sent to, or the only one there is."""
    rows = {row.address: row for row in mailboxes()}
    if address:
        return rows.get(without_tag(address.strip().lower()))
    try:
        recipients = read_mail(raw).recipients
    except MailError:
        recipients = ()
    named = next((rows[plain] for each in recipients if (plain := without_tag(each)) in rows), None)
    return named or (next(iter(rows.values())) if len(rows) == 1 else None)


def held() -> QuerySet[HeldMail]:
    """What became no conversation, the latest first."""
    return HeldMail.objects.select_related("mailbox").defer("raw")


def unsent() -> QuerySet[SentMail]:
    """Mails of ours that did not arrive, as far as we know, the latest first."""
    rows = SentMail.objects.filter(state__in=UNSENT).select_related("thread__conversation", "message")
    return rows.order_by("-changed_at")


def thread_of(conversation: int) -> MailThread | None:
    """How a conversation goes on by mail; None where it does not."""
    return MailThread.objects.select_related("mailbox").filter(conversation_id=conversation).first()


def on_their_way(messages: Collection[int]) -> dict[int, SentMail]:
    """The mail of each of these messages that has one."""
    return {
        row.message.pk: row for row in SentMail.objects.filter(message__in=list(messages)).select_related("message")
    }
