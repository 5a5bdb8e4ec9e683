"""Why a mailbox cannot be read or mail not be sent, in words for whoever set it up."""

from __future__ import annotations

import ssl

from tillit.errors import TillitError
from tillit.sentences import sentence


class MailboxProblem(TillitError):
    """A mail server did not do what was asked; the message says what to look at.

    Attributes:
        is_lasting: Whether trying again later cannot help.
        was_refused: Whether the server said no: then it has taken nothing.
    """

    def __init__(self, said: str, *, is_lasting: bool = False, was_refused: bool = False) -> None:
        super().__init__(said)
        self.is_lasting = is_lasting
        self.was_refused = was_refused or is_lasting


def connection_problem(place: str, error: OSError) -> MailboxProblem:
    """What stood between us and a server (`host:port`)."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return MailboxProblem(
            sentence(
                "{place} does not prove who it is: {why}. Is the name the one in its certificate?",
                place=place,
                why=error.verify_message,
            )
        )
    if isinstance(error, ssl.SSLError):
        return MailboxProblem(
            sentence(
                "{place} does not speak TLS as it should. IMAP is asked on port 993, SMTP on 587 or 465.", place=place
            )
        )
    if isinstance(error, TimeoutError):
        return MailboxProblem(sentence("{place} took too long to answer.", place=place))
    return MailboxProblem(
        sentence("{place} cannot be reached: {why}. Are name and port right?", place=place, why=str(error)[:200])
    )


def letters_problem() -> MailboxProblem:
    """A name or password that mail servers do not read alike."""
    return MailboxProblem(
        sentence(
            "User name and password may hold letters from a to z, figures and signs only: mail servers do not agree on "
            "others. Make an app password there."
        ),
        is_lasting=True,
    )
