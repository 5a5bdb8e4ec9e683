"""Addresses of the pages of Meetings."""

from __future__ import annotations

from django.urls import path

from tillit_web.meetings import matrix_views, staffing_views, views

app_name = "meetings"
urlpatterns = [
    path("", views.show_meetings, name="meetings"),
    path("who/", matrix_views.show_matrix, name="matrix"),
    path("decisions/", views.show_cases, name="cases"),
    path("staff/", staffing_views.show_staffing, name="staffing"),
]
