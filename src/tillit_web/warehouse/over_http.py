"""POST /v1/import: a file from a program of ours, on the same way as one that a person uploads; its receipt by id."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from http import HTTPStatus
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from tillit_web.collect.answers import Problem
from tillit_web.collect.queries import server_key
from tillit_web.collect.requests import key_in
from tillit_web.people.access import public
from tillit_web.ui.templatetags.tillit import said
from tillit_web.warehouse import actions
from tillit_web.warehouse.models import Import

CHUNK = 1 << 20
COUNTS = ("rows", "accepted", "duplicate", "rejected", "events")

View = Callable[..., HttpResponse]


def _with_server_key(view: View) -> View:
    """Let only a server's write key in: a secret, unlike a page's. No cookie is read, so no form can forge it."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        text = key_in({b"authorization": request.headers.get("Authorization", "").encode("latin-1", "replace")})
        try:
            if text is None or server_key(text) is None:
                hint = "Send a server's write key: basic authorization, with the key as user name."
                raise Problem(HTTPStatus.UNAUTHORIZED, "key_missing" if text is None else "key_unknown", hint)
            return view(request, *args, **kwargs)
        except Problem as problem:
            answer = problem.answer()
            return HttpResponse(answer.body, status=answer.status, content_type=answer.content_type.decode())

    return guarded


@public
@csrf_exempt
@never_cache
@require_POST
@_with_server_key
def receive(request: HttpRequest) -> HttpResponse:
    """Take a file: the body is its bytes, `?name=` its name. It is on stable storage when this answers 202."""
    name = request.GET.get("name", "")
    if "." not in name:
        hint = "Name the file, with its ending: POST /v1/import?name=orders.csv."
        raise Problem(HTTPStatus.BAD_REQUEST, "name_missing", hint)
    row = actions.receive_from_program(name, _chunks(request))
    if row is None:
        raise Problem(HTTPStatus.BAD_REQUEST, "file_empty", "The body is empty. Send the bytes of the file.")
    return JsonResponse(_told(row), status=HTTPStatus.ACCEPTED)


@public
@never_cache
@require_GET
@_with_server_key
def receipt(request: HttpRequest, import_id: UUID) -> HttpResponse:  # noqa: ARG001 - the address decides
    """How far an import is, and what became of each row when it is done."""
    row = Import.objects.filter(id=import_id).first()
    if row is None:
        raise Problem(HTTPStatus.NOT_FOUND, "import_unknown", "There is no import of this id, or it was discarded.")
    actions.notice_failure(row)
    return JsonResponse(_told(row))


def _told(row: Import) -> dict[str, object]:
    """`state` is one of Import.State; "understood" waits for a person on the import page."""
    told: dict[str, object] = {
        "id": str(row.id),
        "state": row.state,
        "file_name": row.file_name,
        "receipt_at": reverse("import_receipt", args=[row.id]),
        "page": reverse("warehouse:import", args=[row.id]),
    }
    if row.receipt:
        told["rows"] = {
            key: row.receipt["rows"][key] for key in ("rows", "accepted", "duplicate", "rejected", "events")
        }
        told["reasons"] = dict(row.receipt["rows"]["reasons"])
    if row.problem:
        told["problem"] = said(row.problem)
    return told


def _chunks(request: HttpRequest) -> Iterator[bytes]:
    while chunk := request.read(CHUNK):
        yield chunk
