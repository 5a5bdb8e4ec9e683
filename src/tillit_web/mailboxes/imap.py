"""Reading a shared mailbox over IMAP: what came since the last look, oldest first; nothing is deleted there."""

from __future__ import annotations

import contextlib
import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from tillit.desk.mail import LARGEST_MAIL
from tillit.errors import TillitError
from tillit.sentences import sentence
from tillit_web.mailboxes.models import Mailbox
from tillit_web.mailboxes.problems import MailboxProblem, connection_problem, letters_problem
from tillit_web.mailboxes.tokens import access_token, xoauth2

SECONDS = 20.0
MOST_AT_ONCE = 50  # mails of one look; the next look takes the rest
# One byte more than is read, so that a larger mail is told from one that just fits.
MOST_BYTES = LARGEST_MAIL + 1
MOST_LITERAL = MOST_BYTES + 64 * 1024
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")  # as RFC 3501 has them
_NUMBER = re.compile(rb"UID (\d{1,18})")


@dataclass(frozen=True, slots=True)
class Fetched:
    """One mail and its number in the folder."""

    uid: int
    raw: bytes


class Folder:
    """An open folder."""

    def __init__(self, link: imaplib.IMAP4, validity: int, next_uid: int) -> None:
        self._link = link
        self.validity = validity
        self.next_uid = next_uid

    def after(self, uid: int, *, since: date | None = None) -> Iterator[Fetched]:
        """What came after a number and not before a day, oldest first; fetching marks nothing as seen."""
        day = f" SINCE {since.day}-{_MONTHS[since.month - 1]}-{since.year}" if since else ""
        found = self._told(self._link.uid("SEARCH", f"UID {uid + 1}:*{day}"))
        numbers = sorted(
            {int(each) for line in found if isinstance(line, bytes) for each in line.split() if each.isdigit()}
        )
        for number in [each for each in numbers if each > uid][:MOST_AT_ONCE]:  # "*" is the last one, however low
            parts = self._told(self._link.uid("FETCH", str(number), f"(UID BODY.PEEK[]<0.{MOST_BYTES}>)"))
            for part in parts:
                if isinstance(part, tuple) and _is_of(part[0], number):
                    yield Fetched(number, bytes(part[1]))
                    break

    def mark_seen(self, uid: int) -> None:
        """Tell colleagues who read the mailbox elsewhere that it was taken; where that is refused nothing is lost."""
        with contextlib.suppress(imaplib.IMAP4.error):
            self._link.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")

    def _told(
        self, answer: tuple[str, list[bytes | tuple[bytes, bytes] | None]]
    ) -> list[bytes | tuple[bytes, bytes] | None]:
        kind, lines = answer
        if kind != "OK":
            raise MailboxProblem(sentence("The mail server refuses: {why}.", why=_said(lines)))
        return lines


class _Bounded(imaplib.IMAP4_SSL):
    """Believes no server that announces more than was asked for."""

    def read(self, size: int) -> bytes:
        if size > MOST_LITERAL:
            raise self.abort(f"{size} bytes announced")
        return super().read(size)


@contextmanager
def opened(mailbox: Mailbox, *, now: datetime) -> Iterator[Folder]:
    """The mailbox's folder, for the length of the block.

    Raises:
        MailboxProblem: It cannot be reached, opened, or read.
    """
    place = f"{mailbox.imap_host}:{mailbox.imap_port}"
    try:
        link = _Bounded(mailbox.imap_host, mailbox.imap_port, ssl_context=ssl.create_default_context(), timeout=SECONDS)
    except OSError as error:
        raise connection_problem(place, error) from error
    except imaplib.IMAP4.error as error:
        raise MailboxProblem(sentence("{place} is no IMAP server, or refuses us.", place=place)) from error
    try:
        _sign_in(link, mailbox, now=now)
        yield _selected(link, mailbox.folder)
    except TillitError:
        raise
    except OSError as error:
        raise connection_problem(place, error) from error
    except (imaplib.IMAP4.error, ValueError, IndexError) as error:
        raise MailboxProblem(
            sentence("{place} broke off: {why}.", place=place, why=str(error)[:200] or type(error).__name__)
        ) from error
    finally:
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            link.logout()
        with contextlib.suppress(OSError):
            link.shutdown()  # also where it broke off before


def _sign_in(link: imaplib.IMAP4, mailbox: Mailbox, *, now: datetime) -> None:
    user = mailbox.user or mailbox.address
    try:
        if mailbox.sign_in == Mailbox.SignIn.XOAUTH2:
            told = xoauth2(user, access_token(mailbox, now=now)).encode()
            # A refusal comes as a challenge with its reason; the answer to that is empty.
            answers = iter((told, b""))
            link.authenticate("XOAUTH2", lambda _challenge: next(answers, b""))
        else:
            link.login(user, mailbox.secrets.password)
    except imaplib.IMAP4.abort:
        raise
    except UnicodeError as error:
        raise letters_problem() from error
    except imaplib.IMAP4.error as error:
        raise MailboxProblem(
            sentence("The mail server does not let {user} in: {why}.", user=user, why=str(error)[:200]), is_lasting=True
        ) from error


def _selected(link: imaplib.IMAP4, folder: str) -> Folder:
    quoted = '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
    kind, lines = link.select(quoted)
    if kind != "OK":
        raise MailboxProblem(
            sentence("There is no folder {folder} in the mailbox: {why}.", folder=folder, why=_said(lines))
        )
    return Folder(link, _number(link, "UIDVALIDITY"), _number(link, "UIDNEXT"))


def _number(link: imaplib.IMAP4, name: str) -> int:
    _, found = link.response(name)
    return int(found[0]) if found and found[0] else 0


def _is_of(head: bytes, number: int) -> bool:
    found = _NUMBER.search(head)
    return found is None or int(found[1]) == number


def _said(lines: Sequence[bytes | tuple[bytes, bytes] | None]) -> str:
    return next((line.decode("utf-8", "replace")[:200] for line in lines if isinstance(line, bytes)), "")
