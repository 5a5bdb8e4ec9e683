"""The page that says that numbers are being counted, in place of any page whose answers are not there in its time.

It stands at the page's own address, asks for it each second, and gives way to it when the answers are there. Without
JavaScript the browser asks again by itself.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tillit_web.warehouse.cached import StillCounting, patient
from tillit_web.warehouse.queries import customers

AGAIN = "X-Counting"  # the header by which the page asks whether it may give way


def say_that_it_counts(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a page that is read waits for answers for `settings.PATIENCE_SECONDS`, and then says so.

    What is sent is done to its end, however long it takes.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method != "GET" or settings.PATIENCE_SECONDS is None:
            return get_response(request)
        with patient(settings.PATIENCE_SECONDS):
            response = get_response(request)
        if AGAIN in request.headers and not getattr(response, "is_counting", False):
            return HttpResponse(headers={"HX-Refresh": "true"})
        return response

    middleware.process_exception = counting  # type: ignore[attr-defined]
    return middleware


def counting(request: HttpRequest, exception: Exception) -> HttpResponse | None:
    """The page, or its fragment for a page that says it already; None for what is no counting."""
    if not isinstance(exception, StillCounting):
        return None
    context = {
        "address": request.get_full_path(),
        "seconds": round(exception.seconds),
        "customers": customers(),
    }
    template = "warehouse/counting.html"
    response = render(request, f"{template}#counting" if AGAIN in request.headers else template, context)
    response.is_counting = True  # type: ignore[attr-defined]
    response["Cache-Control"] = "no-store"
    return response
