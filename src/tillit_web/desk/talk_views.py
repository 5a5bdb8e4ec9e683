"""What customers see: they ask, a machine answers or one of us does, and a person is always one press away.

Nothing is kept on their device. A conversation is opened by its address alone, so its pages are in no index and no
cache, and no link on them tells where it was pressed.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tillit.desk.handoff import Author, Reason
from tillit.desk.text import NoText
from tillit.meetings.actions import ANYONE
from tillit.vocabulary import Purpose
from tillit_web.booking.queries import can_be_booked
from tillit_web.desk import actions, briefing, moments, queries
from tillit_web.desk.briefing_links import token_of
from tillit_web.desk.models import LONGEST_TEXT, Conversation
from tillit_web.desk.renewing import Renewal, mark_of, nothing_new, renewal, renewed
from tillit_web.desk.shown import lines_of
from tillit_web.languages import LANGUAGES
from tillit_web.people.access import network_of, public
from tillit_web.people.wordings import wording
from tillit_web.ui.templatetags.tillit import said

_WITH_PEOPLE = (Conversation.Owned.DESK, Conversation.Owned.PERSON)
LARGEST_FORM = 64 * 1024  # bytes: the longest message there may be, each letter written as %F0%9F%98%80
_BEGUN = signing.TimestampSigner(salt="talk")
_BEGIN_WITHIN = 7 * 24 * 3600  # seconds, in which a page that was left open can still be sent
_SPOKEN = frozenset(code for code, _name in LANGUAGES)

Page = Callable[..., HttpResponse]


def _private(page: Page) -> Page:
    """A page for one customer: in no index, no cache and no referrer; its forms are of a size that people type."""

    # These pages keep no cookie, so no form of theirs can carry Django's token; what they change stands behind an
    # address that nobody else has.
    @public
    @never_cache
    @csrf_exempt
    @wraps(page)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > LARGEST_FORM:
            answer = HttpResponse(_("That is more than anyone reads. Send it in several messages."), status=413)
        else:
            answer = page(request, *args, **kwargs)
        answer["X-Robots-Tag"] = "noindex, nofollow"
        answer["Referrer-Policy"] = "no-referrer"
        return answer

    return guarded  # type: ignore[return-value]


def _of_customer(page: Page) -> Page:
    """A page of one conversation, which its token opens; in the language in which they began."""

    @_private
    @wraps(page)
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        conversation = queries.opened_by(token)
        if conversation is None:
            raise Http404
        with translation.override(conversation.language):
            return page(request, conversation, token)

    return guarded


@_private
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Ask something, or ask for one of us at once."""
    asked = (request.POST or request.GET).get("language", "")
    language = asked if asked in _SPOKEN else request.LANGUAGE_CODE or "en"
    with translation.override(language):
        if request.method == "GET":
            return _start(request, language, {"question": request.GET.get("q", "")[:LONGEST_TEXT]})
        token = _begun(request.POST.get("begun", ""))
        text = request.POST.get("text", "")
        try:
            opened = actions.open_conversation(
                text,
                language=language,
                name=request.POST.get("name", ""),
                email=request.POST.get("email", ""),
                network=network_of(request),
                asks_for_person="person" in request.POST,
                token=token,
            )
        except NoText as error:
            return _start(request, language, {"question": text[:LONGEST_TEXT], "problem": said(error.sentence)}, 400)
        except actions.TooMany:
            problem = _("Many conversations were begun from where you are. Wait an hour, or book a time.")
            return _start(request, language, {"question": text[:LONGEST_TEXT], "problem": problem}, 429)
    return redirect("talk:thread", opened.token)


@_of_customer
@require_GET
def thread(request: HttpRequest, conversation: Conversation, token: str) -> HttpResponse:
    """The conversation: what was said, who answers, and by when."""
    asked = renewal(request)
    return _thread(request, conversation, token) if asked is None else _renewed(conversation, token, asked)


@_of_customer
@require_POST
def write(request: HttpRequest, conversation: Conversation, token: str) -> HttpResponse:
    """Write a message; sent twice it is there once."""
    text = request.POST.get("text", "")
    try:
        actions.customer_writes(conversation, text, request.POST.get("client_id", "")[:64])
    except NoText as error:
        shown = {"problem": said(error.sentence), "typed": text[:LONGEST_TEXT]}
        return _thread(request, conversation, token, shown, status=400)
    except actions.TooMany:
        shown = {"problem": _("That was many messages. Wait some minutes, then send it."), "typed": text[:LONGEST_TEXT]}
        return _thread(request, conversation, token, shown, status=429)
    return redirect("talk:thread", token)


@_of_customer
@require_POST
def person(request: HttpRequest, conversation: Conversation, token: str) -> HttpResponse:
    """Talk to one of us."""
    reason = Reason.NOT_HELPED if "not_helped" in request.POST else Reason.ASKED
    actions.ask_for_person(conversation, reason=reason)
    return redirect("talk:thread", token)


@_of_customer
@require_POST
def done(request: HttpRequest, conversation: Conversation, token: str) -> HttpResponse:  # noqa: ARG001 - as each page
    """It was what I needed."""
    actions.customer_is_done(conversation)
    return redirect("talk:thread", token)


@_of_customer
@require_POST
def reach(request: HttpRequest, conversation: Conversation, token: str) -> HttpResponse:
    """Say where the answer can reach me."""
    given = {name: request.POST.get(name, "") for name in ("name", "email", "phone")}
    actions.leave_address(conversation, **given)
    return redirect("talk:thread", token)


def _start(request: HttpRequest, language: str, shown: dict[str, Any], status: int = 200) -> HttpResponse:
    promised_at, is_open = moments.promised(ANYONE, now=timezone.now())
    frame = {
        "LANGUAGE_CODE": language,
        "languages": (),
        "spoken": LANGUAGES,
        "begun": _BEGUN.sign(actions.new_token()),
        "promised_at": promised_at,
        "is_open": is_open,
        "can_be_booked": can_be_booked(),
        "longest": LONGEST_TEXT,
    }
    return render(request, "talk/start.html", frame | shown, status=status)


def _thread(
    request: HttpRequest, conversation: Conversation, token: str, shown: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    conversation.refresh_from_db()
    lines = lines_of(conversation)
    standing, mark = _standing(conversation, token)
    promised_at, is_open = moments.promised(conversation.skill, now=timezone.now())
    is_asked = conversation.owner in _WITH_PEOPLE and briefing.asks_about_reading(conversation)
    frame = standing | {
        "LANGUAGE_CODE": conversation.language,
        "asks_to_read": wording(Purpose.STAFF_READING, conversation.language).text if is_asked else "",
        "briefing": token_of(conversation),
        "languages": (),
        "seen": mark,
        "lines": lines,
        "client_id": secrets.token_urlsafe(12),
        "is_open": is_open,
        "would_be_by": promised_at,
        "longest": LONGEST_TEXT,
    }
    return render(request, "talk/thread.html", frame | (shown or {}), status=status)


def _renewed(conversation: Conversation, token: str, asked: Renewal) -> HttpResponse:
    lines = lines_of(conversation, asked.after)
    standing, mark = _standing(conversation, token)
    if not lines and mark == asked.seen:
        return nothing_new()
    return renewed("talk/new.html", standing | {"lines": lines, "has_changed": mark != asked.seen}, mark=mark)


def _standing(row: Conversation, token: str) -> tuple[dict[str, Any], str]:
    """Who has the word, as the page shows it, and its mark."""
    is_late, machine_spoke_last = row.escalated_at is not None, queries.spoke_last(row) == Author.MACHINE.value
    can_book = can_be_booked()
    mark = mark_of(row.owner, row.promised_at, is_late, machine_spoke_last, can_book)
    shown = {"row": row, "token": token, "is_late": is_late, "machine_spoke_last": machine_spoke_last}
    return shown | {"can_be_booked": can_book}, mark


def _begun(signed: str) -> str:
    """The token that the page was made with; a page that was made too long ago, or elsewhere, gets a new one."""
    try:
        return _BEGUN.unsign(signed, max_age=_BEGIN_WITHIN)
    except signing.BadSignature:
        return actions.new_token()
