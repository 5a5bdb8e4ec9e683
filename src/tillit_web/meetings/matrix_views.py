"""Who meets whom: the matrix in words, what a change would have done last week, and the way back."""

from __future__ import annotations

import time
from dataclasses import replace

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from tillit.errors import InputError
from tillit.events.currencies import exponent
from tillit.meetings.log import open_log
from tillit.meetings.policy import Policy, Stakes, Way
from tillit.sentences import Sentence, sentence
from tillit.vocabulary import Errand, Role
from tillit_web.meetings import actions, frame
from tillit_web.meetings.matrix import matrix_page
from tillit_web.meetings.queries import begin, counted, read
from tillit_web.people.access import TeamRequest, access

WEEK_MICROS = 7 * 86_400_000_000
LONGEST_SENTENCE = 200


@access(*Role)
@require_http_methods(["GET", "POST"])
def show_matrix(request: TeamRequest) -> HttpResponse:
    """The page, and what its forms ask: try a change, follow it, or go back to the version before."""
    directory, currency, may_edit = frame.directory(), frame.currency(), frame.may_edit(request)
    draft: Policy | None = None
    refused: Sentence | None = None
    with open_log(directory) as log:
        begin(log)
        policy = read(log, currency=currency)
        versions = [(version, at) for version, at, _ in log.policy_texts()]
        if request.method == "POST" and may_edit:
            do = request.POST.get("do", "")
            if do == "back":
                actions.go_back(directory, currency=currency)
                return redirect("meetings:matrix")
            try:
                draft = _draft(policy, request.POST, exponent(currency))
                if do == "follow":
                    actions.follow(directory, draft, currency=currency)
                    return redirect("meetings:matrix")
            except InputError as error:
                refused = error.sentence
        since = time.time_ns() // 1000 - WEEK_MICROS
        last_week = [one.decision for one in counted(log, since=since)]
    page = matrix_page(policy, draft, last_week)
    shown = draft or policy
    minor = 10 ** exponent(currency)
    limit = shown.person_from_minor
    context = {
        "page": page,
        "policy": shown,
        "is_draft": draft is not None,
        "refused": refused,
        "currency": currency or "",
        "versions": versions[:5],
        "can_go_back": may_edit and len(versions) > 1,
        "medium_from": f"{shown.medium_from_minor / minor:.10g}",
        "high_from": f"{shown.high_from_minor / minor:.10g}",
        "person_from": "" if limit is None else f"{limit / minor:.10g}",
    }
    return frame.show(request, "meetings/matrix.html", "meetings:matrix", context, status=422 if refused else 200)


def _draft(policy: Policy, sent: QueryDict, decimals: int) -> Policy:
    """The policy with what a form says of it.

    Raises:
        InputError: It is no policy, or an amount cannot be read.
    """
    named = sent.getlist("person_always")
    cells = {
        (errand, stakes): _way(sent.get(f"{errand}.{stakes}", ""), policy.cells[errand, stakes])
        for errand in Errand
        for stakes in Stakes
    }
    limit = sent.get("person_from", "").strip()
    return replace(
        policy,
        known_for=" ".join(sent.get("known_for", "").split())[:LONGEST_SENTENCE],
        brand_errands=tuple(errand for errand in Errand if errand in named),
        cells=cells,
        medium_from_minor=_minor(sent.get("medium_from", ""), decimals),
        high_from_minor=_minor(sent.get("high_from", ""), decimals),
        person_from_minor=_minor(limit, decimals) if limit else None,
    )


def _way(said: str, otherwise: Way) -> Way:
    return Way(said) if said in set(Way) else otherwise


def _minor(text: str, decimals: int) -> int:
    plain = "".join(text.split()).replace(",", ".")
    try:
        amount = float(plain)
    except ValueError:
        amount = -1.0
    if not 0 <= amount < 1e12:
        raise InputError(sentence("“{text}” is no amount. Write a number, such as 500.", text=text))
    minor: int = round(amount * 10**decimals)
    return minor
