"""The shared statement of a month: on a page, on paper, and as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from tillit.credit.cells import ANY_PLACE, Team, tells_apart
from tillit.credit.statement import InStatement, Statement
from tillit.events.currencies import exponent
from tillit.journeys.view import View
from tillit.reports.size import CASES_BELOW
from tillit.vocabulary import Role
from tillit_web.insight import queries
from tillit_web.insight.behind import pairs_of
from tillit_web.insight.credit.frame import CreditAsked, asked, show, show_empty
from tillit_web.insight.credit.questions import first_event_at, statement_of
from tillit_web.insight.credit.words import team_label
from tillit_web.insight.filters import Filters, address, midnight
from tillit_web.people.access import TeamRequest, access
from tillit_web.ui.templatetags.tillit import reader_locale

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would compute a cell that begins so
MOST_MONTHS = 36  # of a list; older ones by their address


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A team's line, with links to the sales behind its two numbers."""

    label: str
    till: int
    till_minor: Sequence[tuple[str, int]]
    till_link: str
    web: int
    web_minor: Sequence[tuple[str, int]]
    web_link: str


@access(*Role)
@require_GET
def show_statement(request: TeamRequest) -> HttpResponse:
    """What each shop and function sold, and the web orders it was part of."""
    question = asked(request)
    if question is None:
        return show_empty(
            request,
            "insight:credit_statement",
            gettext_lazy("Here each month will have a statement that shops and web share."),
            gettext_lazy(
                "Till sales, and the web orders that each shop and function was part of; to print and to keep."
            ),
        )
    context: dict[str, object] = {"channels_only": not tells_apart("function", question.headcounts)}
    if question.goal_seen:
        months = _months(question)
        month = _chosen(request, months)
        found = _statement(question, month)
        context |= {
            "months": [(one.isoformat()[:7], month_label(one)) for one in months[:MOST_MONTHS]],
            "month": month.isoformat()[:7],
            "month_label": month_label(month),
            "is_running": month == months[0],
            "statement": found,
            "few": found.till.sales + found.web.sales < CASES_BELOW,
            "lines": _lines(question, found, month),
            "no_shops": all(row.team[1] == ANY_PLACE for row in found.rows),
            "whole": _whole(question, found, month),
            "file_link": address(reverse("insight:credit_statement_file"), [("month", month.isoformat()[:7])]),
        }
    return show(question, "insight/credit/statement.html", "insight:credit_statement", context)


@access(*Role)
@require_GET
def export_statement(request: TeamRequest) -> HttpResponse:
    """The same lines as a CSV file that a spreadsheet opens without computing anything in it."""
    question = asked(request)
    if question is None or not question.goal_seen:
        raise Http404
    month = _chosen(request, _months(question))
    found = _statement(question, month)
    answer = HttpResponse(
        statement_file(found).encode("utf-8-sig"),  # Excel takes UTF-8 for a code page without the mark
        content_type="text/csv; charset=utf-8",
    )
    answer["Content-Disposition"] = f'attachment; filename="statement-{month:%Y-%m}.csv"'
    return answer


def statement_file(found: Statement) -> str:
    """A line a team, and one for all; money in whole units with a point, a column a currency."""
    currencies = sorted({name for row in (found.till, found.web) for name in row.value_minor})
    out = io.StringIO()
    writer = csv.writer(out)
    heading = [_("Shop and function"), _("Till sales"), *(f"{_('Till sales')} {name}" for name in currencies)]
    writer.writerow([*heading, _("Part of web orders"), *(f"{_('Part of web orders')} {name}" for name in currencies)])
    for label, till, web in (
        *((team_label(row.team), row.till, row.web) for row in found.rows),
        (_("All sales"), found.till, found.web),
    ):
        writer.writerow(
            [
                as_text(label),
                till.sales,
                *(_units(till.value_minor, name) for name in currencies),
                web.sales,
                *(_units(web.value_minor, name) for name in currencies),
            ]
        )
    return out.getvalue()


def as_text(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def _units(value_minor: Mapping[str, int], currency: str) -> str:
    precision = exponent(currency)
    return f"{value_minor.get(currency, 0) / 10**precision:.{precision}f}"


def month_label(month: date) -> str:
    """A month as it is said: "maj 2026"."""
    return str(format_skeleton("yMMMM", datetime(month.year, month.month, 1, tzinfo=UTC), locale=reader_locale()))


def _statement(question: CreditAsked, month: date) -> Statement:
    start_at, end_at = bounds(month, ZoneInfo(question.company.timezone))
    return statement_of(_whole_view(question), question.goal, question.headcounts, start_at=start_at, end_at=end_at)


def _whole_view(question: CreditAsked) -> View:
    """All journeys: a sale of this month may end one that began long before."""
    view = queries.view_for(question.company, Filters())
    return view or question.view


def _months(question: CreditAsked) -> list[date]:
    return months_of(_whole_view(question), ZoneInfo(question.company.timezone))


def months_of(view: View, zone: ZoneInfo) -> list[date]:
    """The months of the data, newest first."""
    last, first = _month_of(queries.last_event_at(view), zone), _month_of(first_event_at(view), zone)
    months = [last]
    while months[-1] > first:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months


def usual_month(months: Sequence[date]) -> date:
    """The last whole one, which the page shows first."""
    return months[min(1, len(months) - 1)]


def bounds(month: date, zone: ZoneInfo) -> tuple[int, int]:
    """When a month begins and ends in a zone, microseconds UTC."""
    following = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    return midnight(month, zone), midnight(following, zone)


def _month_of(at: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(at / 1_000_000, zone).date().replace(day=1)


def _chosen(request: TeamRequest, months: list[date]) -> date:
    """The month of the address; otherwise the last whole one."""
    try:
        wanted = date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        return usual_month(months)
    return min(max(wanted, months[-1]), months[0])


def _lines(question: CreditAsked, found: Statement, month: date) -> list[StatementLine]:
    return [
        StatementLine(
            team_label(row.team),
            row.till.sales,
            sorted(row.till.value_minor.items()),
            _link(question, row.team, month, web=False),
            row.web.sales,
            sorted(row.web.value_minor.items()),
            _link(question, row.team, month, web=True),
        )
        for row in sorted(found.rows, key=lambda row: team_label(row.team))
    ]


def _whole(question: CreditAsked, found: Statement, month: date) -> StatementLine:
    return StatementLine(
        "",
        found.till.sales,
        sorted(found.till.value_minor.items()),
        _link(question, None, month, web=False),
        found.web.sales,
        sorted(found.web.value_minor.items()),
        _link(question, None, month, web=True),
    )


def _link(question: CreditAsked, team: Team | None, month: date, *, web: bool) -> str:
    start_at, end_at = bounds(month, ZoneInfo(question.company.timezone))
    condition = InStatement(question.goal, team, web, start_at, end_at, question.headcounts)
    return address(reverse("insight:journeys"), pairs_of(condition))
