"""What a machine must hear at once: the wish for a person, the question whether it is one, and a complaint."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

LONGEST = 160  # what is longer is about something else as well, and for people to read


def _any_of(*phrases: str) -> str:
    return "(?:" + "|".join(phrases) + ")"


# Whole messages, not single words: "is there a person who repairs lamps" is a question for the library.
_PERSON = _any_of(
    r"(?:en )?(?:riktig |levande )?(?:person|människa|kollega|handläggare|säljare)|kundtjänst|någon (?:hos|av) er",
    r"(?:et |en )?(?:ekte |levende )?(?:menneske|person|kollega|kundebehandler)|kundeservice|noen (?:hos|av) dere",
    r"(?:an? )?(?:real |live )?(?:person|human|human being|agent|colleague)|someone|somebody|one of you",
)
_WISH = _any_of(
    r"(?:jag )?(?:vill|skulle vilja|måste|behöver|kan jag|får jag|låt mig)(?: få)?(?: att)?",
    r"(?:jeg )?(?:vil|ønsker|må|trenger|kan jeg|får jeg|la meg)(?: gjerne)?(?: få)?(?: å)?",
    r"(?:i )?(?:want|need|wish|would like|'d like|can i|could i|may i|let me)(?: to)?",
)
_TALK = _any_of(r"(?:prata|tala|chatta) med", r"(?:snakke|prate|chatte) med", r"(?:talk|speak|chat) (?:to|with)")
_ACROSS = _any_of("koppla mig till", "sett meg over til", "(?:connect|transfer) me (?:to|with)")
_WANTS = re.compile(rf"(?:(?:{_WISH} )?{_TALK} |{_ACROSS} |{_WISH} )?{_PERSON}(?: tack| takk| please| nu| nå| now)?")

_MACHINE_OR_PERSON = r"\b(?:människa|menneske|human|person|robot|bot|chatbot|maskin|machine|ai|dator|computer|real)\b"
_BE = _any_of(
    "är (?:du|det|detta|ni)",
    "er (?:du|det|dette|dere)",
    "are you",
    "is (?:this|it|there)",
    "am i (?:talking|writing) to",
)
_SPEAK = _any_of("(?:pratar|talar|skriver|chattar) jag med", "(?:prater|snakker|skriver|chatter) jeg med")
_HUMAN = re.compile(rf"(?:hej |hei |hi |hello )?{_any_of(_BE, _SPEAK)} .{{0,30}}{_MACHINE_OR_PERSON}.{{0,30}}")

_COMPLAINT = re.compile(
    r"\b(?:klaga|klagar|klagomål|reklamera|reklamation|anmäla er)\b"
    r"|\b(?:klage|klager|klagen|reklamere|reklamasjon)\b"
    r"|\b(?:complain|complaining|complaint|complaints)\b"
)


def is_complaint(text: str) -> bool:
    """Whether a customer says in so many words that they complain; nothing is read from a tone."""
    return any(_COMPLAINT.search(part) for part in _parts(text, longest=len(text)))


def wants_a_person(text: str) -> bool:
    """Whether a message says that the customer wants one of us, and nothing else (Swedish, Norwegian, English)."""
    return any(_WANTS.fullmatch(part) for part in _parts(text))


def asks_whether_human(text: str) -> bool:
    """Whether a message asks if a person or a machine is answering (Swedish, Norwegian, English)."""
    return any(_HUMAN.fullmatch(part) for part in _parts(text))


def _parts(text: str, *, longest: int = LONGEST) -> Iterable[str]:
    """The sentences of a message in small letters, without marks and without what cannot be seen."""
    if len(text) > longest:
        return
    seen = "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")
    for part in re.split(r"[.!?\n]+", seen.lower()):
        if words := " ".join(re.sub(r"[^\w']+", " ", part).split()):
            yield words
