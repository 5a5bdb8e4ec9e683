"""What a stranger typed, as it may be kept and shown: no control characters, nothing that turns the line around."""

from __future__ import annotations

import unicodedata

from tillit.errors import InputError
from tillit.sentences import sentence

LONGEST = 4_000
_KEPT = frozenset("\n\t")
_JOINERS = frozenset("\u200c\u200d")  # scripts and emoji need them


class NoText(InputError):
    """There is nothing in it, or too much."""


def cleaned(text: str, *, longest: int = LONGEST) -> str:
    """The text without control characters, bidirectional overrides and invisible signs; line ends as one sign.

    Raises:
        NoText: Nothing is left, or more than `longest` characters.
    """
    if len(text) > 4 * longest:
        raise _too_long(longest)
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = "".join(sign for sign in plain if _may_stay(sign)).strip()
    if not kept:
        raise NoText(sentence("Write something first."))
    if len(kept) > longest:
        raise _too_long(longest)
    return kept


def one_line(text: str, *, longest: int) -> str:
    """A name or an address as it may be kept: cleaned, in one line, cut; empty where nothing is left."""
    plain = "".join(sign for sign in unicodedata.normalize("NFC", text[: 4 * longest]) if _may_stay(sign))
    return " ".join(plain.split())[:longest].strip()


def _may_stay(sign: str) -> bool:
    return sign in _KEPT or sign in _JOINERS or unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn")


def _too_long(longest: int) -> NoText:
    return NoText(sentence("A message has at most {longest} characters. Send it in several.", longest=longest))
