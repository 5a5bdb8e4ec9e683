"""The team's page about hosts' calendars: which are read, how old that is, and what is in the way."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tillit.errors import InputError
from tillit.vocabulary import Role
from tillit_web.booking import listening, queries
from tillit_web.booking.forms import CalendarForm, FreshnessForm
from tillit_web.booking.models import BusyCalendar, Host
from tillit_web.outgoing import NoAnswer
from tillit_web.people.access import TeamRequest, access
from tillit_web.ui.outgoing_words import why_no_answer
from tillit_web.ui.templatetags.tillit import said


@access(*Role)
@require_GET
def calendars(request: TeamRequest) -> HttpResponse:
    """Each calendar with its age."""
    shown = {"calendars": queries.calendars_now(timezone.now()), "has_hosts": Host.objects.exists()}
    return render(request, "booking/calendars.html", {"tab": "calendars", **shown})


@sensitive_post_parameters("address", "password")
@access(Role.OWNER, Role.ANALYST)
@require_http_methods(["GET", "POST"])
def connect(request: TeamRequest) -> HttpResponse:
    """Have a calendar read: it is read at once, and kept if that goes well."""
    form = CalendarForm(request.POST or None)
    if form.is_valid():
        told = form.cleaned_data
        typed = listening.Typed(told["source"], told["address"], told["user"], told["password"])
        try:
            made = listening.connect(told["host"], typed, fresh_hours=told["fresh_hours"], now=timezone.now())
        except NoAnswer as none:
            form.add_error("address", why_no_answer(none.reason, status=none.status))
        except InputError as wrong:
            form.add_error("address", said(wrong.sentence))
        else:
            busy = made.spans.count()
            messages.success(request, _("The calendar was read: %(busy)s times are taken in it.") % {"busy": busy})
            return redirect("booking:calendars")
    return render(
        request,
        "booking/form.html",
        {"tab": "calendars", "form": form, "heading": _("A calendar that says when somebody is busy")},
    )


@access(Role.OWNER, Role.ANALYST)
@require_http_methods(["GET", "POST"])
def calendar(request: TeamRequest, calendar: int) -> HttpResponse:
    """How long it may be silent."""
    row = get_object_or_404(BusyCalendar, pk=calendar)
    form = FreshnessForm(request.POST or None, instance=row)
    if form.is_valid():
        form.save()
        return redirect("booking:calendars")
    return render(request, "booking/calendar.html", {"tab": "calendars", "form": form, "row": row})


@access(*Role)
@require_POST
def read(request: TeamRequest, calendar: int) -> HttpResponse:
    """Read it now."""
    row = get_object_or_404(BusyCalendar.objects.select_related("host"), pk=calendar)
    if listening.listen(row, now=timezone.now()):
        messages.success(request, _("The calendar was read."))
    else:
        messages.error(request, queries.why(row))
    return redirect("booking:calendars")


@access(Role.OWNER, Role.ANALYST)
@require_POST
def forget(request: TeamRequest, calendar: int) -> HttpResponse:
    """Read it no more."""
    listening.forget(get_object_or_404(BusyCalendar, pk=calendar))
    messages.success(request, _("The calendar is read no more. What was put into it stays there."))
    return redirect("booking:calendars")
