"""The team's report, in place of a meeting about how it stands."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from tillit.vocabulary import Role
from tillit_web.desk.report import WEEK, report_of, week_named
from tillit_web.people.access import TeamRequest, access


@access(*Role)
@require_GET
def show_report(request: TeamRequest) -> HttpResponse:
    """One week: what happened, what waits, what was promised."""
    now = timezone.now()
    today = timezone.localdate(now)
    monday = week_named(request.GET.get("week", "")[:10], today)
    shown = {
        "report": report_of(monday, now=now),
        "last_day": monday + timedelta(days=6),
        "earlier": _name(monday - WEEK),
        "later": _name(monday + WEEK) if monday + WEEK <= today else "",
        "is_running": monday + WEEK > today,
    }
    return render(request, "desk/report.html", shown)


def _name(monday: date) -> str:
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02d}"
