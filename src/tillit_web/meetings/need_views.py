"""A need noted by staff, at the customer's wish: seen on the customer's page and on their own."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tillit.errors import QueryError
from tillit.journeys.known_by import subjects_of
from tillit.vocabulary import Purpose, Role
from tillit_web.meetings.models import Need
from tillit_web.meetings.needs import end_need, note_need
from tillit_web.people.access import TeamRequest, access
from tillit_web.warehouse.queries import current_view


@access(Role.OWNER, Role.SPECIALIST)
@require_POST
def change_need(request: TeamRequest, person: str) -> HttpResponse:
    """Note what a customer told us they need, or that they do not any more."""
    view = current_view(purpose=Purpose.SERVICE)
    try:
        subjects = subjects_of(view, person) if view else ()
    except QueryError:
        subjects = ()
    kind = request.POST.get("kind", "")
    if subjects and kind in Need.Kind:
        if request.POST.get("do") == "end":
            end_need(subjects, Need.Kind(kind))
            messages.success(request, _("Forgotten. The customer sees it on their own page."))
        else:
            note_need(subjects, Need.Kind(kind), said_to=Need.SaidTo.STAFF)
            messages.success(
                request, _("Noted for a year. A person is due to this customer; they see it on their own page.")
            )
    return redirect("insight:customer", person)
