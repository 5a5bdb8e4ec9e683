"""How a mailbox gets its first refresh token: its owner signs in at Microsoft or Google, and comes back with a code.

The authorization code flow with PKCE (RFC 6749 section 4.1, RFC 7636). State and verifier stay in the session
that began, for one use: what comes back to another browser, or for another sign-in, opens nothing.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import datetime
from urllib.parse import urlencode, urlsplit, urlunsplit

import msgspec

from tillit.sentences import sentence
from tillit_web.mailboxes.models import Mailbox, Secrets
from tillit_web.mailboxes.problems import MailboxProblem
from tillit_web.mailboxes.tokens import ask_for_token

GOOGLE_TOKEN, GOOGLE_SIGN_IN = "https://oauth2.googleapis.com/token", "https://accounts.google.com/o/oauth2/v2/auth"
GOOGLE_SCOPE = "https://mail.google.com/"


class Begun(msgspec.Struct, frozen=True):
    """A sign-in on its way; kept in the owner's session, and spent by the first answer.

    Attributes:
        returns_to: Where the server sends the owner back, as it was registered there.
    """

    mailbox: int
    state: str
    verifier: str
    returns_to: str


def sign_in_address(mailbox: Mailbox) -> str:
    """Where its owner signs in: Google's, or beside the token address as at Microsoft; "" where neither is known."""
    if mailbox.token_address == GOOGLE_TOKEN:
        return GOOGLE_SIGN_IN
    parts = urlsplit(mailbox.token_address)
    if not parts.path.endswith("/token"):
        return ""
    return urlunsplit(parts._replace(path=parts.path.removesuffix("token") + "authorize"))


def begin(mailbox: Mailbox, *, returns_to: str) -> tuple[Begun, str]:
    """What to keep in the session, and where the owner goes to sign in.

    Raises:
        MailboxProblem: The mailbox has no client id, or a token address that tells of no page to sign in on.
    """
    place = sign_in_address(mailbox)
    if not place or not mailbox.client_id:
        raise MailboxProblem(
            sentence("Keep the token address (it ends with /token) and the client id first, then sign in.")
        )
    begun = Begun(mailbox.pk, secrets.token_urlsafe(24), secrets.token_urlsafe(48), returns_to)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(begun.verifier.encode()).digest()).rstrip(b"=").decode()
    is_google = place == GOOGLE_SIGN_IN
    asked = {
        "response_type": "code",
        "client_id": mailbox.client_id,
        "redirect_uri": returns_to,
        "scope": mailbox.scope or (GOOGLE_SCOPE if is_google else ""),
        "state": begun.state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "login_hint": mailbox.user or mailbox.address,
    }
    # Google gives a refresh token only then, and Microsoft for the scope offline_access.
    asked |= {"access_type": "offline", "prompt": "consent"} if is_google else {}
    return begun, f"{place}?{urlencode({name: value for name, value in asked.items() if value})}"


def finish(mailbox: Mailbox, begun: Begun, *, state: str, code: str, now: datetime) -> None:
    """Change the code for tokens, and keep them locked with the mailbox.

    Raises:
        MailboxProblem: It is the answer to another sign-in, or the server gives no refresh token for it.
    """
    if not code or not secrets.compare_digest(state.encode(), begun.state.encode()) or begun.mailbox != mailbox.pk:
        raise MailboxProblem(sentence("This is no answer to the sign-in that was begun here. Sign in once more."))
    asked = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": begun.returns_to,
        "code_verifier": begun.verifier,
    }
    granted = ask_for_token(mailbox, asked)
    if not granted.refresh_token:
        raise MailboxProblem(
            sentence("The server lets you in, and gives no refresh token. At Microsoft the scope needs offline_access.")
        )
    kept = mailbox.secrets
    mailbox.secrets = Secrets(
        password=kept.password,
        client_secret=kept.client_secret,
        refresh_token=granted.refresh_token,
        access_token=granted.access_token,
        access_ends_at=int(now.timestamp()) + max(0, granted.expires_in),
    )
    mailbox.save(update_fields=["locked"])
