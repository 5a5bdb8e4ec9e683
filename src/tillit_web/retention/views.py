"""How long data is kept: the classes with what goes next and what went, and a change of one of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tillit.events.retention import CLASSES as DEFAULTS
from tillit.events.retention import DataClass
from tillit.vocabulary import Role
from tillit_web.people.access import TeamRequest, access
from tillit_web.retention import actions, queries
from tillit_web.retention.words import CLASSES, name_of
from tillit_web.ui.templatetags.tillit import said

SOON = timedelta(days=30)
RUNS_SHOWN = 30


class DaysForm(forms.Form):
    """How many days, and the number that somebody was told would go."""

    days = forms.IntegerField(
        label=gettext_lazy("Days"),
        help_text=gettext_lazy("Longer holds at once. Shorter shows first how much goes."),
        min_value=actions.SHORTEST,
        max_value=actions.LONGEST,
    )
    confirmed = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    wait = forms.BooleanField(required=False, widget=forms.HiddenInput)


@access(Role.OWNER)
@require_GET
def overview(request: TeamRequest) -> HttpResponse:
    """Every class: how long, what would go next, what went when."""
    now = datetime.now(UTC)
    next_run = queries.would_go(queries.over_before(now=now))
    soon = queries.would_go(queries.over_before(now=now + SOON))
    shown = {
        "classes": [
            (one, *CLASSES[one.data_class], next_run[one.data_class], soon[one.data_class])
            for one in queries.kept(now=now)
        ],
        "goes_next": sum(next_run.values()),
        "goes_soon": sum(soon.values()),
        "runs": [
            (run, [(name_of(name), rows) for name, rows in run.removed.items()])
            for run in queries.runs(limit=RUNS_SHOWN)
        ],
        "last": queries.last_run(),
        "still_counted": queries.still_counted(),
    }
    return render(request, "retention/overview.html", shown)


@access(Role.OWNER)
@require_http_methods(["GET", "POST"])
def change(request: TeamRequest, data_class: str) -> HttpResponse:
    """Keep a class for longer at once; for a shorter time in seven days, or at once with the number that goes."""
    name = _class(data_class)
    now = datetime.now(UTC)
    before = queries.kept_class(name, now=now)
    form = DaysForm(request.POST or None, initial={"days": before.days})
    goes = None
    if form.is_valid():
        days, confirmed = form.cleaned_data["days"], form.cleaned_data["confirmed"]
        is_known = days >= before.days or form.cleaned_data["wait"] or confirmed is not None
        try:
            if is_known:
                after = actions.choose(name, days, now=now, by=request.user, confirmed=confirmed)
                _say(request, after)
                return redirect("retention:overview")
        except actions.OtherCount as other:
            messages.warning(request, said(other.sentence))
        goes = queries.would_go(queries.over_before(now=now, changed={name: days}))[name]
    shown = {
        "kept": before,
        "name": CLASSES[name][0],
        "meaning": CLASSES[name][1],
        "default": DEFAULTS[name].days,
        "form": form,
        "goes": goes,
        "days": form.cleaned_data["days"] if form.is_bound and form.is_valid() else None,
        "from_then": now + actions.WAIT,
    }
    return render(request, "retention/change.html", shown)


@access(Role.OWNER)
@require_POST
def keep(request: TeamRequest, data_class: str) -> HttpResponse:
    """Take back a shorter length that waits."""
    actions.keep_as_it_is(_class(data_class), now=datetime.now(UTC))
    messages.success(request, _("It stays as it was."))
    return redirect("retention:overview")


def _class(text: str) -> DataClass:
    try:
        return DataClass(text)
    except ValueError:
        raise Http404 from None


def _say(request: TeamRequest, after: queries.Kept) -> None:
    if after.waiting_until is not None:
        messages.success(request, _("It is shorter in seven days. Until then you can take it back here."))
    else:
        messages.success(request, _("It is saved, and holds from now on."))
