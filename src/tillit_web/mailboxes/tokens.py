"""Tokens for XOAUTH2: a refresh token, which the owner got from Microsoft or Google, becomes one for an hour."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

import msgspec

from tillit.sentences import sentence
from tillit_web.mailboxes.models import Mailbox, Secrets
from tillit_web.mailboxes.problems import MailboxProblem
from tillit_web.outgoing import Limits, NoAnswer, Question, ask

SPARE_SECONDS = 120
LIMITS = Limits(seconds=15, most_bytes=100_000)
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


class Granted(msgspec.Struct, frozen=True):
    """What a token server grants; `expires_in` in seconds."""

    access_token: str
    expires_in: int = 3600
    refresh_token: str = ""


class _Refused(msgspec.Struct):
    error: str = ""
    error_description: str = ""


def access_token(mailbox: Mailbox, *, now: datetime) -> str:
    """A token that opens the mailbox now; a new one is kept with the mailbox, locked.

    Raises:
        MailboxProblem: The token server gives none.
        KeyMissing: What opens the mailbox was locked with another data directory's key.
    """
    kept = mailbox.secrets
    seconds = int(now.timestamp())
    if kept.access_token and kept.access_ends_at > seconds + SPARE_SECONDS:
        return kept.access_token
    granted = ask_for_token(mailbox, {"grant_type": "refresh_token", "refresh_token": kept.refresh_token})
    mailbox.secrets = Secrets(
        password=kept.password,
        client_secret=kept.client_secret,
        refresh_token=granted.refresh_token or kept.refresh_token,  # some servers give a new one each time
        access_token=granted.access_token,
        access_ends_at=seconds + max(0, granted.expires_in),
    )
    mailbox.save(update_fields=["locked"])
    return granted.access_token


def ask_for_token(mailbox: Mailbox, asked: Mapping[str, str]) -> Granted:
    """Ask the mailbox's token server, as the application that is registered there.

    Args:
        asked: The grant, and what it takes.

    Raises:
        MailboxProblem: The token server gives none.
    """
    secret, told = mailbox.secrets.client_secret, {**asked, "client_id": mailbox.client_id}
    told |= {"client_secret": secret} if secret else {}
    told |= {"scope": mailbox.scope} if mailbox.scope else {}
    try:
        answer = ask(Question(mailbox.token_address, "POST", FORM, urlencode(told).encode()), limits=LIMITS)
    except NoAnswer as error:
        raise MailboxProblem(sentence("The token server gives no token: {why}", why=str(error))) from error
    if answer.status != 200:
        raise _refusal(answer.status, answer.body)
    try:
        return msgspec.json.decode(answer.body, type=Granted)
    except msgspec.MsgspecError as error:
        raise MailboxProblem(sentence("The token server answers with something that is no token.")) from error


def xoauth2(user: str, token: str) -> str:
    """What IMAP and SMTP are told (Google's and Microsoft's XOAUTH2)."""
    return f"user={user}\x01auth=Bearer {token}\x01\x01"


def _refusal(status: int, body: bytes) -> MailboxProblem:
    try:
        said = msgspec.json.decode(body, type=_Refused)
    except msgspec.MsgspecError:
        said = _Refused()
    why = (said.error_description or said.error or str(status))[:200]
    is_lasting = said.error in ("invalid_grant", "invalid_client", "unauthorized_client")
    reason = sentence(
        "The token server refuses: {why}. Sign in there again, by the button on the mailbox’s page.", why=why
    )
    return MailboxProblem(reason, is_lasting=is_lasting)
