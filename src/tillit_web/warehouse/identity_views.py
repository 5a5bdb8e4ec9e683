"""Pages of identity: what is held apart, one identifier with its links, and deciding."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tillit.errors import QueryError
from tillit.identity.decided import OF_LINKS, Verdict
from tillit.vocabulary import Role
from tillit_web.people.access import TeamRequest, access
from tillit_web.ui.templatetags.tillit import said
from tillit_web.warehouse import identity_actions, identity_queries, queries

ROWS = 50  # held identifiers on one page


@access(Role.OWNER, Role.ANALYST)
@require_GET
def held(request: TeamRequest) -> HttpResponse:
    """What waits for a decision, and what was decided."""
    rows = identity_queries.waiting()
    text = request.GET.get("first", "")
    first = int(text) if text.isdecimal() and len(text) < 10 else 1
    first = first if 1 <= first <= len(rows) else 1
    context = {
        "rows": rows[first - 1 : first - 1 + ROWS],
        "total": len(rows),
        "first": first,
        "last": min(first + ROWS - 1, len(rows)),
        "earlier": max(first - ROWS, 1) if first > 1 else 0,
        "later": first + ROWS if first + ROWS <= len(rows) else 0,
        "decided": identity_queries.decided_rows()[:200],
        "has_data": identity_queries.has_data(),
        "building": queries.is_changing(),
    }
    return render(request, "identity/held.html", context)


@access(Role.OWNER, Role.ANALYST)
@require_GET
def identifier(request: TeamRequest, subject: str) -> HttpResponse:
    """One identifier: why it is held apart, everything it is linked to, and what was decided."""
    own = _subject(subject)
    links = identity_queries.known_links({own})
    shown = [link.one if link.one.subject == own else link.other for link in links]
    decided = identity_queries.decided_rows(frozenset({own}))
    if not shown and not decided:
        raise Http404
    context = {
        "identifier": shown[0] if shown else decided[0].one,
        "held": identity_queries.held_of(own),
        "links": links,
        "most": identity_queries.MOST_LINKS,
        "decided": decided,
        "verdicts": [(verdict.value, label) for verdict, label in identity_queries.VERDICTS.items()],
        "building": queries.is_changing(),
    }
    return render(request, "identity/identifier.html", context)


@access(Role.OWNER, Role.ANALYST)
@require_POST
def decide(request: TeamRequest) -> HttpResponseBase:
    """Say what an identifier or a link is."""
    subject = _subject(request.POST.get("subject", ""))
    other = _subject(request.POST["other"]) if request.POST.get("other") else None
    try:
        verdict = Verdict(request.POST.get("verdict", ""))
        if other is not None and verdict not in OF_LINKS:
            raise ValueError(verdict)
    except ValueError:
        messages.error(request, _("Choose what it is first."))
        return redirect(_back(request))
    identity_actions.decide(verdict, subject, other, by=request.user, why=request.POST.get("why", ""))
    messages.success(request, _("Put on record. The journeys are being put together anew; you can undo it."))
    return redirect(_back(request))


@access(Role.OWNER, Role.ANALYST)
@require_POST
def undo(request: TeamRequest, number: int) -> HttpResponseBase:
    """Take a decision back; that is a decision too, and can be taken back."""
    try:
        identity_actions.undo(number, by=request.user)
    except QueryError as late:
        messages.warning(request, said(late.sentence))
    else:
        messages.success(request, _("Undone. The journeys are being put together anew."))
    return redirect(_back(request))


def _subject(text: str) -> bytes:
    try:
        subject = bytes.fromhex(text)
    except ValueError as error:
        raise Http404 from error
    if len(subject) != 16:
        raise Http404
    return subject


def _back(request: TeamRequest) -> str:
    """The page the form stood on, if it is one of ours."""
    asked = request.POST.get("back", "")
    own = asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if own else reverse("identity:held")
