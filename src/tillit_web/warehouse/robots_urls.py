"""Addresses of Settings → Robots."""

from __future__ import annotations

from django.urls import path

from tillit_web.warehouse import robots_views

app_name = "robots"
urlpatterns = [
    path("", robots_views.overview, name="overview"),
    path("<str:rule>/", robots_views.switch, name="switch"),
]
