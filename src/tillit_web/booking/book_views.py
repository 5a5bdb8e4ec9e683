"""The pages on which customers book, without an account and without anything kept on their device."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tillit.booking.calendars import feed, invitation
from tillit.vocabulary import Purpose
from tillit_web.booking import actions, queries, sending
from tillit_web.booking.forms import ClockForm, DetailsForm
from tillit_web.booking.links import opened_by, token_of
from tillit_web.booking.models import Booking, Host, Kind, Room
from tillit_web.people.access import network_of, public
from tillit_web.people.wordings import wording

CALENDAR = "text/calendar; charset=utf-8"


@public
@require_GET
def kinds(request: HttpRequest) -> HttpResponse:
    """What can be booked."""
    rows = Kind.objects.filter(is_open=True, hosts__is_active=True).distinct()
    return _page(request, "book/kinds.html", request.LANGUAGE_CODE or "en", {"kinds": rows})


# The pages below keep no cookie, so no form of theirs can carry Django's token. What they change is either a time that
# nobody has, or stands behind a signed address.
@public
@never_cache
@csrf_exempt
@require_http_methods(["GET", "POST"])
def times(request: HttpRequest, slug: str) -> HttpResponse:
    """The free times of a week; choosing one holds it for ten minutes."""
    kind = get_object_or_404(Kind, slug=slug, is_open=True)
    problem, status = "", 200
    if request.method == "POST":
        now, starts_at = timezone.now(), _instant(request.POST.get("starts", ""))
        try:
            if starts_at is None:
                raise actions.NotFree
            made = actions.hold(
                kind,
                starts_at,
                network=network_of(request),
                language=kind.language,
                now=now,
                room=_room(request, kind),
            )
            return redirect("book:details", token_of(made))
        except actions.NotFree:
            problem, status = "taken", 409
        except actions.TooManyHeld:
            problem, status = "too_many", 429
    return _times(request, kind, {"problem": problem}, status)


@public
@never_cache
@csrf_exempt
@require_http_methods(["GET", "POST"])
def details(request: HttpRequest, token: str) -> HttpResponse:
    """Say who comes, and confirm."""
    row = opened_by(token)
    if row.state != Booking.State.HELD:
        return redirect("book:booking", token)
    form = DetailsForm(request.POST or None, instance=row)
    words = wording(Purpose.STAFF_READING, row.language)
    if form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("name", "email", "phone", "wishes", "zone")}
        now = timezone.now()
        agreed = words.version if form.cleaned_data["reading"] else ""
        try:
            with transaction.atomic():
                if actions.confirm(row, **said, reading_wording=agreed, now=now):
                    sending.tell(opened_by(token), root=_root(request), now=now)
        except actions.NotFree:
            actions.end_holds(timezone.now())
            return _page(request, "book/too_late.html", row.language, {"kind": row.kind}, status=409)
        return redirect("book:booking", token)
    shown = {"row": row, "form": form, "token": token, "words": words}
    return _page(request, "book/details.html", row.language, shown)


@public
@never_cache
@csrf_exempt
@require_http_methods(["GET", "POST"])
def booking(request: HttpRequest, token: str) -> HttpResponse:
    """One booking: when, where, with whom; and what can be done with it. Sent back, it says the times on that clock."""
    row = opened_by(token)
    if row.state == Booking.State.HELD:
        return redirect("book:details", token)
    form = ClockForm(request.POST if request.method == "POST" else None, initial={"zone": row.zone})
    if form.is_valid():
        actions.choose_clock(row, form.cleaned_data["zone"])
        return redirect("book:booking", token)
    shown = {"row": row, "token": token, "begun": row.starts_at <= timezone.now(), "form": form}
    return _page(request, "book/booking.html", row.language, shown)


@public
@never_cache
@csrf_exempt
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, token: str) -> HttpResponse:
    """The same booking at another time."""
    row = opened_by(token)
    if row.state != Booking.State.CONFIRMED or row.starts_at <= timezone.now():
        return redirect("book:booking", token)
    problem, status = "", 200
    if request.method == "POST":
        now, starts_at = timezone.now(), _instant(request.POST.get("starts", ""))
        try:
            if starts_at is None:
                raise actions.NotFree
            with transaction.atomic():
                moved = actions.move(row, starts_at, now=now)
                sending.tell(moved, root=_root(request), host_before=row.host, now=now)
            return redirect("book:booking", token)
        except actions.NotFree:
            problem, status = "taken", 409
    return _times(request, row.kind, {"problem": problem, "moving": row, "token": token}, status)


@public
@csrf_exempt
@require_POST
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """End it, before it has begun."""
    row, now = opened_by(token), timezone.now()
    if row.starts_at > now:
        with transaction.atomic():
            if actions.cancel(row, now=now):
                sending.tell(opened_by(token), root=_root(request), now=now)
    return redirect("book:booking", token)


@public
@require_GET
def invite(request: HttpRequest, token: str) -> HttpResponse:  # noqa: ARG001 - a view is given the request
    """The booking as a file for the customer's calendar."""
    row = opened_by(token)
    with translation.override(row.language):
        return HttpResponse(invitation(queries.appointment(row, for_host=False)), content_type=CALENDAR)


@public
@require_GET
def calendar(request: HttpRequest, feed: UUID) -> HttpResponse:  # noqa: ARG001 - a view is given the request
    """A host's bookings, for the calendar that they subscribe to it with."""
    return _feed_of(get_object_or_404(Host, feed=feed))


def _feed_of(host: Host) -> HttpResponse:
    rows = queries.of_host(host, timezone.now())
    return HttpResponse(feed([queries.appointment(row, for_host=True) for row in rows]), content_type=CALENDAR)


def _times(request: HttpRequest, kind: Kind, shown: dict[str, Any], status: int) -> HttpResponse:
    now = timezone.now()
    asked = request.GET.get("week", "")
    room = _room(request, kind)
    week = queries.week_of(kind, int(asked[:3]) if asked.isdecimal() else None, now=now, room=room)
    rooms = [one for one in kind.rooms.all() if one.is_active]
    shown |= {"kind": kind, "week": week, "asked": asked, "room": room, "rooms": rooms if len(rooms) > 1 else []}
    return _page(request, "book/times.html", kind.language, shown, status=status)


def _page(
    request: HttpRequest, template: str, language: str, shown: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """In the language of what is booked, and in no index."""
    with translation.override(language):
        frame = {"LANGUAGE_CODE": language, "languages": ()}
        answer = render(request, template, frame | shown, status=status)
    answer["X-Robots-Tag"] = "noindex"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def _room(request: HttpRequest, kind: Kind) -> Room | None:
    """The only one that a customer wants, by the address; None for any."""
    asked = request.GET.get("room", "")[:9]
    return kind.rooms.filter(pk=int(asked), is_active=True).first() if asked.isdecimal() else None


def _root(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


def _instant(text: str) -> datetime | None:
    try:
        found = parse_datetime(text[:40])
    except ValueError:
        return None
    return found if found is not None and timezone.is_aware(found) else None
