"""Messages as pages show them: what strangers wrote as plain text, what colleagues wrote as Markdown made harmless."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.html import linebreaks
from django.utils.safestring import SafeString

from tillit.desk.handoff import Author
from tillit_web.answers.models import LibraryAnswer
from tillit_web.answers.written import as_html
from tillit_web.desk import queries
from tillit_web.desk.models import Conversation, Message


@dataclass(frozen=True, slots=True)
class Line:
    """One message.

    Attributes:
        html: Safe to show.
        answer: The library's, whose author stands beside it; None where it came from nowhere else.
        who: Which of us wrote it: for us the address, for the customer what they may call us; "" where that is nobody
            or not said, and for whoever is not known any more.
    """

    id: int
    author: str
    at: datetime
    html: SafeString
    answer: LibraryAnswer | None
    who: str


def lines_of(conversation: Conversation, after: int = 0, *, for_customer: bool = True) -> list[Line]:
    """The messages of a conversation after one, in order."""
    return [
        line_of(one, for_customer=for_customer)
        for one in queries.messages_after(conversation, after, for_customer=for_customer)
    ]


def line_of(message: Message, *, for_customer: bool) -> Line:
    """One message; customers are told which of us it was by the name that the one who wrote it gave them."""
    is_plain = message.author in (Author.CUSTOMER.value, Author.NOTE.value)
    # A stranger's text makes no link and no mark-up: what it says is all that it does.
    html = SafeString(linebreaks(message.text, autoescape=True)) if is_plain else as_html(message.text)
    if for_customer:
        who = message.said_as
    else:
        who = "" if message.handler is None else message.handler.email
    return Line(message.pk, message.author, message.written_at, html, message.answer, who)
