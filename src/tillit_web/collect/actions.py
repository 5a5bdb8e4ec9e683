"""What may be done to collection: make and revoke keys."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from tillit.events.key import read_or_create_key
from tillit_web.collect.models import WriteKey
from tillit_web.collect.origins import origin_of
from tillit_web.people.models import User

KEY_PREFIX = "tk_"
BEGINNING = 8  # characters of a key that lists show


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key at the only moment when it is known.

    Attributes:
        text: What senders put into their requests.
        signing_secret: What a server signs identify calls with (docs/collecting.md).
    """

    row: WriteKey
    text: str
    signing_secret: str


def create_key(name: str, *, origins: Iterable[str] = (), by: User | None = None) -> NewKey:
    """Make a write key: for web pages of these origins, or for servers if there are none.

    Raises:
        OriginError: An origin is no address of a web site.
    """
    registered = list(dict.fromkeys(origin_of(origin) for origin in origins))
    text = KEY_PREFIX + secrets.token_urlsafe(24)
    row = WriteKey.objects.create(
        name=name.strip()[:80] or text[:BEGINNING],
        kind=WriteKey.Kind.BROWSER if registered else WriteKey.Kind.SERVER,
        key_digest=key_digest(text),
        beginning=text[:BEGINNING],
        origins=registered,
        made_by=by,
    )
    return NewKey(row, text, signing_secret(row.pk))


def revoke(row: WriteKey) -> None:
    """Take no more from a key, within seconds. What came with it stays."""
    if row.revoked_at is None:
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at"])


def key_digest(text: str) -> bytes:
    """What is kept of a key. It has 192 random bits, so a plain hash cannot be searched back."""
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()


def signing_secret(key_id: int) -> str:
    """The secret of a key's signatures: derived, so that the database alone does not give it away."""
    own = read_or_create_key(Path(settings.DATA_DIRECTORY))
    return "ts_" + hmac.digest(own, f"tillit signing {key_id}".encode(), "sha256").hex()
