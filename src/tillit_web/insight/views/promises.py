"""What the company promises to those who ask, and when it is open: shown to all, written by owner and analyst."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tillit.errors import QueryError
from tillit.friction.promise_rules import Clock, PromiseRule
from tillit.journeys.opening import COUNTRIES, DAYS, OpeningHours
from tillit.sentences import Sentence, sentence
from tillit.vocabulary import ACTIVITIES, Role
from tillit_web.insight import friction_actions as actions
from tillit_web.insight import friction_queries
from tillit_web.insight.friction_words import country_label, within_label
from tillit_web.insight.views.frame import MAY_IMPORT, asked, show_before_data
from tillit_web.insight.words import activity_label
from tillit_web.people.access import TeamRequest, access

HOURS_OF = {"opening": 1.0, "hours": 1.0, "days": 24.0}


@dataclass(frozen=True, slots=True)
class Line:
    """One promise as the page shows it; `key` names it in a form."""

    key: str
    ask: str
    answers: str
    within: str


@access(*Role)
@require_http_methods(["GET", "POST"])
def show_promises(request: TeamRequest) -> HttpResponse:
    """The list of promises, a form for one more, and the opening hours."""
    may_edit = Role(request.user.role) in MAY_IMPORT
    refused: Sentence | None = None
    if request.method == "POST" and may_edit:
        try:
            _do(request.POST)
            return redirect("insight:promises")
        except QueryError as error:
            refused = error.sentence
    promises = friction_queries.promises()
    question = asked(request)
    seen = () if question is None else question.view.names.activity
    names = sorted({*seen, *(one.name for one in ACTIVITIES)}, key=lambda name: activity_label(name).lower())
    context = {
        "lines": [_line(rule) for rule in promises.rules],
        "removed": [
            (row.id, _line(friction_queries.rule_of(row)))
            for row in friction_queries.promise_rows()
            if row.removed_at is not None
        ],
        "activities": [(name, activity_label(name)) for name in names],
        "days": [
            (day, label, _spans(promises.hours, place))
            for place, (day, label) in enumerate(zip(DAYS, _day_labels(), strict=True))
        ],
        "countries": [(code, country_label(code)) for code in COUNTRIES],
        "holidays": promises.hours.holidays,
        "may_edit": may_edit,
        "refused": refused,
        "sent": request.POST if refused else None,
    }
    response = show_before_data(request, "insight/promises.html", "insight:friction", context)
    response.status_code = 422 if refused else 200
    return response


def _do(sent: QueryDict) -> None:
    match sent.get("do"):
        case "add":
            actions.add_promise(_rule(sent))
        case "remove":
            for rule in friction_queries.promises().rules:
                if _line(rule).key == sent.get("promise"):
                    actions.remove_promise(rule)
        case "put-back":
            text = sent.get("promise", "")
            if text.isdecimal() and len(text) < 10:
                actions.put_back_promise(int(text))
        case "hours":
            week = ", ".join(
                f"{day} {part.strip()}" for day in DAYS for part in sent.get(day, "").split(",") if part.strip()
            )
            actions.set_hours(OpeningHours.parse(week, holidays=sent.get("holidays", "")))


def _rule(sent: QueryDict) -> PromiseRule:
    """The promise that a form holds.

    Raises:
        QueryError: It is none.
    """
    unit = sent.get("unit", "opening")
    try:
        amount = float(sent.get("within", "").replace(",", ".")) * HOURS_OF[unit]
    except (ValueError, KeyError) as error:
        raise QueryError(sentence("Write a number of hours or days in which the answer is promised.")) from error
    clock = Clock.OPENING if unit == "opening" else Clock.CALENDAR
    return PromiseRule(sent.get("ask", "")[:120], tuple(sent.getlist("answers"))[:5], amount, clock)


def _line(rule: PromiseRule) -> Line:
    return Line(
        key=f"{rule.ask}|{'|'.join(rule.answers)}|{rule.within}",
        ask=activity_label(rule.ask),
        answers=_(" or ").join(f"“{activity_label(answer)}”" for answer in rule.answers),
        within=within_label(rule),
    )


def _spans(hours: OpeningHours, day: int) -> str:
    alone = OpeningHours(tuple(spans if place == day else () for place, spans in enumerate(hours.week)))
    return ", ".join(part.partition(" ")[2] for part in alone.text().split(", ") if part)


def _day_labels() -> tuple[str, ...]:
    return (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
