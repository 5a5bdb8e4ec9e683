"""One mail out: by the mailbox's own server where it has one, else by the installation's."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from tillit.sentences import sentence
from tillit_web.mail import can_mail
from tillit_web.mailboxes.models import Mailbox
from tillit_web.mailboxes.problems import MailboxProblem, connection_problem, letters_problem
from tillit_web.mailboxes.tokens import access_token, xoauth2

SECONDS = 20.0
IMPLICIT_TLS = 465


def can_send(mailbox: Mailbox) -> bool:
    """Whether there is a server for it."""
    return bool(mailbox.smtp_host) or can_mail()


def send(mailbox: Mailbox, message: EmailMessage, *, before_it_goes: Callable[[], None], now: datetime) -> None:
    """Hand a mail to the server.

    Args:
        before_it_goes: Called once everything is agreed and only the mail itself is left to say: if we die after that,
            nobody knows whether it went.

    Raises:
        MailboxProblem: It did not go.
    """
    if not can_send(mailbox):
        raise MailboxProblem(sentence("No mail server is set up: name one for this mailbox, or in TILLIT_MAIL."))
    if not mailbox.smtp_host:
        _send_by_installation(message, before_it_goes)
        return
    with signed_in(mailbox, now=now) as link:
        _refused_by(link.mail(mailbox.address), is_lasting=False)
        _refused_by(link.rcpt(str(message["To"].addresses[0].addr_spec)), is_lasting=True)
        before_it_goes()
        _refused_by(link.data(message.as_bytes(policy=message.policy.clone(linesep="\r\n"))), is_lasting=False)


@contextmanager
def signed_in(mailbox: Mailbox, *, now: datetime) -> Iterator[smtplib.SMTP]:
    """The mailbox's own server, ready to take a mail.

    Raises:
        MailboxProblem: It cannot be reached, has no TLS, or does not let us in.
    """
    place, context = f"{mailbox.smtp_host}:{mailbox.smtp_port}", ssl.create_default_context()
    link: smtplib.SMTP | None = None
    try:
        if mailbox.smtp_port == IMPLICIT_TLS:
            link = smtplib.SMTP_SSL(mailbox.smtp_host, mailbox.smtp_port, timeout=SECONDS, context=context)
        else:
            link = smtplib.SMTP(mailbox.smtp_host, mailbox.smtp_port, timeout=SECONDS)
            link.starttls(context=context)
        link.ehlo_or_helo_if_needed()
        _sign_in(link, mailbox, now=now)
        yield link
    except smtplib.SMTPAuthenticationError as error:
        raise MailboxProblem(
            sentence(
                "The mail server does not let {user} in: {why}.",
                user=mailbox.user or mailbox.address,
                why=_said(error.smtp_error),
            ),
            is_lasting=True,
        ) from error
    except UnicodeError as error:
        raise letters_problem() from error
    except smtplib.SMTPException as error:
        raise MailboxProblem(sentence("{place} broke off: {why}.", place=place, why=str(error)[:200])) from error
    except OSError as error:
        raise connection_problem(place, error) from error
    finally:
        if link is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                link.quit()


def _sign_in(link: smtplib.SMTP, mailbox: Mailbox, *, now: datetime) -> None:
    user = mailbox.user or mailbox.address
    if mailbox.sign_in == Mailbox.SignIn.XOAUTH2:
        told = xoauth2(user, access_token(mailbox, now=now))
        # A refusal comes as a challenge with its reason; the answer to that is empty.
        link.auth("XOAUTH2", lambda challenge=None: told if challenge is None else "")
    elif mailbox.secrets.password:
        link.login(user, mailbox.secrets.password)


def _send_by_installation(message: EmailMessage, before_it_goes: Callable[[], None]) -> None:
    body = message.get_content()
    headers = {name: str(message[name]) for name in message if name.lower() not in _BY_DJANGO}
    mail = EmailMultiAlternatives(
        str(message["Subject"]), body, str(message["From"]), [str(message["To"])], headers=headers
    )
    link = get_connection()
    try:
        link.open()
        before_it_goes()
        link.send_messages([mail])
    except smtplib.SMTPRecipientsRefused as error:
        why = next((_said(each[1]) for each in error.recipients.values()), "")
        raise MailboxProblem(sentence("The mail server refuses: {why}.", why=why), is_lasting=True) from error
    except smtplib.SMTPResponseException as error:
        why = _said(error.smtp_error)
        raise MailboxProblem(sentence("The mail server refuses: {why}.", why=why), was_refused=True) from error
    except smtplib.SMTPException as error:
        place = str(settings.EMAIL_HOST)
        raise MailboxProblem(sentence("{place} broke off: {why}.", place=place, why=str(error)[:200])) from error
    except OSError as error:
        raise connection_problem(str(settings.EMAIL_HOST), error) from error
    finally:
        link.close()


_BY_DJANGO = {"subject", "from", "to", "content-type", "content-transfer-encoding", "mime-version"}


def _refused_by(answer: tuple[int, bytes], *, is_lasting: bool) -> None:
    code, said = answer
    if code >= 300:
        raise MailboxProblem(
            sentence("The mail server refuses: {why}.", why=f"{code} {_said(said)}"),
            is_lasting=is_lasting and code >= 500,
            was_refused=True,
        )


def _said(text: bytes | str) -> str:
    return (text.decode("utf-8", "replace") if isinstance(text, bytes) else text)[:200]
