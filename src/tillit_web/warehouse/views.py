"""Pages of the import: upload, what we understood, progress, receipt, undo."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tillit.vocabulary import Role
from tillit_web.people.access import TeamRequest, access
from tillit_web.warehouse import actions, queries
from tillit_web.warehouse.folders import rejected_path
from tillit_web.warehouse.models import Import
from tillit_web.warehouse.page import is_built, mapping_form, page_of
from tillit_web.warehouse.states import WrongState


@access(Role.OWNER, Role.ANALYST)
@require_http_methods(["GET", "POST"])
def imports(request: TeamRequest) -> HttpResponseBase:
    """The list of imports, and the door for a new file."""
    if request.method == "POST":
        upload = request.FILES.get("file")
        if upload is not None and upload.size:
            return redirect("warehouse:import", actions.receive(upload, by=request.user).id)
        said = _("That file is empty.") if upload is not None else _("Choose a file first.")
        messages.error(request, said)
        return redirect("warehouse:imports")
    return render(request, "warehouse/imports.html", {"rows": Import.objects.all()[:200], "damaged": queries.damaged()})


@access(Role.OWNER, Role.ANALYST)
@require_http_methods(["GET", "POST"])
def one_import(request: TeamRequest, import_id: UUID) -> HttpResponseBase:
    """One file, wherever it is on its way; the form that corrects its mapping is sent here."""
    row = get_object_or_404(Import, id=import_id)
    actions.notice_failure(row)
    if request.method != "POST" or row.state != Import.State.UNDERSTOOD:
        return render(request, f"warehouse/import_{row.state}.html", page_of(row))
    form = mapping_form(row, request.POST)
    wanted = request.POST.get("do")
    if wanted == "look" or not form.is_valid():
        return render(request, "warehouse/import_understood.html", page_of(row, form))
    corrected = form.corrected()
    if wanted == "keep":
        name = request.POST.get("kept_as", "").strip()[:120] or row.file_name
        actions.keep_mapping(name, row.understood["columns"], corrected)
        messages.success(request, _("Kept as “%(name)s”. Files with these columns are read this way.") % {"name": name})
        return render(request, "warehouse/import_understood.html", page_of(row, form))
    try:
        actions.start(row, corrected)
    except WrongState as late:
        messages.warning(request, str(late))
    return redirect("warehouse:import", row.id)


@access(Role.OWNER, Role.ANALYST)
@require_GET
def now(request: TeamRequest, import_id: UUID) -> HttpResponse:
    """How far the worker is; asked by the page every second, until there is something else to show."""
    row = get_object_or_404(Import, id=import_id)
    actions.notice_failure(row)
    if not row.is_moving:
        answer = HttpResponse(status=204)
        if row.state != Import.State.DONE or is_built(row):
            answer["HX-Refresh"] = "true"
        return answer
    return render(request, f"warehouse/import_{row.state}.html#now", page_of(row))


@access(Role.OWNER, Role.ANALYST)
@require_POST
def look(request: TeamRequest, import_id: UUID) -> HttpResponse:
    """The first rows as the form's choices make them, while they are being made."""
    row = get_object_or_404(Import, id=import_id, state=Import.State.UNDERSTOOD)
    return render(request, "warehouse/import_understood.html#preview", page_of(row, mapping_form(row, request.POST)))


@access(Role.OWNER, Role.ANALYST)
@require_POST
def again(request: TeamRequest, import_id: UUID) -> HttpResponseBase:
    """Try a failed file once more."""
    return _do(request, import_id, actions.read_again)


@access(Role.OWNER, Role.ANALYST)
@require_POST
def discard(request: TeamRequest, import_id: UUID) -> HttpResponseBase:
    """Forget a file that was not imported."""
    row = get_object_or_404(Import, id=import_id)
    try:
        actions.discard(row)
    except WrongState as late:
        messages.warning(request, str(late))
        return redirect("warehouse:import", row.id)
    messages.success(request, _("%(file)s was discarded; nothing of it was imported.") % {"file": row.file_name})
    return redirect("warehouse:imports")


@access(Role.OWNER, Role.ANALYST)
@require_http_methods(["GET", "POST"])
def undo(request: TeamRequest, import_id: UUID) -> HttpResponseBase:
    """What undoing would do, and doing it."""
    row = get_object_or_404(Import, id=import_id)
    if row.state != Import.State.DONE:
        return redirect("warehouse:import", row.id)
    if request.method == "POST":
        return _do(request, import_id, actions.undo)
    return render(request, "warehouse/undo.html", page_of(row))


@access(Role.OWNER, Role.ANALYST)
@require_GET
def rejected(request: TeamRequest, import_id: UUID) -> FileResponse:  # noqa: ARG001 - the access check needs it
    """The rejected rows, as they were and with the reason."""
    row = get_object_or_404(Import, id=import_id)
    path = rejected_path(row.id)
    if not path.is_file():
        raise Http404
    name = f"{row.file_name.rsplit('.', 1)[0]}.rejected.csv"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type="text/csv; charset=utf-8")


@access(Role.OWNER, Role.ANALYST)
@require_GET
def mapping(request: TeamRequest, import_id: UUID) -> HttpResponse:  # noqa: ARG001 - the access check needs it
    """The mapping as a file, for the command line."""
    row = get_object_or_404(Import, id=import_id)
    answer = HttpResponse(row.mapping, content_type="application/toml; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="mapping.toml"'
    return answer


def _do(request: TeamRequest, import_id: UUID, action: Any) -> HttpResponseBase:
    row = get_object_or_404(Import, id=import_id)
    try:
        action(row)
    except WrongState as late:
        messages.warning(request, str(late))
    return redirect("warehouse:import", row.id)
