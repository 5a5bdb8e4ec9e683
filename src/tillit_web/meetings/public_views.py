"""What is being tried, for everybody to read: no sign-in, no jargon, and the way to say no."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tillit.meetings.log import open_log
from tillit.meetings.policy import Cell, Policy, Stakes
from tillit.meetings.reasons import errand_words
from tillit.vocabulary import Stage
from tillit_web.meetings import frame
from tillit_web.meetings.queries import begin
from tillit_web.meetings.results import policies_of
from tillit_web.people.access import public
from tillit_web.ui.stages import STAGE_LABELS
from tillit_web.ui.templatetags.tillit import money, said


@public
@require_GET
def show_trying(request: HttpRequest) -> HttpResponse:
    """The page."""
    currency = frame.currency()
    with open_log(frame.directory()) as log:
        begin(log)
        policies = policies_of(log, currency=currency)
        times = {version: at for version, at, _text in log.policy_texts()}
    policy = policies[0]
    learned = None if policy.learning is None else (policy.learning.errand, policy.learning.stakes)
    context = {
        "learned": None if learned is None else moment_words(policy, learned, currency),
        "since": times[_begun(policies)],
        "watched": [moment_words(policy, cell, currency) for cell in sorted(policy.floors) if cell != learned],
        "known_for": policy.known_for,
        "kept": [str(STAGE_LABELS[stage]) for stage in Stage if policy.kept and stage in policy.kept.stages],
    }
    return render(request, "meetings/trying.html", context)


def moment_words(policy: Policy, cell: Cell, currency: str | None) -> str:
    """A moment as a customer understands it: stakes are amounts."""
    errand, stakes = cell
    values = {
        "errand": said(errand_words(errand)),
        "medium": money(policy.medium_from_minor, currency),
        "high": money(policy.high_from_minor, currency),
    }
    words = {
        Stakes.LOW: _("%(errand)s, below %(medium)s"),
        Stakes.MEDIUM: _("%(errand)s, from %(medium)s to below %(high)s"),
        Stakes.HIGH: _("%(errand)s, from %(high)s"),
    }
    return words[stakes] % values


def _begun(policies: list[Policy]) -> int:
    """The version with which what is being learned now began; `policies` are the newest first."""
    begun = policies[0].version
    for policy in policies:
        if policy.learning != policies[0].learning:
            break
        begun = policy.version
    return begun
