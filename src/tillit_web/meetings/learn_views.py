"""Learn: what it takes to know whether a person helps at one moment; start, stop, and keep watching."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from tillit.errors import InputError
from tillit.meetings.log import open_log
from tillit.sentences import Sentence
from tillit.vocabulary import Role
from tillit_web.meetings import actions, frame, keeping, learning, proposed, telling
from tillit_web.meetings.queries import begin, read
from tillit_web.meetings.results import current
from tillit_web.meetings.telling import label_of
from tillit_web.people.access import TeamRequest, access


@access(*Role)
@require_http_methods(["GET", "POST"])
def show_learn(request: TeamRequest) -> HttpResponse:
    """The page, and what its buttons do."""
    directory, currency = frame.directory(), frame.currency()
    chosen = request.POST.get("moment", request.GET.get("moment", ""))
    refused: Sentence | None = None
    with open_log(directory) as log:
        begin(log)
        policy = read(log, currency=currency)
        begun_at = log.policy_texts()[0][1]
    results = current(directory, currency=currency)
    said = None if results is None else results.standing
    lately, keepable = (said.arrived, said.keepable) if said else ((), ())
    # What would change is known for the policy that was counted; after another change it is counted again.
    is_of_today = results is not None and results.policy == policy.version
    known = learning.learned(policy, said.moments, said.last_week) if said and is_of_today else None
    proposals = said.proposals if said and is_of_today else ()
    finer = proposed.stage_lines(policy, proposals, said.last_week if said else {}, currency=currency)
    if request.method == "POST" and frame.may_edit(request):
        try:
            match request.POST.get("do", ""):
                case "start":
                    learning.start(directory, policy, lately, chosen=chosen, currency=currency)
                case "adopt":
                    learning.adopt(directory, known, chosen=chosen, currency=currency)
                case "stop":
                    learning.stop(directory, policy, currency=currency)
                case "watch" | "unwatch" as do:
                    is_on = do == "watch"
                    learning.watch(directory, policy, lately, chosen=chosen, is_on=is_on, currency=currency)
                case "keep":
                    stage = request.POST.get("stage", "")
                    keeping.keep(directory, policy, keepable, chosen=stage, now=timezone.now(), currency=currency)
                case "adopt_rule":
                    proposed.adopt(directory, finer, chosen=request.POST.get("stage", ""), currency=currency)
                case "drop_rules":
                    actions.follow(directory, replace(policy, rules=()), currency=currency)
                case "let_go":
                    keeping.let_go(directory, policy, chosen=request.POST.get("stage", ""), currency=currency)
            return redirect("meetings:learn")
        except InputError as error:
            refused = error.sentence
    moments = said.moments if said and policy.learning else ()
    page = learning.learn_page(policy, lately, chosen=chosen, drawn_outcomes=moments[0].outcomes if moments else 0)
    context = {
        "page": page,
        "first": telling.first_reading() if results is None else "",
        "made_at": None if results is None else results.made_at,
        "decisions": said.decisions if said else 0,
        "policy": policy,
        "learned": known,
        "currency": currency or "",
        "begun_at": begun_at,
        "proposed": finer,
        "followed": [
            (proposed.rule_words(rule, currency), label_of(rule.stage), rule.to_person) for rule in policy.rules
        ],
        "keep_lines": keeping.keep_lines(policy, keepable),
        "can_keep": policy.kept is not None or any(one.may_start for one in keepable),
        "refused": refused,
        "results_link": reverse("meetings:meetings"),
        "public_link": request.build_absolute_uri(reverse("meetings:trying")),
    }
    return frame.show(request, "meetings/learn.html", "meetings:learn", context, status=422 if refused else 200)
