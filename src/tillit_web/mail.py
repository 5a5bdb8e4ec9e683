"""Where mail goes out, from one address in the environment."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from tillit.errors import InputError

NO_MAIL = "django.core.mail.backends.dummy.EmailBackend"


@dataclass(frozen=True, slots=True)
class MailServer:
    """An outgoing mail server."""

    host: str
    port: int
    user: str
    password: str
    tls_from_the_start: bool  # else STARTTLS


def mail_server(address: str) -> MailServer | None:
    """The server that `smtp://user:password@host:587` names; None where there is no address.

    Raises:
        InputError: It is no such address; the message does not repeat it, since it may hold a password.
    """
    if not address:
        return None
    parts = urlsplit(address)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise InputError(
            "TILLIT_MAIL is not of the form smtp://user:password@host:587 (or smtps://…). Mend it, or unset it: then "
            "nothing is sent."
        )
    implicit = parts.scheme == "smtps"
    port = parts.port or (465 if implicit else 587)
    return MailServer(parts.hostname, port, unquote(parts.username or ""), unquote(parts.password or ""), implicit)


def can_mail() -> bool:
    """Is there a way for messages to reach customers by themselves?"""
    from django.conf import settings  # which are made with this module's help

    return str(settings.EMAIL_BACKEND) != NO_MAIL
