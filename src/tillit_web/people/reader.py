"""The reader of a page: the language they read, the company's clock, and the frame around every page."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from tillit.vocabulary import Role
from tillit_web.languages import LANGUAGES
from tillit_web.people import queries
from tillit_web.people.models import User
from tillit_web.ui.navigation import SEARCH_URL_NAME, rail_for

SPOKEN = frozenset(code for code, _name in LANGUAGES)


def language_of(request: HttpRequest) -> str:
    """A member's own choice; what a stranger asks for."""
    user = request.user
    return user.language if isinstance(user, User) else language_asked_for(request)


def language_asked_for(request: HttpRequest) -> str:
    """What was chosen in this browser, then what the browser asks for."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if chosen in SPOKEN:
        return chosen
    # Browsers in Norway ask for "no" or "nn" as often as for "nb", and Django knows neither as ours.
    if request.headers.get("Accept-Language", "").lower().startswith(("no", "nn")):
        return "nb"
    return translation.get_language_from_request(request)


def speak_to_reader(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: answer in the reader's language, with times in the company's zone."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.company = queries.company()  # type: ignore[attr-defined]
        language = language_of(request)
        request.LANGUAGE_CODE = language
        with (
            translation.override(language),
            timezone.override(zoneinfo.ZoneInfo(request.company.timezone)),  # type: ignore[attr-defined]
        ):
            response = get_response(request)
            # Drawn here and not later by the handler, while language and zone still hold.
            if hasattr(response, "render") and callable(response.render) and not response.is_rendered:  # type: ignore[attr-defined]
                response = response.render()
        response.headers.setdefault("Content-Language", language)
        return response

    return middleware


def frame(request: HttpRequest) -> dict[str, object]:
    """Context processor: what base.html needs."""
    user = getattr(request, "user", None)
    member = user if isinstance(user, User) else None
    match = request.resolver_match
    return {
        "LANGUAGE_CODE": translation.get_language(),
        "company": getattr(request, "company", None) or queries.company(),
        "languages": LANGUAGES,
        "search_url_name": SEARCH_URL_NAME,
        "member": member,
        "rail": rail_for(Role(member.role), match.view_name if match else "") if member else (),
    }
