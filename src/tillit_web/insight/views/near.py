"""Who is near, as far as it may be said: how well it would have been said before, and the switch that lets it speak.

No customer is shown here with a chance, and no number opens a list: a list of people by nearness is a list to call.
"""

from __future__ import annotations

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from tillit.errors import QueryError
from tillit.journeys.behind import Activity, journeys_behind
from tillit.readiness.backtest import HORIZONS_DAYS
from tillit.readiness.model import LEAST_FOR_LEARNING, LEAST_FOR_RULES
from tillit.readiness.recipe import Want, outcome_of
from tillit.reports.size import CASES_BELOW
from tillit.vocabulary import Role
from tillit_web.insight.filters import address
from tillit_web.insight.near_words import WANT_LABELS
from tillit_web.insight.pages.behind import CaseRow, case_rows
from tillit_web.insight.pages.near import near_page
from tillit_web.insight.views.frame import Asked, Tab, asked, show, show_empty
from tillit_web.people.access import TeamRequest, access
from tillit_web.readiness import actions, queries
from tillit_web.readiness.queries import Standing

MAY_SWITCH = frozenset({Role.OWNER, Role.ANALYST})
USUAL_DAYS = 30


@access(*Role)
@require_GET
def show_near(request: TeamRequest) -> HttpResponse:
    """How well it can be said who is near, on later dates."""
    return _page(request)


@access(Role.OWNER, Role.ANALYST)
@require_POST
def switch_near(request: TeamRequest) -> HttpResponse:
    """Let a want speak within a horizon, or silence it."""
    want, days = _asked_for(request.POST)
    if request.POST.get("do") != "on":
        actions.switch_off(want, by=request.user)
        return redirect(_here(want, days))
    try:
        actions.switch_on(want, days, by=request.user)
    except QueryError as refused:
        return _page(request, refused=refused)
    return redirect(_here(want, days))


@access(Role.OWNER, Role.ANALYST)
@require_POST
def judge_again(request: TeamRequest) -> HttpResponse:
    """Have it judged on the newest build."""
    actions.ask_again()
    return redirect(_here(*_asked_for(request.POST)))


def _page(request: TeamRequest, *, refused: QueryError | None = None) -> HttpResponse:
    question = asked(request)
    if question is None:
        return show_empty(
            request,
            "insight:near",
            _("Here you will see whether your own data can tell who is near a purchase, or wants to talk."),
            _("It is held against later dates before it may shape what you offer; and it lists nobody."),
        )
    read = request.POST if refused else request.GET
    want, days = _asked_for(read)
    standing = queries.standing(want, days)
    context = {
        "near": standing,
        "page": near_page(standing),
        "refused": None if refused is None else refused.sentence,
        "wants": [Tab(str(label), _here(one, days), one is want) for one, label in WANT_LABELS.items()],
        "horizons": [(one, _here(want, one), one == days) for one in HORIZONS_DAYS],
        "on_days": queries.switched_on(want),
        "switches": queries.switches(want),
        "may_switch": Role(request.user.role) in MAY_SWITCH,
        "cases": _cases(question, standing),
        "least_for_rules": LEAST_FOR_RULES,
        "least_for_learning": LEAST_FOR_LEARNING,
        "has_filters": False,
    }
    response = show(question, "insight/near.html", "insight:near", context)
    if refused is not None:
        response.status_code = 422
    return response


def _cases(question: Asked, standing: Standing) -> tuple[CaseRow, ...]:
    """The journeys themselves, while they are too few to learn from."""
    found = standing.found
    if found is None or standing.may_speak or found.teaching >= LEAST_FOR_RULES:
        return ()
    outcome = outcome_of(standing.want, question.company.goal_activity, question.view.names)
    rows = [row for name in outcome for row in journeys_behind(question.view, Activity(name), limit=CASES_BELOW).rows]
    return case_rows({(row.person, row.number): row for row in rows}.values())[:CASES_BELOW]


def _asked_for(sent: QueryDict) -> tuple[Want, int]:
    """What the address names; what it does not, as it usually is."""
    want, days = sent.get("want", ""), sent.get("within", "")
    chosen = Want(want) if want in set(Want) else Want.BUYS
    within = int(days) if days.isdecimal() and len(days) < 4 else 0
    return chosen, within if within in HORIZONS_DAYS else queries.switched_on(chosen) or USUAL_DAYS


def _here(want: Want, days: int) -> str:
    return address(reverse("insight:near"), [("want", want.value), ("within", str(days))])
