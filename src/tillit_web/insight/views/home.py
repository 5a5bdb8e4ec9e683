"""Home."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from tillit.reports.outcomes import ReachedGoal
from tillit.reports.repeat import OrderedAgain
from tillit.reports.showroom import visited
from tillit.reports.unanswered import Unanswered
from tillit.vocabulary import Role
from tillit_web.answers.queries import count_open
from tillit_web.booking.queries import can_be_booked
from tillit_web.calls.queries import cold_share
from tillit_web.desk.report import has_report
from tillit_web.insight import queries, questions
from tillit_web.insight.pages import home
from tillit_web.insight.pages.home_calls import CallsLine, calls_line
from tillit_web.insight.views.frame import MAY_IMPORT, Asked, asked, show, show_before_data
from tillit_web.meetings.for_home import AtHome, meetings_at_home
from tillit_web.people.access import TeamRequest, access
from tillit_web.people.queries import company
from tillit_web.ui.templatetags.tillit import number
from tillit_web.warehouse import queries as warehouse


@access(*Role)
@require_GET
def show_home(request: TeamRequest) -> HttpResponse:
    """The five questions and the first week."""
    may_import = Role(request.user.role) in MAY_IMPORT
    imports = reverse("warehouse:imports") if may_import else ""
    question = asked(request)
    if question is None:
        links = home.HomeLinks(imports=imports, **_always())
        answers = count_open()
        context = {
            "first_visit": True,
            "calls": _calls(request),
            "questions": home.questions(None, None, links, answers=answers, meetings=_meetings()),
            "week": _week(links, orders=False, answers=answers),
            "how": [_("Nothing is imported yet, so no number stands here.")],
        }
        return show_before_data(request, "insight/home.html", "insight:home", context)
    return show(
        question,
        "insight/home.html",
        "insight:home",
        _with_data(question, imports)
        | {"has_filters": False, "found_of_erased": warehouse.found_of_erased(), "calls": _calls(request)},
    )


def _always() -> dict[str, str]:
    """Where Home leads with and without data."""
    return {
        "credit": reverse("insight:credit"),
        "answers": reverse("answers:library"),
        "bookings": reverse("booking:kinds"),
        "meetings": reverse("meetings:meetings"),
        "report": reverse("week:report"),
    }


def _with_data(question: Asked, imports: str) -> dict[str, object]:
    view, goal = question.view, question.view.rule.goal
    order = question.company.goal_activity
    repeat = questions.repeat_of(view, order)
    owed = questions.waiting_of(view)
    known = queries.known_outcomes(view)
    visits = queries.showroom_of(view, goal) if goal else None
    links = home.HomeLinks(
        map=reverse("insight:map"),
        imports=imports,
        **_always(),
        goal=question.link(ReachedGoal(known.begun_before)),
        again=question.link(OrderedAgain(order, queries.last_event_at(view))),
        showroom=question.link(visited(goal)) if goal else "",
    )
    answers = count_open()
    unanswered = tuple(question.link(Unanswered(item.owed)) for item in owed)
    return {
        "headline": home.headline(known, goal, owed, unanswered),
        "questions": home.questions(
            known, goal, links, answers=answers, meetings=_meetings(), showroom=visits.share if visits else None
        ),
        "facts": home.facts(repeat, owed, unanswered, links),
        "week": _week(links, orders=repeat.customers > 0, answers=answers),
        "how": [
            _(
                "A journey is counted once it began longer ago than your lapse, seen from the last event in your data. "
                "A younger one is in no share, whatever it reached: others of its age have not had the time."
            ),
            _(
                "A second order counts if it came in time after a first one that is old enough to tell. Customers "
                "whose first order is younger still have time and are left out."
            ),
            _(
                "“Without an answer” means that the same customer has had no answer of any kind since. An answer to "
                "something else hides a question, so the true number may be higher. The weakest assumption: answers "
                "that you gave stand in your files."
            ),
            _("Ranges are Wilson intervals at 95 of 100."),
            *_erased(),
        ],
    }


def _week(links: home.HomeLinks, *, orders: bool, answers: int) -> tuple[home.WeekDay, ...]:
    reported = has_report(now=timezone.now())
    return home.first_week(orders=orders, answers=answers, bookable=can_be_booked(), reported=reported, links=links)


def _calls(request: TeamRequest) -> CallsLine | None:
    """For whoever answers for how customers are called; a specialist has it at the desk."""
    if Role(request.user.role) is Role.SPECIALIST:
        return None
    return calls_line(cold_share(now=timezone.now()), reverse("calls:overview"))


def _meetings() -> AtHome:
    return meetings_at_home(Path(settings.DATA_DIRECTORY), currency=company().currency or None)


def _erased() -> list[str]:
    """How many persons are gone, so that a number that fell can be understood."""
    persons, events = warehouse.erased_in_totals()
    if not persons:
        return []
    said = ngettext(
        "%(persons)s person was erased. Their events (%(events)s) stay counted in totals and are in no journey.",
        "%(persons)s persons were erased. Their events (%(events)s) stay counted in totals and are in no journey.",
        persons,
    )
    return [said % {"persons": number(persons), "events": number(events)}]
