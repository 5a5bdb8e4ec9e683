"""Which conversation a mail belongs to: one whose mail it answers, or whose tag it was sent to; never by its sender."""

from __future__ import annotations

import base64
import hmac
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from tillit.desk.mail import Mail
from tillit.events.key import read_or_create_key
from tillit_web.mailboxes.models import Mailbox, MailThread, SentMail

TAG_BYTES = 10
_TAG = re.compile(r"(?P<name>[^+]+)\+t(?P<thread>\d{1,18})-(?P<proof>[a-z2-7]{16})@(?P<domain>.+)")


@dataclass(frozen=True, slots=True)
class Belonging:
    """Where a mail belongs.

    Attributes:
        thread: Whose conversation it continues; None for a new one.
        came_with_another: It names a thread of somebody else's; that is shown, and opens nothing.
    """

    thread: MailThread | None
    came_with_another: bool = False


def belonging(mail: Mail) -> Belonging:
    """The thread that a mail continues: it names one of ours, and its sender is the one we wrote to."""
    named = _named(mail)
    if named is None:
        return Belonging(None)
    return Belonging(named) if named.address.lower() == mail.sender else Belonging(None, came_with_another=True)


def returned(mail: Mail) -> SentMail | None:
    """Of a bounce, which of our mails came back."""
    return SentMail.objects.filter(mail_id__in=mail.references).order_by("-id").first()


def new_message_id(mailbox: Mailbox) -> str:
    """An id that nobody guesses who was not sent it."""
    return f"tillit.{secrets.token_hex(16)}@{mailbox.address.partition('@')[2]}"


def reply_address(thread: MailThread) -> str:
    """Where answers are to go: with the conversation's tag, where the server takes such addresses."""
    name, _, domain = thread.mailbox.address.partition("@")
    return f"{name}+t{thread.pk}-{_proof(thread.pk)}@{domain}" if thread.mailbox.has_tags else thread.mailbox.address


def without_tag(address: str) -> str:
    """The mailbox that an address with a tag stands for."""
    found = _TAG.fullmatch(address)
    return address if found is None else f"{found['name']}@{found['domain']}"


def _named(mail: Mail) -> MailThread | None:
    threads = MailThread.objects.select_related("conversation", "mailbox")
    for address in mail.recipients:
        found = _TAG.fullmatch(address)
        if found is not None and hmac.compare_digest(_proof(int(found["thread"])), found["proof"]):
            return threads.filter(pk=int(found["thread"])).first()
    sent = SentMail.objects.filter(mail_id__in=mail.references).order_by("-id").first()
    return None if sent is None else threads.get(pk=sent.thread_id)


def _proof(thread: int) -> str:
    key = read_or_create_key(Path(settings.DATA_DIRECTORY))
    digest = hmac.digest(key, f"tillit mail thread {thread}".encode(), "sha256")[:TAG_BYTES]
    return base64.b32encode(digest).decode().lower()
