"""The desk: who waits and why, each conversation with what went before, and what one of us may do about it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tillit.desk.handoff import Reason, reason_words
from tillit.desk.owner import NotNow
from tillit.desk.text import NoText
from tillit.vocabulary import Role
from tillit_web.answers.finding import shown_to_customers
from tillit_web.answers.models import LibraryAnswer
from tillit_web.desk import actions, queries
from tillit_web.desk.beside import beside
from tillit_web.desk.forms import AgreedForm
from tillit_web.desk.models import LONGEST_TEXT, Conversation
from tillit_web.desk.queue_rows import drawn
from tillit_web.desk.renewing import Renewal, mark_of, nothing_new, renewal, renewed
from tillit_web.desk.ringing import no_of
from tillit_web.desk.shown import lines_of
from tillit_web.people.access import TeamRequest, access
from tillit_web.ui.templatetags.tillit import said


@access(*Role)
@require_GET
def queue(request: TeamRequest) -> HttpResponse:
    """Who waits for one of us, why, and what was promised; the nearest promise first."""
    line, closed = queries.in_line(by=request.user, now=timezone.now()), queries.closed_lately()
    mark, asked = mark_of(line, tuple(closed)), renewal(request)
    if asked and asked.seen == mark:
        return nothing_new()
    shown = {
        "line": line,
        "mine": drawn(line.mine),
        "waiting": drawn(line.waiting),
        "colleagues": drawn(line.colleagues),
        "closed": closed,
        "seen": mark,
    }
    return (
        renewed("desk/parts/queue_line.html", shown, mark=mark) if asked else render(request, "desk/queue.html", shown)
    )


@access(*Role)
@require_GET
def conversation(request: TeamRequest, public_id: UUID) -> HttpResponse:
    """One conversation: what was said, what was tried, who has it."""
    row = get_object_or_404(Conversation.objects.select_related("handler"), public_id=public_id)
    asked = renewal(request)
    return _conversation(request, row) if asked is None else _renewed(request, row, asked)


@access(*Role)
@require_POST
def answer(request: TeamRequest, public_id: UUID) -> HttpResponse:
    """Answer the customer; what nobody has is taken by that."""
    row = get_object_or_404(Conversation, public_id=public_id)
    text, slug = request.POST.get("text", ""), request.POST.get("from_library", "")
    try:
        actions.answer(
            row,
            text,
            request.user,
            client_id=request.POST.get("client_id", "")[:64],
            from_library=_used(slug, text),
        )
    except (NoText, NotNow) as error:
        return _conversation(request, row, {"problem": said(error.sentence), "typed": text[:LONGEST_TEXT]}, status=409)
    asked = renewal(request)
    if asked is None:
        return redirect("desk:conversation", public_id)
    return _renewed(request, Conversation.objects.select_related("handler").get(pk=row.pk), asked)


@access(*Role)
@require_POST
def note(request: TeamRequest, public_id: UUID) -> HttpResponse:
    """Write something for us alone."""
    row = get_object_or_404(Conversation, public_id=public_id)
    text = request.POST.get("text", "")
    try:
        actions.note(row, text, request.user, client_id=request.POST.get("client_id", "")[:64])
    except NoText as error:
        return _conversation(request, row, {"problem": said(error.sentence), "noted": text[:LONGEST_TEXT]}, status=400)
    return redirect("desk:conversation", public_id)


@access(*Role)
@require_POST
def take(request: TeamRequest, public_id: UUID) -> HttpResponse:
    """Have it; from a colleague only where that was said."""
    takes = actions.take_over if request.POST.get("over") == "yes" else actions.take
    return _done(request, public_id, lambda row: takes(row, request.user), _("It is yours."))


@access(*Role)
@require_POST
def let_go(request: TeamRequest, public_id: UUID) -> HttpResponse:
    """Put it back for anyone."""
    return _done(request, public_id, lambda row: actions.let_go(row, request.user), _("It waits for anyone of us."))


@access(*Role)
@require_POST
def hand_back(request: TeamRequest, public_id: UUID) -> HttpResponse:
    """Let the machine answer again, with what was agreed."""
    form = AgreedForm(request.POST)
    if not form.is_valid():
        row = get_object_or_404(Conversation, public_id=public_id)
        return _conversation(request, row, {"agreed": form}, status=400)
    done = _("The machine has the word again, and knows what you agreed.")
    return _done(request, public_id, lambda row: actions.hand_back(row, request.user, agreed=form.agreed()), done)


@access(*Role)
@require_POST
def close(request: TeamRequest, public_id: UUID) -> HttpResponse:
    """End it, and say how it ended."""
    outcome = request.POST.get("outcome", "")
    if outcome not in Conversation.Outcome.values:
        messages.error(request, _("Say how it ended: solved, promised or not solved."))
        return redirect("desk:conversation", public_id)
    closing = Conversation.Outcome(outcome)
    return _done(request, public_id, lambda row: actions.close(row, request.user, closing), _("Closed."))


@access(*Role)
@require_POST
def open_again(request: TeamRequest, public_id: UUID) -> HttpResponse:
    """Take a closed one up again."""
    return _done(request, public_id, lambda row: actions.open_again(row, request.user), _("It is yours again."))


def _done(request: TeamRequest, public_id: UUID, act: Callable[[Conversation], object], text: str) -> HttpResponse:
    row = get_object_or_404(Conversation, public_id=public_id)
    try:
        act(row)
    except NotNow as error:
        messages.error(request, said(error.sentence))
    else:
        messages.success(request, text)
    return redirect("desk:conversation", public_id)


def _conversation(
    request: TeamRequest, row: Conversation, shown: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    if status != HTTPStatus.OK:
        row.refresh_from_db()
    handoff = row.handoffs.last()
    asked = request.GET.get("q", "").strip()[:300]
    chosen = shown_to_customers(row.language).filter(slug=request.GET.get("use", "")).first()
    standing, mark = _standing(request, row)
    frame = {
        **standing,
        **beside(request, row),
        "seen": mark,
        "lines": lines_of(row, for_customer=False),
        "packet": handoff.packet if handoff else None,
        "reason": reason_words(Reason(row.reason)) if row.reason else "",
        "asked": asked,
        "canned": queries.canned(row, asked, today=timezone.localdate()),
        "typed": chosen.text if chosen else "",
        "from_library": chosen.slug if chosen else "",
        "agreed": AgreedForm(),
        "agreements": row.agreements.all(),
        "no": no_of(row),
        "outcomes": Conversation.Outcome.choices,
        "client_id": secrets.token_urlsafe(12),
        "longest": LONGEST_TEXT,
    }
    return render(request, "desk/conversation.html", frame | (shown or {}), status=status)


def _renewed(request: TeamRequest, row: Conversation, asked: Renewal) -> HttpResponse:
    lines = lines_of(row, asked.after, for_customer=False)
    standing, mark = _standing(request, row)
    if not lines and mark == asked.seen:
        return nothing_new()
    shown = standing | {"lines": lines, "has_changed": mark != asked.seen, "csrf_token": get_token(request)}
    return renewed("desk/new.html", shown, mark=mark)


def _standing(request: TeamRequest, row: Conversation) -> tuple[dict[str, Any], str]:
    """Who has the word, as the page shows it, and its mark."""
    is_mine = row.handler_id == request.user.pk
    is_late = row.promised_at is not None and row.promised_at < timezone.now()
    mark = mark_of(row.owner, row.handler_id, row.promised_at, is_late, row.closed_at, row.outcome)
    return {"row": row, "is_mine": is_mine, "is_late": is_late}, mark


def _used(slug: str, text: str) -> LibraryAnswer | None:
    """The answer of the library that was sent word for word; one that was rewritten is the colleague's own."""
    row = shown_to_customers().filter(slug=slug).first() if slug else None
    same = row is not None and " ".join(row.text.split()) == " ".join(text.split())
    return row if same else None
