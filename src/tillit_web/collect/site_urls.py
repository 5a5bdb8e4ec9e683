"""Addresses of Settings → Your site."""

from __future__ import annotations

from django.urls import path

from tillit_web.collect import site_views

app_name = "site"
urlpatterns = [
    path("", site_views.overview, name="overview"),
    path("<int:key>/", site_views.one, name="one"),
    path("<int:key>/let-in/", site_views.let_in, name="let_in"),
]
