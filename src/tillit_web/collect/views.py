"""Settings → Collection: the keys, what came in hour by hour, and what was refused."""

from __future__ import annotations

import json

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from tillit.sentences import Sentence
from tillit.vocabulary import Role
from tillit_web.collect import actions, health, queries, replaying
from tillit_web.collect.models import WriteKey
from tillit_web.collect.origins import OriginError, origin_of
from tillit_web.collect.storage import Alarm
from tillit_web.people.access import TeamRequest, access
from tillit_web.ui.templatetags.tillit import said

PAGE = 50
SHOWN_CHARACTERS = 2_000

# What an alarm means, by its code. The detail stands beside it.
ALARMS = {
    "key_unknown": gettext_lazy("Events came with a key that is not known or was revoked"),
    "origin_unknown": gettext_lazy("A web site sent with a key that is not registered for it"),
    "limit_reached": gettext_lazy("A key sent more than its limit and was told to wait"),
    "key_missing": gettext_lazy("A request came without a key"),
    "signature_wrong": gettext_lazy("A request was signed with another secret than its key’s"),
    "batch_large": gettext_lazy("A request was larger than a batch may be"),
    "too_many": gettext_lazy("A batch held more calls than it may"),
    "encoding_unknown": gettext_lazy("A request was packed in a way that is not read"),
    "gzip_broken": gettext_lazy("A request was cut off, or packed wrongly"),
    "limit_unjudged": gettext_lazy("More networks sent at once than are counted: events were taken without a limit"),
}


class KeyForm(forms.Form):
    """A new key: for these sites, or for servers if there are none."""

    name = forms.CharField(label=gettext_lazy("What sends with it"), max_length=80)
    origins = forms.CharField(
        label=gettext_lazy("Web sites that may send with it"),
        help_text=gettext_lazy(
            "One address a line, such as https://shop.example. Leave empty for a server, a till or an app's back end: "
            "such a key may speak of known customers, so keep it secret."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )

    def clean_origins(self) -> list[str]:
        """The origins, each in its one form."""
        try:
            return [origin_of(line) for line in str(self.cleaned_data["origins"]).split()]
        except OriginError as wrong:
            raise forms.ValidationError(said(wrong.sentence)) from None


@access(Role.OWNER, Role.ANALYST)
@never_cache
@require_GET
def overview(request: TeamRequest) -> HttpResponse:
    """Whether events come and add up, and the keys they come with."""
    return _page(request, KeyForm())


@access(Role.OWNER)
@never_cache
@require_POST
def create(request: TeamRequest) -> HttpResponse:
    """Show a new key, this once."""
    form = KeyForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    data = form.cleaned_data
    made = actions.create_key(data["name"], origins=data["origins"], by=request.user)
    return _page(request, KeyForm(), made=made)


@access(Role.OWNER)
@require_POST
def revoke(request: TeamRequest, key: int) -> HttpResponse:
    """Take no more from a key."""
    row = get_object_or_404(WriteKey, pk=key)
    actions.revoke(row)
    messages.success(request, _("%(name)s may not send any more. What came with it stays.") % {"name": row.name})
    return redirect("collect:overview")


@access(Role.OWNER, Role.ANALYST)
@never_cache
@require_GET
def failed_box(request: TeamRequest) -> HttpResponse:
    """What was refused, newest first, by its reason."""
    code = request.GET.get("code", "")
    given = request.GET.get("before", "")
    before = int(given) if given.isdigit() and len(given) < 19 else None
    lines = queries.failed(limit=PAGE + 1, before=before, code=code)
    names = health.key_names()
    shown = [
        {
            "id": line.id,
            "received_at": line.received_at,
            "code": line.code,
            "key": names.get(line.key_id, ""),
            "reason": Sentence.from_json(json.loads(line.reason)),
            "raw": line.raw.decode("utf-8", "replace")[:SHOWN_CHARACTERS],
        }
        for line in lines[:PAGE]
    ]
    more = lines[PAGE - 1].id if len(lines) > PAGE else None
    found = {"lines": shown, "codes": queries.failed_codes(), "code": code, "more": more, "days": 30}
    return render(request, "collect/failed.html", found)


@access(Role.OWNER)
@require_POST
def replay(request: TeamRequest) -> HttpResponse:
    """Offer lines of one code, or all, or one line, again."""
    code, only = request.POST.get("code", ""), request.POST.get("id", "")
    done = replaying.replay(code=code, only=int(only) if only.isdigit() and len(only) < 19 else None)
    came = ngettext("%(count)s event came in.", "%(count)s events came in.", done.accepted) % {"count": done.accepted}
    rest = _("%(known)s were known already, %(refused)s are still refused.") % {
        "known": done.duplicate,
        "refused": done.refused,
    }
    messages.success(request, f"{came} {rest}")
    return redirect("collect:failed")


@access(Role.OWNER)
@require_POST
def discard(request: TeamRequest) -> HttpResponse:
    """Throw one line away."""
    only = request.POST.get("id", "")
    if only.isdigit() and len(only) < 19:
        replaying.discard([int(only)])
        messages.success(request, _("The event is thrown away."))
    return redirect("collect:failed")


def _page(
    request: TeamRequest, form: KeyForm, *, made: actions.NewKey | None = None, status: int = 200
) -> HttpResponse:
    found = health.health()
    names = health.key_names()
    told = [
        {"alarm": alarm, "meaning": ALARMS.get(alarm.code, alarm.code), "detail": _detail(alarm, names)}
        for alarm in found.alarms
    ]
    shown = {"health": found, "alarms": told, "keys": queries.keys(), "form": form, "made": made}
    return render(request, "collect/overview.html", shown, status=status)


def _detail(alarm: Alarm, names: dict[int, str]) -> str:
    is_key = alarm.code == "limit_reached" and alarm.detail.isdigit()
    return names.get(int(alarm.detail), alarm.detail) if is_key else alarm.detail
