"""Pages of people: joining, signing in, own settings."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tillit.vocabulary import Role
from tillit_web.people import actions, queries
from tillit_web.people.access import TeamRequest, access, has_second_step, public
from tillit_web.people.forms import CalledForm, FoundingForm, JoinForm, LanguageForm, PasswordForm
from tillit_web.people.models import OneTimeLink, User
from tillit_web.people.reader import language_asked_for
from tillit_web.ui.navigation import rail_for

SIGNED_IN_BY = "allauth.account.auth_backends.AuthenticationBackend"
LOOPBACK = frozenset({"127.0.0.1", "::1"})


@access(*Role)
@require_GET
def front(request: TeamRequest) -> HttpResponse:
    """The first page of the rail that this member may open."""
    return redirect(rail_for(Role(request.user.role), "")[0].entry.url_name)


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """A one-time link: make the owner's account and the company, or join the team."""
    link = queries.open_link(token, OneTimeLink.Kind.FIRST_OWNER, OneTimeLink.Kind.INVITATION)
    if link is None:
        return render(request, "people/link_spent.html", status=410)
    founding = link.kind == OneTimeLink.Kind.FIRST_OWNER
    kind: type[JoinForm] = FoundingForm if founding else JoinForm
    form = kind(request.POST or None)
    if form.is_valid():
        try:
            member = _join(link, form.cleaned_data, language=request.LANGUAGE_CODE)
        except actions.LinkSpent:
            return render(request, "people/link_spent.html", status=410)
        login(request, member, backend=SIGNED_IN_BY)
        return redirect("front")
    return render(request, "people/welcome.html", {"form": form, "founding": founding, "link": link})


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def new_password(request: HttpRequest, token: str) -> HttpResponse:
    """A one-time link: choose a new password, then sign in with it (and with the second step, where it is on)."""
    link = queries.open_link(token, OneTimeLink.Kind.NEW_PASSWORD)
    if link is None:
        return render(request, "people/link_spent.html", status=410)
    form = PasswordForm(request.POST or None)
    if form.is_valid():
        try:
            actions.choose_new_password(link, form.cleaned_data["password"])
        except actions.LinkSpent:
            return render(request, "people/link_spent.html", status=410)
        messages.success(request, _("The new password is saved. Sign in with it."))
        return redirect("account_login")
    return render(request, "people/new_password.html", {"form": form, "link": link})


def _join(link: OneTimeLink, chosen: dict[str, Any], *, language: str) -> User:
    member = actions.NewMember(chosen["email"], chosen["password"], language)
    if link.kind == OneTimeLink.Kind.FIRST_OWNER:
        return actions.found_company(link, member, company_name=chosen["company_name"], zone=chosen["zone"])
    return actions.join(link, member)


@public
@never_cache
@require_GET
def enter_demo(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in to the demo: only while it runs, only on this machine, only with its token."""
    at_home = request.META.get("REMOTE_ADDR") in LOOPBACK and not settings.EXPOSED
    if not settings.DEMO_TOKEN or not at_home or not secrets.compare_digest(token, settings.DEMO_TOKEN):
        raise Http404
    owner = User.objects.filter(role=Role.OWNER.value, is_active=True).order_by("id").first()
    if owner is None:
        raise Http404
    # Whoever opens the demo shares its one account: it speaks what their browser asks for.
    actions.speak(owner, language_asked_for(request))
    login(request, owner, backend=SIGNED_IN_BY)
    onward = request.GET.get("next", "")
    return redirect(onward if url_has_allowed_host_and_scheme(onward, {request.get_host()}) else "front")


@public
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Read on in another language, on the page one was on."""
    form = LanguageForm(request.POST)
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    answer = redirect(back)
    if form.is_valid():
        language = form.cleaned_data["language"]
        if isinstance(request.user, User):
            actions.speak(request.user, language)
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 24 * 3600,
            samesite="Lax",
            httponly=True,
            secure=settings.EXPOSED,
        )
    return answer


@access(*Role)
@require_GET
def own_settings(request: TeamRequest) -> HttpResponse:
    """What a member may change about themselves, and the owner's way to company and team."""
    return _own_settings(request, CalledForm(initial={"called": request.user.called}))


@access(*Role)
@require_POST
def be_called(request: TeamRequest) -> HttpResponse:
    """What customers may call whoever is signed in; nobody says it for another."""
    form = CalledForm(request.POST)
    if not form.is_valid():
        return _own_settings(request, form, status=400)
    actions.be_called(request.user, form.cleaned_data["called"])
    messages.success(request, _("Kept."))
    return redirect("people:settings")


def _own_settings(request: TeamRequest, form: CalledForm, *, status: int = 200) -> HttpResponse:
    shown = {"has_second_step": has_second_step(request.user), "team_size": queries.team_size(), "form": form}
    return render(request, "people/settings.html", shown, status=status)


@public
@require_GET
def sign_up_closed(request: HttpRequest) -> HttpResponse:
    """Where allauth would sign up or reset by mail: an owner's link does both here."""
    return render(request, "people/ask_owner.html")


def locked_out(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:  # noqa: ARG001 - axes' signature
    """Too many wrong passwords: say how long, and that nothing else happened."""
    minutes = round(settings.AXES_COOLOFF_TIME * 60)
    return render(request, "people/locked_out.html", {"minutes": minutes}, status=429)
