"""Addresses of Settings → Privacy → How long data is kept."""

from __future__ import annotations

from django.urls import path

from tillit_web.retention import views

app_name = "retention"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("<str:data_class>/", views.change, name="change"),
    path("<str:data_class>/keep/", views.keep, name="keep"),
]
