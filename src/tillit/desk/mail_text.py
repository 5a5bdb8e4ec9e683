"""What is new in a mail: its text without the history that it quotes and without the signature.

Nothing a customer wrote may be lost by a guess: what stands between quoted lines stays with them, a forwarded mail
stays whole, and a mail that would be empty stays as it came.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST_TEXT = 20_000  # characters that are kept
LONGEST_READ = 200_000
LONGEST_ATTRIBUTION = 500
MOST_ATTRIBUTION_LINES = 3  # mail programs break "On … wrote:" where a line is full
SIGNATURE_LINES = 8

# Written from right to left, or over another text: never in what somebody types into a mail, often in forged names.
_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\ufeff\u00ad]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_QUOTED = re.compile(r"\s{0,3}[>|]")
_ATTRIBUTION = re.compile(
    r"(?:(?:on|den|am|le|op|el|il|pe|ti|ke|to|ma|la|su|man|tis|ons|tor|fre|lör|sön|lør|søn|från|fra|from)\b|\d{1,4}[-./]).{0,300}"
    r"(?:wrote|writes|skrev|skreiv|kirjoitti|schrieb|écrit|schreef|escribió|ha scritto)\b.{0,120}:",
    re.IGNORECASE | re.DOTALL,
)
_RULED = re.compile(
    r"\s*[-_*=]{2,}\s*(?:original message|original appointment|forwarded message|ursprungligt meddelande"
    r"|vidarebefordrat meddelande|opprinnelig melding|videresendt melding|oprindelig meddelelse"
    r"|alkuperäinen viesti|ursprüngliche nachricht|message d'origine)\s*[-_*=]{2,}\s*",
    re.IGNORECASE,
)
_LINE = re.compile(r"\s*[_-]{5,}\s*")
_FROM_LINE = re.compile(r"\s*\*?(?:from|från|fra|von|lähettäjä|de|van)\s?:\*?\s+\S", re.IGNORECASE)
_SENT_LINE = re.compile(
    r"\s*\*?(?:sent|date|skickat|skickades|datum|sendt|dato|gesendet|lähetetty|päivämäärä|envoyé|verzonden)\s?:\*?\s+\S",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"\s*(?:fwd?|vs|vb|vsb|wg|tr|vidarebefordrat|vidarebefordran|videresend(?:t|er)?)\s*:", re.IGNORECASE
)
_SENT_WITH = re.compile(
    r"\s*(?:sent from (?:my|outlook|yahoo|mail for)|skickat från (?:min|outlook)|skickat med"
    r"|sendt fra (?:min|mi|outlook)|lähetetty (?:iphone|outlook)"
    r"|von meinem .{1,40} gesendet|get outlook for|hämta outlook|last ned outlook"
    r"|hent outlook)\b.{0,80}",
    re.IGNORECASE,
)


def plain_text(text: str) -> str:
    """A text with one kind of line end, without control characters and marks that turn what is read around."""
    lines = text[:LONGEST_READ].replace("\r\n", "\n").replace("\r", "\n")
    cleaned = _OVERRIDES.sub("", _CONTROLS.sub("", lines.replace("\u00a0", " ")))
    return unicodedata.normalize("NFC", cleaned)


def plain_line(text: str, longest: int) -> str:
    """The same for what stands on one line: a subject, a name."""
    return " ".join(plain_text(text).split())[:longest]


def new_text(text: str, *, subject: str = "") -> str:
    """What somebody wrote now.

    Args:
        text: As of `plain_text`.
        subject: By which a forwarded mail is told, whose history is what it is about.
    """
    lines = [line.rstrip() for line in text.split("\n")]
    kept = lines if _FORWARDED.match(subject) else lines[: _history_begins(lines)]
    kept = _without_signature(kept)
    return _joined(kept) or _joined(lines)


def _history_begins(lines: list[str]) -> int:
    """The line from which all is quoted; the number of lines where none is."""
    last_own = max((place for place, line in enumerate(lines) if line and not _QUOTED.match(line)), default=-1)
    last_quoted = max((place for place, line in enumerate(lines) if _QUOTED.match(line)), default=-1)
    for place, line in enumerate(lines):
        if _RULED.fullmatch(line):
            return place
        if _is_header_block(lines, place):
            while place and (not lines[place - 1] or _LINE.fullmatch(lines[place - 1])):
                place -= 1  # Outlook draws a line above
            return place
        if reach := _attribution(lines, place):
            indents_nothing = last_quoted < place + reach
            if last_own < place + reach or indents_nothing:
                return place
    return last_own + 1


def _attribution(lines: list[str], place: int) -> int:
    """How many lines "On … wrote:" takes that begins here; 0 where none does."""
    if not lines[place] or _QUOTED.match(lines[place]):
        return 0
    for reach in range(1, MOST_ATTRIBUTION_LINES + 1):
        if lines[place + reach - 1 : place + reach] and lines[place + reach - 1].endswith(":"):
            said = " ".join(lines[place : place + reach])
            return reach if _ATTRIBUTION.fullmatch(said.strip()[:LONGEST_ATTRIBUTION]) else 0
    return 0


def _is_header_block(lines: list[str], place: int) -> bool:
    """Whether Outlook's copy of an older mail's headers begins here."""
    return bool(_FROM_LINE.match(lines[place])) and any(map(_SENT_LINE.match, lines[place + 1 : place + 5]))


def _without_signature(lines: list[str]) -> list[str]:
    for place in range(len(lines) - 1, max(-1, len(lines) - 1 - 4 * SIGNATURE_LINES), -1):
        if lines[place] == "--":  # "-- " of RFC 3676, its space gone with the line's end
            lines = lines[:place]
    for place in range(max(0, len(lines) - SIGNATURE_LINES), len(lines)):
        if _SENT_WITH.fullmatch(lines[place]):
            return lines[:place]
    return lines


def _joined(lines: list[str]) -> str:
    """With no more than one empty line between two that hold something."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
