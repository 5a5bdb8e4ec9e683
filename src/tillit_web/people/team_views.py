"""The owner's pages: the company, the team, and the links that let people in."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tillit.vocabulary import Role
from tillit_web.people import actions, queries
from tillit_web.people.access import TeamRequest, access
from tillit_web.people.forms import CompanyForm, RoleForm
from tillit_web.people.models import OneTimeLink, User


@access(Role.OWNER)
@require_http_methods(["GET", "POST"])
def company(request: TeamRequest) -> HttpResponse:
    """Name, clock, currency, and what counts as a finished journey."""
    form = CompanyForm(request.POST or None, instance=queries.company_row())
    if form.is_valid():
        form.save()
        messages.success(request, _("The company is saved."))
        return redirect("people:settings")
    return render(request, "people/company.html", {"form": form})


@access(Role.OWNER)
@require_GET
def team(request: TeamRequest) -> HttpResponse:
    """Who gets in, and what they see."""
    return _team_page(request)


@access(Role.OWNER)
@never_cache
@require_POST
def invite(request: TeamRequest) -> HttpResponse:
    """Show an invitation link, this once."""
    form = RoleForm(request.POST)
    if not form.is_valid():
        return redirect("people:team")
    token = actions.make_link(OneTimeLink.Kind.INVITATION, form.role_chosen(), made_by=request.user)
    return _team_page(request, link=request.build_absolute_uri(reverse("people:welcome", args=[token])))


@access(Role.OWNER)
@never_cache
@require_POST
def new_password_link(request: TeamRequest, member: int) -> HttpResponse:
    """Show a link by which a member chooses a new password, this once."""
    person = get_object_or_404(User, pk=member)
    kind = OneTimeLink.Kind.NEW_PASSWORD
    token = actions.make_link(kind, Role(person.role), made_by=request.user, member=person)
    link = request.build_absolute_uri(reverse("people:new_password", args=[token]))
    return _team_page(request, link=link, link_for=person.email)


@access(Role.OWNER)
@require_GET
def member(request: TeamRequest, member: int) -> HttpResponse:
    """One member of the team."""
    return render(
        request, "people/member.html", {"person": get_object_or_404(User, pk=member), "roles": queries.roles()}
    )


@access(Role.OWNER)
@require_POST
def change_role(request: TeamRequest, member: int) -> HttpResponse:
    """Give a member another role."""
    person = get_object_or_404(User, pk=member)
    form = RoleForm(request.POST)
    if form.is_valid():
        try:
            actions.change_role(person, form.role_chosen())
            messages.success(request, _("The role is saved."))
        except actions.LastOwner:
            messages.error(request, _last_owner())
    return redirect("people:team")


@access(Role.OWNER)
@require_POST
def pause(request: TeamRequest, member: int) -> HttpResponse:
    """Shut a member out at once."""
    person = get_object_or_404(User, pk=member)
    try:
        actions.deactivate(person)
        messages.success(request, _("The account is paused."))
    except actions.LastOwner:
        messages.error(request, _last_owner())
    return redirect("people:team")


@access(Role.OWNER)
@require_POST
def resume(request: TeamRequest, member: int) -> HttpResponse:
    """Let a member in again."""
    actions.reactivate(get_object_or_404(User, pk=member))
    messages.success(request, _("The account is open again."))
    return redirect("people:team")


def _last_owner() -> str:
    return _("Nothing was changed: nobody else could let people in. Make somebody else owner first.")


def _team_page(request: TeamRequest, *, link: str = "", link_for: str = "") -> HttpResponse:
    shown = {"team": queries.team(), "roles": queries.roles(), "link": link, "link_for": link_for}
    return render(request, "people/team.html", shown)
