"""The team's pages: who comes when, what can be booked, and with whom."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tillit.vocabulary import Role
from tillit_web.booking import actions, outbox, queries, sending
from tillit_web.booking.forms import HostForm, KindForm, RoomForm
from tillit_web.booking.models import Booking, Host, Kind, OutgoingMail, Room
from tillit_web.people.access import TeamRequest, access
from tillit_web.ui.slugs import free_slug

NOT_A_KIND = ("booking", "calendar")  # what else stands under /book/


@access(*Role)
@require_GET
def coming(request: TeamRequest) -> HttpResponse:
    """Who comes, and who did lately."""
    now = timezone.now()
    shown = {
        "coming": queries.coming(now),
        "lately": queries.lately(now),
        "has_kinds": Kind.objects.exists(),
        "in_trouble": queries.mails_in_trouble(),
        "quiet": [one for one in queries.calendars_now(now) if one.is_ending or not one.is_fresh],
    }
    return render(request, "booking/coming.html", {"tab": "coming", **shown})


@access(*Role)
@require_POST
def cancel(request: TeamRequest, booking: int) -> HttpResponse:
    """Cancel on the company's side; the customer is told where there is mail."""
    row, now = get_object_or_404(Booking, pk=booking), timezone.now()
    with transaction.atomic():
        if actions.cancel(row, now=now):
            row.refresh_from_db()
            sending.tell(row, root=request.build_absolute_uri("/").rstrip("/"), now=now)
    messages.success(request, _("Cancelled. If the customer left no e-mail, tell them."))
    return redirect("booking:coming")


@access(*Role)
@require_POST
def missed(request: TeamRequest, booking: int) -> HttpResponse:
    """Nobody came; or somebody did after all."""
    row = get_object_or_404(Booking, pk=booking)
    actions.nobody_came(row, missed=request.POST.get("missed") == "yes", now=timezone.now())
    return redirect("booking:coming")


@access(*Role)
@require_POST
def send_again(request: TeamRequest, mail: int) -> HttpResponse:  # noqa: ARG001 - a view is given the request
    """Try a mail anew that the server did not take."""
    outbox.send_again(OutgoingMail.objects.filter(pk=mail), now=timezone.now())
    return redirect("booking:coming")


@access(*Role)
@require_GET
def kinds(request: TeamRequest) -> HttpResponse:
    """What can be booked, and with whom."""
    shown = {
        "kinds": Kind.objects.prefetch_related("hosts", "rooms"),
        "hosts": Host.objects.all(),
        "rooms": Room.objects.all(),
        "silent": queries.silent_hosts(timezone.now()),
    }
    return render(request, "booking/kinds.html", {"tab": "kinds", **shown})


@access(Role.OWNER, Role.ANALYST)
@require_http_methods(["GET", "POST"])
def kind(request: TeamRequest, kind: int | None = None) -> HttpResponse:
    """Something to book."""
    if not Host.objects.exists():
        messages.info(request, _("Say first who can be met."))
        return redirect("booking:new_host")
    row = get_object_or_404(Kind, pk=kind) if kind else None
    form = KindForm(request.POST or None, instance=row, initial={"language": request.LANGUAGE_CODE})
    if form.is_valid():
        made = form.save(commit=False)
        made.slug = made.slug or free_slug(Kind, made.name, reserved=NOT_A_KIND)
        made.save()
        form.save_m2m()
        return redirect("booking:kinds")
    return render(
        request, "booking/form.html", {"tab": "kinds", "form": form, "heading": row or _("Something to book")}
    )


@access(Role.OWNER, Role.ANALYST)
@require_http_methods(["GET", "POST"])
def host(request: TeamRequest, host: int | None = None) -> HttpResponse:
    """A colleague who can be met."""
    row = get_object_or_404(Host, pk=host) if host else None
    form = HostForm(request.POST or None, instance=row)
    if form.is_valid():
        form.save()
        return redirect("booking:kinds")
    return render(request, "booking/form.html", {"tab": "kinds", "form": form, "heading": row or _("Who can be met")})


@access(Role.OWNER, Role.ANALYST)
@require_http_methods(["GET", "POST"])
def room(request: TeamRequest, room: int | None = None) -> HttpResponse:
    """Somewhere to meet that one meeting has at a time."""
    row = get_object_or_404(Room, pk=room) if room else None
    form = RoomForm(request.POST or None, instance=row)
    if form.is_valid():
        form.save()
        return redirect("booking:kinds")
    return render(request, "booking/form.html", {"tab": "kinds", "form": form, "heading": row or _("A room or a shop")})
