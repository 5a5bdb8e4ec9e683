"""The owner's pages about privacy: how far we measure, what is asked, who may not be contacted, who looked."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tillit.vocabulary import MeasurementMode, Role
from tillit_web.languages import LANGUAGES
from tillit_web.people import actions, queries
from tillit_web.people.access import TeamRequest, access
from tillit_web.people.consents import ASKED_FOR
from tillit_web.people.contact_rules import Refusal
from tillit_web.people.country_rules import country_names, country_page
from tillit_web.people.erasure import proofs, receipts
from tillit_web.people.forms import BlockForm, PrivacyForm, WordingForm
from tillit_web.people.models import Block
from tillit_web.people.records import attempts_held_back, open_corrections, settle_correction
from tillit_web.people.words import MODES, PURPOSES, REFUSALS

DAYS_OF_ATTEMPTS = 30
OPENINGS_ON_A_PAGE = 50
PROOFS_SHOWN = 30


@access(Role.OWNER)
@require_http_methods(["GET", "POST"])
def privacy(request: TeamRequest) -> HttpResponse:
    """How far we measure, and what the country asks."""
    form = PrivacyForm(request.POST or None)
    if form.is_valid():
        actions.choose_privacy(MeasurementMode(form.cleaned_data["mode"]), form.cleaned_data["country"])
        messages.success(request, _("It is saved, and holds from now on."))
        return redirect("people:privacy")
    company = queries.company()
    shown = {
        "modes": [(mode.value, *MODES[mode]) for mode in MeasurementMode],
        "chosen": company.measurement_mode.value,
        "countries": country_names().items(),
        "country": country_page(company.country, today=timezone.localdate()),
        "country_code": company.country,
        "wordings": [
            (purpose.value, PURPOSES[purpose], queries.wording(purpose, request.LANGUAGE_CODE or "en"))
            for purpose in ASKED_FOR
        ],
        "blocked": Block.objects.values("subject").distinct().count(),
        "corrections": open_corrections(),
        "absence": next(iter(proofs(most=1)), None),
    }
    return render(request, "people/privacy.html", shown)


@access(Role.OWNER)
@require_http_methods(["GET", "POST"])
def wordings(request: TeamRequest) -> HttpResponse:
    """The words that customers answer, in each language."""
    form = WordingForm(request.POST or None)
    if form.is_valid():
        chosen = form.chosen()
        actions.change_wording(chosen.purpose, chosen.language, chosen.text)
        messages.success(request, _("These words are used from now on. Earlier answers keep the words they had."))
        return redirect("people:wordings")
    shown = {
        "asked": [
            (PURPOSES[purpose], [(name, queries.wording(purpose, code)) for code, name in LANGUAGES])
            for purpose in ASKED_FOR
        ],
        "form": form,
    }
    return render(request, "people/wordings.html", shown)


@access(Role.OWNER)
@require_POST
def block_list(request: TeamRequest) -> HttpResponse:
    """Put numbers and addresses on a list of those who are not contacted, typed or from a file, or take them off it."""
    form = BlockForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("people:privacy")
    source = Block.Source(form.cleaned_data["source"])
    told = form.told()
    if request.POST.get("do") == "unblock":
        gone = actions.unblock(told, source)
        said = ngettext("%(n)s entry is taken off this list.", "%(n)s entries are taken off this list.", gone)
        messages.success(request, said % {"n": gone})
        return redirect("people:privacy")
    known, unread = actions.block(told, source)
    said = ngettext("%(n)s number or address is listed.", "%(n)s numbers and addresses are listed.", known)
    (messages.success if known else messages.warning)(request, said % {"n": known})
    if unread:
        what = ngettext("%(n)s line was neither.", "%(n)s lines were neither.", unread)
        messages.warning(request, what % {"n": unread})
    return redirect("people:privacy")


@access(Role.OWNER)
@require_POST
def settle(request: TeamRequest, correction: int) -> HttpResponse:
    """Say that a correction is made."""
    settle_correction(correction)
    messages.success(request, _("Marked as mended."))
    return redirect("people:privacy")


@access(Role.OWNER)
@require_GET
def openings(request: TeamRequest) -> HttpResponse:
    """Who opened whose page, details or search, when and for what; and what was held back."""
    page = Paginator(queries.recent_accesses(), OPENINGS_ON_A_PAGE).get_page(request.GET.get("page"))
    held = attempts_held_back(days=DAYS_OF_ATTEMPTS)
    shown = {
        "page": page,
        "held": [(REFUSALS[Refusal(why)], count) for why, count in sorted(held.items())],
        "held_total": sum(held.values()),
        "days": DAYS_OF_ATTEMPTS,
    }
    return render(request, "people/openings.html", shown)


@access(Role.OWNER)
@require_GET
def erasures(request: TeamRequest) -> HttpResponse:
    """Every erasure with its receipt, and those that wait."""
    last = proofs(most=PROOFS_SHOWN)
    shown = {"receipts": receipts(), "last": last[0] if last else None, "earlier": last[1:]}
    return render(request, "people/erasures.html", shown)
