"""Address of the team's report."""

from __future__ import annotations

from django.urls import path

from tillit_web.desk import report_views

app_name = "week"
urlpatterns = [path("", report_views.show_report, name="report")]
