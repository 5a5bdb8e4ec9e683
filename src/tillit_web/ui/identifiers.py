"""What an identifier is called on pages, and how one is told from another without its clear value."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tillit.vocabulary import IdentifierKind

IDENTIFIER_LABELS: dict[str, Promise] = {
    IdentifierKind.EMAIL: _("E-mail"),
    IdentifierKind.PHONE: _("Phone"),
    IdentifierKind.LOYALTY: _("Loyalty number"),
    IdentifierKind.CUSTOMER: _("Customer number"),
    IdentifierKind.ORDER: _("Order number"),
    IdentifierKind.ANONYMOUS: _("A device, without a name"),
    "name": _("Name"),
}


def identifier_label(kind: str) -> str:
    """A kind of identifier in the reader's language; an unknown one keeps its own name."""
    known = IDENTIFIER_LABELS.get(kind)
    return str(known) if known else kind


def identifier_code(subject: bytes) -> str:
    """Six characters that tell identifiers of a page apart; the value itself stands in the contact list alone."""
    return subject.hex()[:6]
