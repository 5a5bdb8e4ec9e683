"""Settings → Your site: the line to paste, and whether it works."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tillit.vocabulary import Role
from tillit_web.collect import site
from tillit_web.collect.actions import create_key
from tillit_web.collect.models import WriteKey
from tillit_web.collect.origins import OriginError, origin_of
from tillit_web.collect.snippet import ADDRESS, WIDGET
from tillit_web.people.access import TeamRequest, access
from tillit_web.people.queries import company
from tillit_web.people.words import MODES
from tillit_web.ui.templatetags.tillit import said


class SiteForm(forms.Form):
    """Whose pages may send."""

    address = forms.CharField(
        label=gettext_lazy("Address of your site"),
        help_text=gettext_lazy("As in the browser’s address bar, such as https://shop.example."),
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "url", "inputmode": "url"}),
    )

    def clean_address(self) -> str:
        """The site's origin."""
        text = str(self.cleaned_data["address"])
        try:
            return origin_of(text if "://" in text else f"https://{text}")
        except OriginError as unknown:
            raise forms.ValidationError(said(unknown.sentence)) from unknown


@access(Role.OWNER)
@never_cache
@require_http_methods(["GET", "POST"])
def overview(request: TeamRequest) -> HttpResponse:
    """Sites that may send; and for a new one its line, shown this once since it holds the key."""
    form = SiteForm(request.POST or None)
    if not form.is_valid():
        keys = [(key, site.site_facts(key, own_origin=_own_origin(request))) for key in site.site_keys()]
        measured = MODES[company().measurement_mode]
        return render(request, "collect/sites.html", {"form": form, "keys": keys, "measured": measured})
    origin = form.cleaned_data["address"]
    made = create_key(origin.partition("://")[2], origins=[origin], by=request.user)
    own = _own_origin(request)
    line = f'<script async src="{own}{ADDRESS}" data-key="{made.text}"></script>'
    return render(request, "collect/site.html", {"line": line, **_shown(request, made.row)})


@access(Role.OWNER)
@require_GET
def one(request: TeamRequest, key: int) -> HttpResponse:
    """One site: whether events come; asked for again and again by the page itself until they do."""
    row = get_object_or_404(WriteKey, pk=key, kind=WriteKey.Kind.BROWSER)
    template = "collect/site.html#now" if "HX-Request" in request.headers else "collect/site.html"
    return render(request, template, _shown(request, row))


@access(Role.OWNER)
@require_POST
def let_in(request: TeamRequest, key: int) -> HttpResponse:
    """Let another site send with this key."""
    row = get_object_or_404(WriteKey, pk=key, kind=WriteKey.Kind.BROWSER)
    try:
        site.add_origin(row, origin_of(request.POST.get("origin", "")))
        messages.success(request, _("Its events are taken from now on."))
    except OriginError as unknown:
        messages.error(request, said(unknown.sentence))
    return redirect("site:one", key)


def _shown(request: TeamRequest, row: WriteKey) -> dict[str, object]:
    own = _own_origin(request)
    without_script = f'<noscript><a href="{own}/talk/">{_("Ask us")}</a></noscript>'
    return {
        "row": row,
        "facts": site.site_facts(row, own_origin=own),
        "own": own,
        "widget": f'<script async src="{own}{WIDGET}"></script>{without_script}',
        "policy": f"script-src {own}; connect-src {own}; frame-src {own}",
        # The owner tries it in this very browser, and wonders why nothing comes.
        "says_no": request.headers.get("Sec-GPC") == "1" or request.headers.get("DNT") == "1",
    }


def _own_origin(request: TeamRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")
