"""The customer's own page: ask for a code, type it, and see, answer, correct, take along, erase."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tillit.errors import PurposeError, QueryError
from tillit.journeys.known_by import subjects_of
from tillit.vocabulary import ContactChannel, Purpose, Role
from tillit_web.calls import offers
from tillit_web.calls.models import Offer
from tillit_web.desk.actions import TooMany, open_conversation
from tillit_web.desk.briefing import claim, is_verified, meetings_of
from tillit_web.desk.briefing_links import address_of, opened_by, token_of
from tillit_web.mail import can_mail
from tillit_web.me import codes, queries
from tillit_web.meetings.models import Need
from tillit_web.meetings.needs import end_need, note_need
from tillit_web.people import actions as people
from tillit_web.people.access import TeamRequest, access, network_of, public
from tillit_web.people.consents import How
from tillit_web.people.models import AccessRecord, Block
from tillit_web.people.wordings import wording
from tillit_web.ui.templatetags.tillit import said
from tillit_web.warehouse.actions import forget
from tillit_web.warehouse.queries import current_view, erasure_receipt

OPEN_FOR = timedelta(minutes=30)
ASKED, OPENED = "me_asked", "me_opened"
SHOWN_EVENTS = 100

Page = Callable[..., HttpResponse]


def _of_customer(page: Page) -> Page:
    """A page that stands in no index and no cache, and opens while the customer's code has opened this browser."""

    @public
    @never_cache
    @wraps(page)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        subject = _opened(request)
        answer = page(request, subject, *args, **kwargs) if subject else redirect("me:start")
        answer["X-Robots-Tag"] = "noindex, nofollow"
        return answer

    return guarded  # type: ignore[return-value]


@public
@never_cache
@sensitive_post_parameters("identifier")
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Ask for a code; the answer is the same whether we know somebody or not."""
    if request.method == "GET" and _opened(request):
        return redirect("me:page")
    shown: dict[str, object] = {"can_mail": can_mail()}
    status = 200
    if request.method == "POST":
        typed = codes.typed_subject(request.POST.get("identifier", "")[:400])
        if typed is None:
            shown["unread"] = True
        else:
            try:
                asked = codes.ask(*typed, network=network_of(request), language=request.LANGUAGE_CODE or "en")
                request.session[ASKED] = asked.hex
                return redirect("me:code")
            except codes.TooMany:
                shown["too_many"], status = True, 429
    return _noindex(render(request, "me/start.html", shown, status=status))


@public
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Type the code in the browser that asked for it."""
    asked = request.session.get(ASKED)
    if not asked:
        return redirect("me:start")
    shown: dict[str, object] = {"can_mail": can_mail()}
    if request.method == "POST":
        try:
            subject = codes.spend(UUID(asked), request.POST.get("code", "")[:40])
        except codes.WrongCode:
            shown["wrong"] = True
        else:
            request.session.cycle_key()
            del request.session[ASKED]
            request.session[OPENED] = [subject.hex(), (timezone.now() + OPEN_FOR).isoformat()]
            return redirect("me:page")
    return _noindex(render(request, "me/code.html", shown))


@_of_customer
@require_GET
def page(request: HttpRequest, subject: bytes) -> HttpResponse:
    """What we know, where from, what for, who looked, and what you can do about it."""
    known = queries.known(subject, language=request.LANGUAGE_CODE or "en")
    latest = known.events[::-1][:SHOWN_EVENTS]
    noted = {each.kind for each in known.needs}
    shown = {
        "known": known,
        "latest": latest,
        "total": len(known.events),
        "now": timezone.now(),
        "kinds": [(kind, label) for kind, label in Need.Kind.choices if kind not in noted],
    }
    return render(request, "me/page.html", shown)


@_of_customer
@require_POST
def answer(request: HttpRequest, subject: bytes) -> HttpResponse:
    """Keep a yes or a no."""
    language = request.LANGUAGE_CODE or "en"
    try:
        purpose = Purpose(request.POST.get("purpose", ""))
        channel = ContactChannel(request.POST["channel"]) if request.POST.get("channel") else None
        people.record_consent(
            queries.subjects_known_with(subject) or (subject,),
            purpose,
            granted=request.POST.get("granted") == "yes",
            channel=channel,
            how=How.OWN_PAGE,
            where=request.path,
            wording=wording(purpose, language).version,
            language=language,
        )
    except (ValueError, PurposeError):
        messages.error(request, _("Nothing was changed: the question was not one of ours."))
    else:
        messages.success(request, _("Your answer is kept and holds from now on."))
    return redirect("me:page")


@_of_customer
@require_POST
def need(request: HttpRequest, subject: bytes) -> HttpResponse:
    """Say what I need when you meet me, or that I do not any more."""
    subjects = queries.subjects_known_with(subject) or (subject,)
    kind = request.POST.get("kind", "")
    if kind not in Need.Kind:
        messages.error(request, _("Nothing was changed: the question was not one of ours."))
    elif request.POST.get("do") == "end":
        end_need(subjects, Need.Kind(kind))
        messages.success(request, _("It is forgotten from now on."))
    else:
        note_need(subjects, Need.Kind(kind), said_to=Need.SaidTo.OWN_PAGE)
        messages.success(request, _("A person meets you from now on, for a year or until you say otherwise."))
    return redirect("me:page")


@_of_customer
@require_http_methods(["GET", "POST"])
def meetings(request: HttpRequest, subject: bytes) -> HttpResponse:
    """Conversations and bookings under my address: which are mine, and what is shown to whoever meets me."""
    subjects = queries.subjects_known_with(subject) or (subject,)
    if request.method == "POST":
        meeting = opened_by(request.POST.get("meeting", "")[:200])
        if claim(meeting, subjects):
            return redirect(address_of(meeting))
        messages.error(request, _("That is under another address than the one you showed."))
        return redirect("me:meetings")
    rows = [(each, token_of(each), is_verified(each)) for each in meetings_of(subjects)]
    return render(request, "me/meetings.html", {"rows": rows})


@_of_customer
@require_POST
def offer(request: HttpRequest, subject: bytes, number: int) -> HttpResponse:
    """Accept in writing what I was offered by phone, or decline it."""
    row = queries.offer_of(subject, number)
    if row is None:
        raise Http404
    where, now = Offer.Where.OWN_PAGE, timezone.now()
    try:
        if request.POST.get("answer") == "yes":
            row = offers.accept(row, name=request.POST.get("name", ""), where=where, now=now)
        elif request.POST.get("answer") == "no":
            row = offers.decline(row, where=where, now=now)
    except offers.NotWritten as refused:
        messages.error(request, said(refused.sentence))
        return redirect("me:page")
    if row.accepted_at is not None:
        messages.success(request, _("You have accepted the offer in writing."))
    elif row.declined_at is not None:
        messages.success(request, _("You have said no. Nothing was bought."))
    return redirect("me:page")


@_of_customer
@require_POST
def talk(request: HttpRequest, subject: bytes) -> HttpResponse:
    """Begin a conversation in which I have shown who I am."""
    language = request.LANGUAGE_CODE or "en"
    try:
        email, phone = queries.address_of(subject)
        opened = open_conversation(
            "", language=language, subject=subject, email=email, phone=phone, asks_for_person=True
        )
    except TooMany:
        messages.error(request, _("Many conversations were begun. Wait an hour."))
        return redirect("me:page")
    return redirect("talk:thread", opened.token)


@_of_customer
@require_POST
def no_contact(request: HttpRequest, subject: bytes) -> HttpResponse:
    """Do not contact me."""
    people.block_subjects(queries.subjects_known_with(subject) or (subject,), Block.Source.CUSTOMER)
    messages.success(request, _("We will not contact you, unless you ask or have booked it."))
    return redirect("me:page")


@_of_customer
@require_POST
def correct(request: HttpRequest, subject: bytes) -> HttpResponse:
    """Say what is wrong."""
    text = request.POST.get("text", "").strip()
    if text:
        people.ask_correction(subject, text)
        messages.success(request, _("We have it, and mend it. You see here when it is done."))
    return redirect("me:page")


@_of_customer
@require_GET
def download(request: HttpRequest, subject: bytes, form: str) -> HttpResponse:
    """Everything, as JSON or as a page to read."""
    _record(subject, AccessRecord.What.DOWNLOAD)
    known = queries.known(subject, language=request.LANGUAGE_CODE or "en")
    if form == "json":
        text = json.dumps(known.to_json(), ensure_ascii=False, indent=1)
        file = HttpResponse(text, content_type="application/json; charset=utf-8")
    else:
        file = render(
            request, "me/download.html", {"known": known, "latest": known.events[::-1], "now": timezone.now()}
        )
    file["Content-Disposition"] = f'attachment; filename="about-me.{form}"'
    return file


@_of_customer
@require_http_methods(["GET", "POST"])
def erase(request: HttpRequest, subject: bytes) -> HttpResponse:
    """Erase me: asked once, in so many words, and at once out of everybody's sight."""
    if request.method == "GET":
        return render(request, "me/erase.html")
    token = forget(queries.subjects_known_with(subject) or (subject,), by="customer")
    request.session.flush()
    return redirect("me:receipt", token)


@public
@never_cache
@require_GET
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """What was erased: counts, and no word about whom. Opened by the address alone."""
    found = erasure_receipt(token)
    return _noindex(render(request, "me/erased.html", {"receipt": found}, status=200 if found else 404))


@_of_customer
@require_POST
def close(request: HttpRequest, subject: bytes) -> HttpResponse:  # noqa: ARG001 - every page of a customer gets it
    """Leave, on a computer that others use too."""
    del request.session[OPENED]
    return redirect("me:start")


@access(Role.OWNER)
@never_cache
@require_POST
def hand_out(request: TeamRequest, person: str) -> HttpResponse:
    """Show a code for a customer whom the owner recognises, this once."""
    view = current_view(purpose=Purpose.RIGHTS)
    try:
        subjects = subjects_of(view, person) if view else ()
    except QueryError:
        subjects = ()
    if not subjects:
        return redirect("insight:find")
    people.record_access(
        AccessRecord.What.CODE, subjects, by=request.user, purpose=Purpose.RIGHTS, reason="", basis="rights"
    )
    shown = {"person": person, "code": codes.hand_out(subjects[0], by=request.user)}
    return render(request, "me/handed_out.html", shown)


def _record(subject: bytes, what: AccessRecord.What) -> None:
    people.record_access(what, [subject], by=None, purpose=Purpose.RIGHTS, reason="")


def _opened(request: HttpRequest) -> bytes | None:
    kept = request.session.get(OPENED)
    if not kept or datetime.fromisoformat(kept[1]) <= timezone.now():
        return None
    return bytes.fromhex(kept[0])


def _noindex(answer: HttpResponse) -> HttpResponse:
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer
