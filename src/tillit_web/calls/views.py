"""The team's pages about calls: which are to be made and why, what was said, and what waits for a written yes."""

from __future__ import annotations

from math import ceil, floor
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tillit.errors import InputError
from tillit.vocabulary import Role
from tillit_web.booking.models import Booking
from tillit_web.calls import actions, links, offers, queries
from tillit_web.calls.forms import AcceptForm, NoteForm, RequestForm, TaskForm
from tillit_web.calls.models import CallTask, Offer
from tillit_web.desk.models import Conversation
from tillit_web.people.access import TeamRequest, access, public
from tillit_web.people.queries import company
from tillit_web.ui.templatetags.tillit import said


@access(*Role)
@never_cache
@require_GET
def overview(request: TeamRequest) -> HttpResponse:
    """Calls to make, how many were cold, what waits for a yes, and the latest calls."""
    now = timezone.now()
    cold = queries.cold_share(now=now)
    shown = {
        "tasks": queries.to_make(),
        "cold": cold,
        "low": floor(100 * cold.low),
        "high": ceil(100 * cold.high),
        "cold_calls": queries.cold(now=now)[: queries.MOST_SHOWN],
        "offers": queries.offers()[: queries.MOST_SHOWN],
        "calls": queries.lately()[: queries.MOST_SHOWN],
        "now": now,
    }
    return render(request, "calls/overview.html", shown)


@access(*Role)
@never_cache
@require_http_methods(["GET", "POST"])
def note(request: TeamRequest) -> HttpResponse:
    """Write a call down, in a conversation that there is or in one of its own."""
    conversation = _conversation(request.GET.get("conversation", ""))
    begins: dict[str, Any] = {"started_at": timezone.localtime().replace(second=0, microsecond=0)}
    if conversation is not None:
        begins |= {"phone": conversation.phone, "name": conversation.name}
    form = NoteForm(request.POST or None, initial=begins)
    if form.is_valid():
        language = company().language
        now = timezone.now()
        call = actions.note_call(form.noted, by=request.user, language=language, conversation=conversation, now=now)
        if call.direction == call.Direction.OUT and not call.basis:
            messages.warning(request, _("Nobody had booked, asked for or documented this call: it counts as cold."))
        else:
            messages.success(request, _("The call is written down."))
        return redirect("desk:conversation", _of(call.conversation).public_id)
    status = 422 if form.errors else 200
    why = ("relation", "relation_on")
    shown = {
        "form": form,
        "conversation": conversation,
        "said": [field for field in form.visible_fields() if field.name not in why],
        "why": [form[name] for name in why],
    }
    return render(request, "calls/note.html", shown, status=status)


@access(*Role)
@never_cache
@require_http_methods(["GET", "POST"])
def plan(request: TeamRequest) -> HttpResponse:
    """A call to make about a documented relation."""
    form = TaskForm(request.POST or None)
    if form.is_valid():
        try:
            actions.plan_related(**form.cleaned_data, now=timezone.now())
            messages.success(request, _("The call is planned."))
            return redirect("calls:overview")
        except InputError as refused:
            form.add_error(None, said(refused.sentence))
    status = 422 if form.errors else 200
    return render(request, "calls/plan.html", {"form": form, "conversation": None}, status=status)


@access(*Role)
@never_cache
@require_http_methods(["GET", "POST"])
def plan_requested(request: TeamRequest, public_id: UUID) -> HttpResponse:
    """A call that the customer asked for in this conversation."""
    conversation = get_object_or_404(Conversation, public_id=public_id)
    form = RequestForm(request.POST or None, initial={"phone": conversation.phone, "about": conversation.topic})
    form.fields["message"].queryset = queries.requests_of(conversation)  # type: ignore[attr-defined] # a field of a model
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.plan_requested(
                given["message"], phone=given["phone"], about=given["about"], due_at=given["due_at"], now=timezone.now()
            )
            messages.success(request, _("The call is planned."))
            return redirect("calls:overview")
        except InputError as refused:
            form.add_error(None, said(refused.sentence))
    status = 422 if form.errors else 200
    return render(request, "calls/plan.html", {"form": form, "conversation": conversation}, status=status)


@access(*Role)
@require_POST
def plan_booked(request: TeamRequest, booking: int) -> HttpResponse:
    """A call that the customer booked."""
    row = get_object_or_404(Booking.objects.select_related("kind"), pk=booking)
    try:
        actions.plan_booked(row, about=row.kind.name, now=timezone.now())
        messages.success(request, _("The call is planned."))
    except InputError as refused:
        messages.error(request, said(refused.sentence))
    return redirect("calls:overview")


@access(*Role)
@require_POST
def settle(request: TeamRequest, task: int) -> HttpResponse:
    """It was made, or is not needed any more; or is to be made after all."""
    state = request.POST.get("state", "")
    if state in CallTask.State.values:
        actions.settle(get_object_or_404(CallTask, pk=task), CallTask.State(state))
    return redirect("calls:overview")


@access(*Role)
@never_cache
@require_http_methods(["GET", "POST"])
def offer(request: TeamRequest, offer: int) -> HttpResponse:
    """One offer: what the customer wrote since, and the link behind which they accept it."""
    row = get_object_or_404(Offer.objects.select_related("conversation", "call", "message"), pk=offer)
    could = queries.could_accept(row)
    if request.method == "POST":
        number = request.POST.get("message", "")
        message = could.filter(pk=int(number)).first() if number.isdigit() and len(number) < 19 else None
        if message is None:
            messages.error(request, _("Choose a message that the customer wrote after the offer."))
        else:
            offers.accept_by_message(row, message, now=timezone.now())
            messages.success(request, _("Sold: the customer’s written yes is on record."))
        return redirect("calls:offer", row.pk)
    link = request.build_absolute_uri(links.address_of(row))
    return render(request, "calls/offer.html", {"row": row, "could": could, "link": link})


# The page keeps no cookie, so its form cannot carry Django's token; it stands behind a signed address.
@public
@never_cache
@csrf_exempt
@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """The customer reads what was offered, and accepts it under their name or says no."""
    row = links.opened_by(token)
    says_no = request.method == "POST" and request.POST.get("answer") == "no"
    form = AcceptForm(request.POST if request.method == "POST" and not says_no else None)
    if says_no:
        row = offers.decline(row, where=Offer.Where.LINK, now=timezone.now())
    elif row.accepted_at is None and form.is_valid():
        row = offers.accept(row, name=form.cleaned_data["name"], where=Offer.Where.LINK, now=timezone.now())
    language = row.conversation.language
    with translation.override(language):
        shown: dict[str, Any] = {"row": row, "form": form, "LANGUAGE_CODE": language, "languages": ()}
        answer = render(request, "calls/accept.html", shown, status=422 if form.errors else 200)
    answer["X-Robots-Tag"] = "noindex"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def _conversation(public_id: str) -> Conversation | None:
    try:
        return Conversation.objects.filter(public_id=UUID(public_id)).first()
    except ValueError:
        return None


def _of(conversation: Conversation | None) -> Conversation:
    if conversation is None:
        raise ValueError("a call that was written down stands in a conversation")
    return conversation
