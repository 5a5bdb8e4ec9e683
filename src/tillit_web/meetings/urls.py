"""Addresses of the page Meetings."""

from __future__ import annotations

from django.urls import path

from tillit_web.meetings import views

app_name = "meetings"
urlpatterns = [path("", views.show_meetings, name="meetings")]
