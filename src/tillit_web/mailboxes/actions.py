"""What may be done to mailboxes: set one up, look into it, pause it, remove it; and to mails that were held."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
from django.db import transaction

from tillit.errors import InputError, TillitError
from tillit.sentences import Sentence, sentence
from tillit_web.mailboxes import imap, smtp
from tillit_web.mailboxes.models import HeldMail, Mailbox, Secrets
from tillit_web.mailboxes.sending import send_again as send_again
from tillit_web.mailboxes.sending import send_waiting as send_waiting
from tillit_web.mailboxes.taking import Outcome, Taken, take
from tillit_web.people.models import User

logger = logging.getLogger("tillit_web.mailboxes")

OVERLAP = timedelta(days=1)  # a server that numbered its folder anew is asked from the day before the last look
MOST_LOOKS = 10  # of 50 mails each, in one go


class OwnAddress(InputError):
    """An employee's own address: no mailbox for tillit."""


def refuse_own_address(address: str) -> None:
    """Shared mailboxes only.

    Raises:
        OwnAddress: A colleague signs in by it.
    """
    if User.objects.filter(email=address.strip().lower()).exists():
        raise OwnAddress(
            sentence(
                "{address} is a colleague's own address. Only shared mailboxes are read, such as info@ or support@.",
                address=address,
            )
        )


def keep(mailbox: Mailbox, *, typed: Secrets) -> Mailbox:
    """Keep a mailbox as it was typed; a secret that was left empty stays what it was.

    Raises:
        OwnAddress: Its address, or the name it signs in with, is a colleague's own.
    """
    refuse_own_address(mailbox.address)
    refuse_own_address(mailbox.user)
    before = mailbox.secrets if mailbox.pk else Secrets()
    changed = {name: value for name, value in msgspec.structs.asdict(typed).items() if value}
    mailbox.secrets = msgspec.structs.replace(before, access_token="", access_ends_at=0, **changed)
    mailbox.save()
    return mailbox


def examine(mailbox: Mailbox, *, now: datetime) -> list[tuple[str, Sentence | None]]:
    """Try what is set up, without reading or sending anything: "in" and "out", each with what is wrong."""
    found: list[tuple[str, Sentence | None]] = []
    if mailbox.imap_host:
        found.append(("in", _trouble(lambda: _look_in(mailbox, now))))
    if mailbox.smtp_host:
        found.append(("out", _trouble(lambda: _greet(mailbox, now))))
    return found


def pause(mailbox: Mailbox, *, paused: bool) -> None:
    """Take nothing in and send nothing until somebody goes on; what comes meanwhile waits at the server."""
    Mailbox.objects.filter(pk=mailbox.pk).update(is_active=not paused)


@transaction.atomic
def remove(mailbox: Mailbox, *, now: datetime) -> None:
    """Forget what opens it; its conversations stay. Without any, all of it goes."""
    row = Mailbox.objects.select_for_update().get(pk=mailbox.pk)
    if not row.threads.exists():
        row.delete()
        return
    row.is_active, row.removed_at = False, now
    row.locked, row.imap_host, row.smtp_host, row.uid_validity, row.last_uid = b"", "", "", None, 0
    row.save()


def look_everywhere(*, now: datetime) -> int:
    """Look into every mailbox that is read over IMAP; how many mails came."""
    return sum(look(row, now=now) for row in Mailbox.objects.filter(is_active=True).exclude(imap_host=""))


def look(mailbox: Mailbox, *, now: datetime) -> int:
    """Take in what came since the last look; how many mails were looked at.

    The number up to which was read is kept after each mail's own commit, and only then is it marked as seen: killed in
    between, it is fetched again, and known. The first look takes nothing: what was there before is not tillit's.
    """
    count, problem = 0, None
    try:
        with imap.opened(mailbox, now=now) as folder:
            since = None
            if mailbox.uid_validity is None:
                mailbox.last_uid = max(0, folder.next_uid - 1)
            elif mailbox.uid_validity != folder.validity:
                mailbox.last_uid, since = 0, ((mailbox.looked_at or now) - OVERLAP).date()
            mailbox.uid_validity = folder.validity
            _keep_place(mailbox)
            for _ in range(MOST_LOOKS):
                before = count
                for found in folder.after(mailbox.last_uid, since=since):
                    take(mailbox, found.raw, now=now)
                    mailbox.last_uid = found.uid
                    _keep_place(mailbox)
                    folder.mark_seen(found.uid)
                    count += 1
                if count - before < imap.MOST_AT_ONCE:
                    break
    except TillitError as error:
        logger.warning("a mailbox could not be read: %s", type(error).__name__)
        problem = error.sentence.to_json()
    Mailbox.objects.filter(pk=mailbox.pk).update(looked_at=now, problem=problem)
    return count


def take_in(held: HeldMail, *, now: datetime) -> Taken:
    """A person looked at a held mail, and says that it is for us. What still cannot be read stays held."""
    mailbox = held.mailbox or Mailbox.objects.filter(removed_at=None).first()
    if mailbox is None:
        return Taken(Outcome.HELD)
    return take(mailbox, bytes(held.raw), now=now, even_if_automatic=True)


def _keep_place(mailbox: Mailbox) -> None:
    Mailbox.objects.filter(pk=mailbox.pk).update(uid_validity=mailbox.uid_validity, last_uid=mailbox.last_uid)


def _look_in(mailbox: Mailbox, now: datetime) -> None:
    with imap.opened(mailbox, now=now):
        pass


def _greet(mailbox: Mailbox, now: datetime) -> None:
    with smtp.signed_in(mailbox, now=now):
        pass


def _trouble(attempt: Callable[[], None]) -> Sentence | None:
    try:
        attempt()
    except TillitError as error:
        return error.sentence
    return None
