"""One e-mail that somebody sent us, read as what it is: bytes from anybody, where nothing is to be believed.

The headers are read by our own few lines on top of the standard library's lenient parser: its typed header classes fail
on what spammers write. Whatever cannot be bounded beforehand is refused with a sentence, and whoever asked keeps the
bytes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from enum import StrEnum

from tillit.desk.mail_html import text_of_html
from tillit.desk.mail_text import LONGEST_TEXT, new_text, plain_line, plain_text
from tillit.errors import InputError
from tillit.events.subject import normalise
from tillit.sentences import Sentence, sentence
from tillit.vocabulary import IdentifierKind

LARGEST_MAIL = 10 * 1024 * 1024  # bytes; what is sent with it counts, and is read over
MOST_PARTS = 200
MOST_MULTIPARTS = 30
MOST_HOPS = 50  # lines of Received; a mail that came further goes in circles
MOST_REFERENCES = 50
MOST_ATTACHMENTS = 20
LONGEST_HEADER = 64 * 1024
LONGEST_SUBJECT = 200
LONGEST_NAME = 120
LONGEST_CALENDAR = 100_000

_MESSAGE_ID = re.compile(r"<([^<>\s]{3,250})>")
_ADDRESS = re.compile(r"[^\s<>(),;:\"'\[\]]{1,64}@[^\s<>(),;:\"'\[\]@]{1,250}")
_BOUNDARY = re.compile(rb'boundary\s*=\s*(?:"([^"\r\n]{1,200})"|([^\s;"]{1,200}))', re.IGNORECASE)
_NOBODY_WRITES_AS = re.compile(r"(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|noreply[-+].*)@.*", re.IGNORECASE)
_BOUNCES_FROM = re.compile(r"(?:mailer-daemon|postmaster)@.*", re.IGNORECASE)
_BULK = frozenset({"bulk", "list", "junk"})


class MailKind(StrEnum):
    """What made a mail."""

    WRITTEN = "written"  # as far as anybody can tell, a person
    AUTOMATIC = "automatic"  # a program answered: away, received, read
    BULK = "bulk"  # a list or a newsletter
    BOUNCE = "bounce"  # one of ours did not arrive


class MailError(InputError):
    """A mail that is not read. `code` is stable, for pages that sort them; the message says why."""

    def __init__(self, code: str, reason: Sentence) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class Mail:
    """What one mail says, each part bounded and without control characters.

    Attributes:
        sender: The address it claims to come from, lower case. Anybody can write any address there.
        sender_name: As the sender wrote it; "" where it holds an address, since that is mostly somebody else's.
        recipients: Addresses in To, Cc, Delivered-To and X-Original-To, lower case, in their order.
        message_id: Its own, without brackets; "" without one.
        references: Ids of mails that it answers, or that came back, the nearest first.
        text: What is new in it: no quoted history, no signature.
        attachments: Names of what was sent with it; the contents are not kept.
        calendar: An answer to an invitation, as iCalendar text; "" without one.
        is_shortened: Whether the text went on.
        once: 16 bytes that are the same whenever and however the same mail comes again.
    """

    sender: str
    sender_name: str
    recipients: tuple[str, ...]
    subject: str
    message_id: str
    references: tuple[str, ...]
    kind: MailKind
    text: str
    attachments: tuple[str, ...]
    calendar: str
    is_shortened: bool
    sent_at: datetime | None
    once: bytes


def read_mail(raw: bytes) -> Mail:
    """Read one RFC 5322 message.

    Raises:
        MailError: It is too large, has too many parts, goes in circles, names no single sender, or is no mail.
    """
    _refuse_unbounded(raw)
    try:
        message = message_from_bytes(raw, policy=policy.compat32)
        parts = list(_parts(message))
    except (RecursionError, ValueError, LookupError, AttributeError) as error:
        raise _unreadable(type(error).__name__) from error
    if len(message.get_all("Received") or ()) > MOST_HOPS:
        raise MailError(
            "loop", sentence("It was passed on more than {most} times: it goes in circles.", most=MOST_HOPS)
        )
    sender, name = _sender(message)
    kind = _kind(message, sender)
    subject = plain_line(_header(message, "Subject"), LONGEST_SUBJECT)
    body = _body(parts)
    text = new_text(body, subject=subject)
    message_id = next(iter(_ids(_header(message, "Message-ID"))), "")
    return Mail(
        sender=sender,
        sender_name=name,
        recipients=_recipients(message),
        subject=subject,
        message_id=message_id,
        references=_references(message, parts if kind is MailKind.BOUNCE else []),
        kind=kind,
        text=text[:LONGEST_TEXT],
        attachments=tuple(_attachments(parts))[:MOST_ATTACHMENTS],
        calendar=next((_decoded(part)[:LONGEST_CALENDAR] for part in parts if _type(part) == "text/calendar"), ""),
        is_shortened=len(text) > LONGEST_TEXT,
        sent_at=_sent_at(message),
        once=_once(message_id, sender, _header(message, "Date"), subject, body),
    )


def addresses_in(text: str) -> tuple[str, ...]:
    """Everything in a text that looks like an e-mail address, in lower case, in its order; in linear time."""
    return tuple(dict.fromkeys(found.strip(".").lower() for found in _ADDRESS.findall(text)))


def _refuse_unbounded(raw: bytes) -> None:
    """Before the parser, whose time grows with depth times length, and which makes an object of each part."""
    if len(raw) > LARGEST_MAIL:
        raise MailError(
            "too_large",
            sentence(
                "It has {size} MB; up to {most} MB are read. Ask the sender for what they wrote, without attachments.",
                size=-(-len(raw) // 2**20),
                most=LARGEST_MAIL // 2**20,
            ),
        )
    boundaries = {quoted or bare for quoted, bare in _BOUNDARY.findall(raw)}
    parts = sum(raw.count(b"--" + boundary) for boundary in boundaries) if len(boundaries) <= MOST_MULTIPARTS else 0
    if len(boundaries) > MOST_MULTIPARTS or parts > MOST_PARTS:
        raise MailError("too_many_parts", sentence("It is nested too deeply, or has too many parts, to be read."))


def _unreadable(found: str) -> MailError:
    return MailError("unreadable", sentence("It is no mail that can be read ({found}).", found=found))


def _parts(message: Message) -> Iterator[Message]:
    """The parts that are no containers, in their order; a forwarded mail is one part, whatever it holds."""
    if message.get_content_maintype() == "multipart" and isinstance(inner := message.get_payload(), list):
        for part in inner:
            if isinstance(part, Message):
                yield from _parts(part)
    else:
        yield message


def _sender(message: Message) -> tuple[str, str]:
    """Who claims to have sent it; a form on a site says so in Reply-To.

    Raises:
        MailError: Nobody, or several: an answer could go to somebody who never wrote.
    """
    address, name = _one_address(message, "From")
    if _NOBODY_WRITES_AS.fullmatch(address) and message.get("Reply-To"):
        address, name = _one_address(message, "Reply-To")
    if "@" in name or "＠" in name:
        name = ""
    return address, name


def _one_address(message: Message, header: str) -> tuple[str, str]:
    # Parsed before encoded words are read: one of them may hold another address.
    raw = [plain_line(value, LONGEST_HEADER) for value in _values(message, header)]
    found = [(name, address) for name, address in getaddresses(raw) if address]
    if len(found) != 1 and len(raw) == 1 and len(bare := addresses_in(raw[0])) == 1:
        found = [("", bare[0])]  # a name with an unquoted comma
    if len(found) != 1:
        reason = sentence(
            "It names {count} senders in {header}, so nobody knows who wrote it.", count=len(found), header=header
        )
        raise MailError("sender_unclear", reason)
    name, address = found[0]
    address = address.strip().lower()
    is_nobody = normalise(IdentifierKind.EMAIL, address) is None and not _NOBODY_WRITES_AS.fullmatch(address)
    if is_nobody or addresses_in(address) != (address,):
        raise MailError("sender_unclear", sentence("Its sender is no address: {address}.", address=address[:80]))
    return address, plain_line(_words(name), LONGEST_NAME)


def _kind(message: Message, sender: str) -> MailKind:
    """By what the standards say (RFC 3834, 2076, 2919, 3464), never by the words in it."""
    content = message.get_content_type()
    path = _values(message, "Return-Path")
    if (
        content == "multipart/report"
        or "X-Failed-Recipients" in message
        or _BOUNCES_FROM.fullmatch(sender)
        or (path and "<>" in path[0].replace(" ", ""))
    ):
        read = str(message.get_param("report-type") or "").lower() == "disposition-notification"
        is_answer = read or _first_word(message, "Auto-Submitted") == "auto-replied"
        return MailKind.AUTOMATIC if is_answer else MailKind.BOUNCE
    if _first_word(message, "Auto-Submitted") not in ("", "no"):
        return MailKind.AUTOMATIC
    if any(header in message for header in ("List-Id", "List-Unsubscribe")):
        return MailKind.BULK
    if _first_word(message, "Precedence") in _BULK:
        return MailKind.BULK
    machines = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply", "X-Loop", "Feedback-ID")
    if any(header in message for header in machines) or _first_word(message, "Precedence") == "auto_reply":
        return MailKind.AUTOMATIC
    return MailKind.AUTOMATIC if _NOBODY_WRITES_AS.fullmatch(sender) else MailKind.WRITTEN


def _first_word(message: Message, header: str) -> str:
    words = re.split(r"[\s;(]", _header(message, header).strip().lower(), maxsplit=1)
    return words[0]


def _references(message: Message, returned: list[Message]) -> tuple[str, ...]:
    """Nearest first: In-Reply-To, then References from its end; of a bounce, what it says came back."""
    ids = [*_ids(_header(message, "In-Reply-To")), *reversed(_ids(_header(message, "References")))]
    for part in returned:
        if _type(part) in ("message/rfc822", "text/rfc822-headers", "message/delivery-status"):
            ids += _ids(str(part.get_payload())[:LONGEST_HEADER] if not part.is_multipart() else _inner_ids(part))
    return tuple(dict.fromkeys(ids))[:MOST_REFERENCES]


def _inner_ids(part: Message) -> str:
    inner = part.get_payload()
    found = [_header(one, "Message-ID") for one in inner if isinstance(one, Message)] if isinstance(inner, list) else []
    return " ".join(found)


def _recipients(message: Message) -> tuple[str, ...]:
    headers = ("Delivered-To", "X-Original-To", "To", "Cc")
    values = (_header(message, header) for header in headers)
    return tuple(dict.fromkeys(address for value in values for address in addresses_in(value)))


def _body(parts: list[Message]) -> str:
    """The text: of alternatives the plain one, unless it is empty; of several inline parts all."""
    inline = [part for part in parts if part.get_content_disposition() != "attachment" and not _file_name(part)]
    plain = "\n".join(filter(None, (plain_text(_decoded(part)) for part in inline if _type(part) == "text/plain")))
    if plain.strip():
        return plain
    return "\n".join(filter(None, (text_of_html(_decoded(part)) for part in inline if _type(part) == "text/html")))


def _attachments(parts: list[Message]) -> Iterator[str]:
    """Names alone, without any path; what has none is called by its type."""
    for part in parts:
        name = plain_line(_words(_file_name(part)), 400)
        if name or part.get_content_disposition() == "attachment" or _type(part) == "message/rfc822":
            yield re.split(r"[\\/]", name)[-1][:LONGEST_NAME] or _type(part)


def _file_name(part: Message) -> str:
    try:
        return part.get_filename() or ""
    except (LookupError, ValueError, TypeError, AttributeError):  # RFC 2231 in pieces that do not fit
        return "?"


def _type(part: Message) -> str:
    return part.get_content_type()


def _decoded(part: Message) -> str:
    """A part's text in whatever it says it is written, or in what it can be read as."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    named = str(part.get_param("charset") or "").strip().lower()
    try:
        return payload.decode(named or "utf-8")
    except (LookupError, ValueError):  # nobody knows it, or it is something else
        return _from_bytes(payload)


def _header(message: Message, name: str) -> str:
    """All headers of one name, decoded; "" without one."""
    return " ".join(_words(value) for value in _values(message, name))[:LONGEST_HEADER]


def _values(message: Message, name: str) -> list[str]:
    """All headers of one name as they came; bytes beyond ASCII are read as UTF-8, else as what Western Europe used."""
    found = [str(value) for key, value in message.raw_items() if key.lower() == name.lower()]
    return [_from_bytes(value[:LONGEST_HEADER].encode("utf-8", "surrogateescape")) for value in found]


def _from_bytes(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _words(raw: str) -> str:
    """A header's text with its encoded words read; what is none stays as it stood."""
    if "=?" not in raw:
        return raw
    try:
        pieces = [
            piece.decode(charset or "ascii", "replace") if isinstance(piece, bytes) else piece
            for piece, charset in decode_header(raw)
        ]
    except (LookupError, ValueError):
        return raw
    return "".join(pieces)


def _ids(header: str) -> tuple[str, ...]:
    return tuple(_MESSAGE_ID.findall(header))


def _sent_at(message: Message) -> datetime | None:
    try:
        found = parsedate_to_datetime(_header(message, "Date"))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo is not None else None


def _once(*said: str) -> bytes:
    told = "\x00".join(said).encode("utf-8", "replace")
    return hashlib.blake2b(told, digest_size=16).digest()
