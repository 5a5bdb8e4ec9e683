"""The page about a customer: theirs first, on which they strike lines, then ours."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from tillit.desk.facts import Section
from tillit.vocabulary import Purpose, Role
from tillit_web.booking.links import opened_by as booking_opened_by
from tillit_web.booking.models import Booking
from tillit_web.desk import briefing, queries
from tillit_web.desk.briefing_links import address_of, opened_by
from tillit_web.desk.briefing_words import HEADINGS
from tillit_web.desk.models import Conversation
from tillit_web.people.access import TeamRequest, access, public
from tillit_web.people.wordings import wording

Page = Callable[..., HttpResponse]
Meeting = Conversation | Booking


@access(*Role)
@never_cache
@require_GET
def conversation(request: TeamRequest, public_id: UUID) -> HttpResponse:
    """Before one of us answers."""
    return _staff(request, get_object_or_404(Conversation, public_id=public_id))


@access(*Role)
@never_cache
@require_GET
def booking(request: TeamRequest, uid: UUID) -> HttpResponse:
    """Before a call or a visit."""
    return _staff(request, get_object_or_404(Booking.objects.select_related("kind", "host"), uid=uid))


def _staff(request: TeamRequest, meeting: Meeting) -> HttpResponse:
    page = briefing.for_staff(meeting, by=request.user)
    return render(request, "desk/briefing.html", _shown(meeting, page))


def _private(page: Page) -> Page:
    """A page for one customer: in no index, no cache and no referrer. It keeps no cookie, so no form has a token of
    Django's; what it changes stands behind an address that nobody else has."""

    @public
    @never_cache
    @csrf_exempt
    @wraps(page)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = page(request, *args, **kwargs)
        answer["X-Robots-Tag"] = "noindex, nofollow"
        answer["Referrer-Policy"] = "no-referrer"
        return answer

    return guarded  # type: ignore[return-value]


@_private
@require_GET
def of_talk(request: HttpRequest, token: str) -> HttpResponse:  # noqa: ARG001 - a view is given the request
    """From the conversation's own page."""
    row = queries.opened_by(token)
    if row is None:
        raise Http404
    return redirect(address_of(row))


@_private
@require_GET
def of_booking(request: HttpRequest, token: str) -> HttpResponse:  # noqa: ARG001 - a view is given the request
    """From the booking's own page."""
    return redirect(address_of(booking_opened_by(token)))


@_private
@require_GET
def own(request: HttpRequest, token: str) -> HttpResponse:
    """What we are shown before we meet them."""
    meeting = opened_by(token)
    with translation.override(meeting.language):
        words = wording(Purpose.STAFF_READING, meeting.language)
        shown = _shown(meeting, briefing.for_customer(meeting)) | {"token": token, "words": words}
        return render(request, "briefing/own.html", shown | {"LANGUAGE_CODE": meeting.language, "languages": ()})


@_private
@require_POST
def strike(request: HttpRequest, token: str) -> HttpResponse:
    """Take a line away."""
    briefing.strike(opened_by(token), request.POST.get("line", "")[:32])
    return redirect("briefing:own", token)


@_private
@require_POST
def reading(request: HttpRequest, token: str) -> HttpResponse:
    """Say yes or no to our staff seeing what one has read here."""
    meeting = opened_by(token)
    granted = request.POST.get("granted")
    if granted in ("yes", "no"):
        briefing.answer_reading(meeting, granted=granted == "yes", where="/briefing/")
    return redirect("briefing:own", token)


def _shown(meeting: Meeting, page: briefing.Page) -> dict[str, Any]:
    sections = [(HEADINGS[section], lines) for section, lines in page.briefing.sections]
    return {
        "meeting": meeting,
        "is_booking": isinstance(meeting, Booking),
        "page": page,
        "briefing": page.briefing,
        "sections": sections,
        "challenge_heading": HEADINGS[Section.CHALLENGE],
    }
