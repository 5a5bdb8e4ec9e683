"""Settings → Mailboxes, for the owner; and for everybody what did not come in or go out."""

from __future__ import annotations

from typing import Any

import msgspec
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tillit.desk.mail import MailError, read_mail
from tillit.vocabulary import Role
from tillit_web.mail import can_mail
from tillit_web.mailboxes import actions, queries, signing_in
from tillit_web.mailboxes.forms import MailboxForm
from tillit_web.mailboxes.models import HeldMail, Mailbox, SentMail
from tillit_web.mailboxes.problems import MailboxProblem
from tillit_web.mailboxes.taking import Outcome
from tillit_web.people.access import TeamRequest, access
from tillit_web.people.queries import company
from tillit_web.ui.templatetags.tillit import said

BEGUN = "mailbox_sign_in"  # in the session of whoever signs in


@access(Role.OWNER)
@never_cache
@require_GET
def overview(request: TeamRequest) -> HttpResponse:
    """Which mailboxes there are, and how they do."""
    shown = {"mailboxes": queries.mailboxes(), "can_mail": can_mail(), "held": queries.held().count()}
    return render(request, "mailboxes/overview.html", shown)


@access(Role.OWNER)
@never_cache
@require_http_methods(["GET", "POST"])
def one(request: TeamRequest, mailbox: int | None = None) -> HttpResponse:
    """Set a mailbox up, or change it."""
    row = get_object_or_404(queries.mailboxes(), pk=mailbox) if mailbox else None
    if row is None and request.method == "POST":  # one that was removed comes back with its conversations
        address = request.POST.get("address", "").strip().lower()
        row = Mailbox.objects.filter(address=address).exclude(removed_at=None).first()
    form = MailboxForm(request.POST or None, instance=row, initial={"language": company().language})
    if form.is_valid():
        made = form.save(commit=False)
        made.removed_at, made.is_active = None, True if row is None or row.removed_at else row.is_active
        actions.keep(made, typed=form.typed)
        messages.success(request, _("Kept. Try the connection now."))
        return redirect("mailboxes:one", made.pk)
    return _page(request, form, row if mailbox else None)


@access(Role.OWNER)
@never_cache
@require_POST
def examine(request: TeamRequest, mailbox: int) -> HttpResponse:
    """Try the connection: nothing is read and nothing sent."""
    row = get_object_or_404(queries.mailboxes(), pk=mailbox)
    found = actions.examine(row, now=timezone.now())
    return _page(request, MailboxForm(instance=row), row, found=found)


@access(Role.OWNER)
@never_cache
@require_GET
def sign_in(request: TeamRequest, mailbox: int) -> HttpResponse:
    """Go to where the mailbox is, sign in to it there, and come back with what opens it."""
    row = get_object_or_404(queries.mailboxes(), pk=mailbox)
    try:
        begun, address = signing_in.begin(row, returns_to=_signed_in_at(request))
    except MailboxProblem as problem:
        messages.error(request, said(problem.sentence))
        return redirect("mailboxes:one", row.pk)
    request.session[BEGUN] = msgspec.to_builtins(begun)
    return redirect(address)


@access(Role.OWNER)
@never_cache
@require_GET
def signed_in(request: TeamRequest) -> HttpResponse:
    """Back from there: keep what the mailbox opens with."""
    try:
        begun = msgspec.convert(request.session.pop(BEGUN, None), signing_in.Begun)
    except msgspec.ValidationError:
        messages.error(request, _("No sign-in was begun in this browser. Begin on the mailbox’s page."))
        return redirect("mailboxes:overview")
    row = get_object_or_404(queries.mailboxes(), pk=begun.mailbox)
    if refused := request.GET.get("error", "")[:200]:
        messages.error(request, _("You were not signed in there: %(why)s. Nothing was changed.") % {"why": refused})
        return redirect("mailboxes:one", row.pk)
    given = {name: request.GET.get(name, "")[:4_000] for name in ("state", "code")}
    try:
        signing_in.finish(row, begun, **given, now=timezone.now())
    except MailboxProblem as problem:
        messages.error(request, said(problem.sentence))
    else:
        messages.success(request, _("Signed in. Try the connection now."))
    return redirect("mailboxes:one", row.pk)


@access(Role.OWNER)
@require_POST
def pause(request: TeamRequest, mailbox: int) -> HttpResponse:
    """Rest, or go on."""
    actions.pause(get_object_or_404(queries.mailboxes(), pk=mailbox), paused=request.POST.get("paused") == "yes")
    return redirect("mailboxes:overview")


@access(Role.OWNER)
@require_POST
def remove(request: TeamRequest, mailbox: int) -> HttpResponse:
    """Read and send no more, and forget what opens it."""
    row = get_object_or_404(queries.mailboxes(), pk=mailbox)
    actions.remove(row, now=timezone.now())
    messages.success(request, _("%(address)s is removed. Its conversations stay.") % {"address": row.address})
    return redirect("mailboxes:overview")


@access(*Role)
@never_cache
@require_GET
def aside(request: TeamRequest) -> HttpResponse:
    """Mails that became no conversation, and answers of ours that did not arrive."""
    held = queries.held()
    shown = {
        "held": held[: queries.MOST_SHOWN],
        "held_count": held.count(),
        "unsent": queries.unsent()[: queries.MOST_SHOWN],
    }
    return render(request, "mailboxes/aside.html", shown)


@access(*Role)
@never_cache
@require_GET
def held(request: TeamRequest, held: int) -> HttpResponse:
    """One of them, as text."""
    row = get_object_or_404(HeldMail.objects.select_related("mailbox"), pk=held)
    try:
        mail = read_mail(bytes(row.raw))
    except MailError:
        mail = None
    return render(request, "mailboxes/held.html", {"row": row, "mail": mail})


@access(*Role)
@require_POST
def take_in(request: TeamRequest, held: int) -> HttpResponse:
    """It is for us after all."""
    found = actions.take_in(get_object_or_404(HeldMail, pk=held), now=timezone.now())
    if found.outcome is Outcome.HELD:
        messages.error(request, _("It still cannot be read."))
    else:
        messages.success(request, _("It is a conversation now."))
    return redirect("mailboxes:aside")


@access(*Role)
@require_POST
def throw_away(request: TeamRequest, held: int) -> HttpResponse:
    """It is not for us."""
    HeldMail.objects.filter(pk=held).delete()
    messages.success(request, _("The mail is thrown away."))
    return redirect("mailboxes:aside")


@access(*Role)
@require_POST
def send_again(request: TeamRequest, sent: int) -> HttpResponse:
    """Try once more to send what did not arrive."""
    actions.send_again(get_object_or_404(SentMail, pk=sent), now=timezone.now())
    messages.success(request, _("It is sent again within a minute."))
    return redirect("mailboxes:aside")


def _page(request: TeamRequest, form: MailboxForm, row: Mailbox | None, **shown: Any) -> HttpResponse:
    parts: dict[str, Any] = {
        "who": [form[name] for name in ("address", "name", "language")],
        "incoming": [form[name] for name in ("imap_host", "imap_port", "folder")],
        "outgoing": [form[name] for name in ("smtp_host", "smtp_port", "has_tags")],
        "opening": [form[name] for name in ("user", "sign_in", "password")],
        "token": [form[name] for name in ("token_address", "client_id", "client_secret", "refresh_token", "scope")],
    }
    status = 422 if form.errors else 200
    parts |= {"returns_to": _signed_in_at(request), "may_sign_in": bool(row and signing_in.sign_in_address(row))}
    return render(
        request, "mailboxes/one.html", {"form": form, "row": row, "can_mail": can_mail()} | parts | shown, status=status
    )


def _signed_in_at(request: TeamRequest) -> str:
    return request.build_absolute_uri(reverse("mailboxes:signed_in"))
