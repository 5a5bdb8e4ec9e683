"""POST /v1/mail: one mail as it came, from a program that receives it; signed, and answered when it is kept."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from tillit.desk.mail import LARGEST_MAIL
from tillit_web.collect.answers import Problem
from tillit_web.collect.signed import signed
from tillit_web.mailboxes.queries import mailbox_for
from tillit_web.mailboxes.taking import take


@signed(largest=LARGEST_MAIL)
def receive(request: HttpRequest, body: bytes) -> HttpResponse:
    """Take a mail: the body is its bytes (RFC 5322), `?mailbox=` the address it was for, where that is not in it."""
    if not body.strip():
        raise Problem(HTTPStatus.BAD_REQUEST, "mail_empty", "The body is empty. Send the mail as it came.")
    mailbox = mailbox_for(request.GET.get("mailbox", ""), body)
    if mailbox is None:
        hint = "Name a mailbox that is set up: POST /v1/mail?mailbox=info@shop.example."
        raise Problem(HTTPStatus.NOT_FOUND, "mailbox_unknown", hint)
    if not mailbox.is_active:
        hint = "The mailbox is paused. Send it again later."
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "mailbox_paused", hint, retry_after=600)
    found = take(mailbox, body, now=timezone.now())
    return JsonResponse({"outcome": found.outcome.value}, status=HTTPStatus.ACCEPTED)
