"""Who may open what. Every view of ours is marked by one of these two; a test walks all addresses and checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, Protocol, cast

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url

from tillit.vocabulary import Role
from tillit_web.people.models import User

# Those whose pages show customers one by one to whoever has the password alone.
TWO_STEP_ROLES = frozenset({Role.OWNER, Role.ANALYST})


class TeamRequest(HttpRequest):
    """A request behind `access`: its user is a member of the team."""

    if TYPE_CHECKING:
        user: User


class View(Protocol):
    """A view function, whatever its address captures."""

    def __call__(self, request: Any, /, *args: Any, **kwargs: Any) -> HttpResponseBase: ...


def access(*roles: Role) -> Callable[[View], View]:
    """Let only members with one of these roles in; others get 403, strangers the sign-in page.

    Outside the machine itself (settings.EXPOSED), owner and analyst must have set up the second step first.
    """
    allowed = frozenset(roles)
    if not allowed:
        raise ValueError("access() needs at least one role; a page for everyone says so with @public")

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            user = request.user
            if not isinstance(user, User) or not user.is_active:
                return _to_sign_in(request)
            if Role(user.role) not in allowed:
                raise PermissionDenied
            if needs_second_step(user):
                return redirect("mfa_activate_totp")
            return view(request, *args, **kwargs)

        guarded.allowed_roles = allowed  # type: ignore[attr-defined]
        return cast(View, guarded)

    return decorate


def public(view: View) -> View:
    """Mark a view that strangers may open."""
    view.allowed_roles = None  # type: ignore[attr-defined]
    return view


def needs_second_step(user: User) -> bool:
    """Whether this member must set up the second step of sign-in before a page opens."""
    if not settings.EXPOSED or Role(user.role) not in TWO_STEP_ROLES:
        return False
    return not has_second_step(user)


def has_second_step(user: User) -> bool:
    """Whether a code from an app is asked for when this member signs in."""
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def network_of(request: HttpRequest) -> str:
    """Where a request comes from, never its whole address: what is counted against, and not kept for long."""
    return network_in(request.META.get("REMOTE_ADDR", ""))


def network_in(address: str) -> str:
    """The part of an address that tells a network and no machine."""
    parts = address.split(":")[:4] if ":" in address else address.split(".")[:3]
    return ".".join(parts)


def name_tried(request: HttpRequest, credentials: Mapping[str, str] | None = None) -> str:
    """The address that somebody tries to sign in with, so that a lock is for one account and not for a whole shop."""
    return ((credentials or {}).get("email") or request.POST.get("login") or "").strip().lower()


def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
    if "HX-Request" not in request.headers:
        return redirect_to_login(request.get_full_path())
    # htmx would put the sign-in page into the fragment's place.
    answer = HttpResponse(status=401)
    answer["HX-Redirect"] = resolve_url(settings.LOGIN_URL)
    return answer
