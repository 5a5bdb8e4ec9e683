"""A code on its way to the customer who asked for it: what it is, and where it is sent."""

from __future__ import annotations

import base64
import hashlib
import hmac
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from tillit.vocabulary import ContactBasis, IdentifierKind
from tillit_web.me import queries
from tillit_web.me.models import PageCode
from tillit_web.people.queries import company, contacts_of

_READ_ALOUD = str.maketrans("IO", "89")  # letters that are mistaken for figures; base32 has neither 8 nor 9


def send(code: UUID, language: str) -> None:
    """Send a code to the customer who asked for it; to nobody where we know nobody. The address is forgotten."""
    row = PageCode.objects.filter(pk=code, used_at=None, expires_at__gt=timezone.now()).first()
    if row is None:
        return
    subject = bytes(row.subject)
    known = queries.subjects_known_with(subject)
    addresses = [row.address] if row.address else []
    if known and not addresses:
        details = contacts_of(known, by=None, basis=ContactBasis.RIGHTS, reason="code")
        addresses = [detail.value for detail in details if detail.kind == IdentifierKind.EMAIL]
    if known and addresses:
        with translation.override(language):
            name = company().name
            send_mail(
                _("Your code for %(company)s") % {"company": name},
                _(
                    "%(code)s\n\nType this code on the page where you asked for it, within 15 minutes. It opens what "
                    "%(company)s knows about you, in that browser only. If you did not ask for it, you need do nothing."
                )
                % {"code": code_of(row.id), "company": name},
                None,
                addresses,
            )
    PageCode.objects.filter(pk=code).update(address="")


def code_of(row: UUID) -> str:
    """The code of a row: worked out with the installation's key, so that the table alone opens nothing."""
    digest = hmac.new(settings.SECRET_KEY.encode(), b"own page" + row.bytes, hashlib.sha256).digest()
    letters = base64.b32encode(digest).decode("ascii").translate(_READ_ALOUD)[:8]
    return f"{letters[:4]}-{letters[4:]}"
