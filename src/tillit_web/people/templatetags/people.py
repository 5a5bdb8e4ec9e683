"""`{% load people %}`: purposes, bases and answers in the reader's language."""

from __future__ import annotations

import re

from django import template

from tillit.vocabulary import ContactBasis, ContactChannel, Purpose
from tillit_web.people.consents import How
from tillit_web.people.models import AccessRecord
from tillit_web.people.words import BASES, CHANNELS, HOWS, OF_THEM, PURPOSES, YOUR_BASES

register = template.Library()
_IS_A_PAGE = re.compile(r"[a-z_]+:[a-z_]+")  # a url name: where somebody searched or looked


@register.filter
def purpose(value: str) -> str:
    """ "measurement" → "Numbers about all customers"; "" for none."""
    return str(PURPOSES[Purpose(value)]) if value else ""


@register.filter
def purpose_of_them(value: str) -> str:
    """As `purpose`, of a customer and not to them: "marketing" → "Offers they have not asked for"."""
    return str(OF_THEM[Purpose(value)])


@register.filter
def contact_channel(value: str | None) -> str:
    """ "sms" → "by text message"; "" for none."""
    return str(CHANNELS[ContactChannel(value)]) if value else ""


@register.filter
def basis(value: str) -> str:
    """ "booking" → "They booked it"."""
    return str(BASES[ContactBasis(value)])


@register.filter
def what_for(row: AccessRecord) -> str:
    """What an opening was for: its purpose, the basis, and what was said; not which page led there."""
    said = "" if _IS_A_PAGE.fullmatch(row.reason) else row.reason
    meant = purpose_of_them(row.purpose) if row.purpose else ""
    return " · ".join(filter(None, (meant, basis(row.basis) if row.basis else "", said)))


@register.filter
def your_basis(value: str) -> str:
    """ "booking" → "you booked it"; "" where no reason is needed."""
    return str(YOUR_BASES.get(ContactBasis(value), "")) if value else ""


@register.filter
def how(value: str) -> str:
    """ "site" → "on our site"."""
    return str(HOWS[How(value)])


@register.filter
def short_code(subject: bytes | None) -> str:
    """The first digits of an identifier's code: enough to see that two rows are about the same one."""
    return bytes(subject).hex()[:8] if subject else "–"
