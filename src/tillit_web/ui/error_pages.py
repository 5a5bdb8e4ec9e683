"""The pages for what went wrong: what happened, what was kept, what to do."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

# Customers come here too, whose pages set no cookie: a form to choose a language would.
WITHOUT_COOKIE = {"languages": ()}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """400: also a host name that we do not answer to."""
    return render(request, "ui/errors/400.html", WITHOUT_COOKIE, status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """403: signed in, but this page is not for this role."""
    return render(request, "ui/errors/403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """404: no page, or nothing by that name."""
    return render(request, "ui/errors/404.html", WITHOUT_COOKIE, status=404)


def wrong_method(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a page for 405, which Django answers with no body, and browsers then say that the site is broken."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or response.content:
            return response
        page = render(request, "ui/errors/405.html", WITHOUT_COOKIE, status=HTTPStatus.METHOD_NOT_ALLOWED)
        page["Allow"] = response["Allow"]
        return page

    return middleware


def broken(request: HttpRequest) -> HttpResponse:
    """500: our mistake. Drawn without request context: whatever broke may be what the context needs."""
    return HttpResponse(_render_alone(request), status=500)


def _render_alone(request: HttpRequest) -> str:
    from django.template.loader import render_to_string

    return render_to_string("ui/errors/500.html", {"LANGUAGE_CODE": getattr(request, "LANGUAGE_CODE", "en")})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """403: the form was made for another sign-in, or cookies are off."""
    return render(request, "ui/errors/csrf.html", status=403)
