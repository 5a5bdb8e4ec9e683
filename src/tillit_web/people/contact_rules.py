"""May a contact detail be opened or taken out? The rule alone; queries and actions bring what it needs to know."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from tillit.vocabulary import ContactBasis

# Stricter than the law in places (a relation would open most registers): who is on a list meant it.
OPENS_ANY_BLOCK = frozenset({ContactBasis.BOOKING, ContactBasis.REQUEST, ContactBasis.RIGHTS})
OPENS_REGISTERS = OPENS_ANY_BLOCK | {ContactBasis.CONSENT}
OWN_BLOCKS = frozenset({"own", "customer"})


class Refusal(StrEnum):
    """Why a contact detail is held back."""

    NO_BASIS = "no_basis"
    BLOCKED = "blocked"  # our own list, or the customer said so
    REGISTER = "register"  # a register of people who want no calls
    NO_CONSENT = "no_consent"


def refusal(basis: ContactBasis | None, *, blocks: Collection[str], agreed: bool | None) -> Refusal | None:
    """Why a contact detail may not be used on this basis; None if it may.

    Args:
        basis: What it is used on; None where nothing is documented.
        blocks: The sources of the blocks on it (Block.Source).
        agreed: The customer's latest answer to marketing by this way; None if they never answered.
    """
    if basis is None:
        return Refusal.NO_BASIS
    if OWN_BLOCKS.intersection(blocks) and basis not in OPENS_ANY_BLOCK:
        return Refusal.BLOCKED
    if basis is ContactBasis.CONSENT and not agreed:
        return Refusal.NO_CONSENT
    if agreed is False and basis not in OPENS_ANY_BLOCK:
        return Refusal.BLOCKED
    if set(blocks) - OWN_BLOCKS and basis not in OPENS_REGISTERS:
        return Refusal.REGISTER
    return None
