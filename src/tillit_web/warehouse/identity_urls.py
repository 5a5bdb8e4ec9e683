"""Addresses of identity."""

from __future__ import annotations

from django.urls import path

from tillit_web.warehouse import identity_views

app_name = "identity"
urlpatterns = [
    path("", identity_views.held, name="held"),
    path("decide/", identity_views.decide, name="decide"),
    path("undo/<int:number>/", identity_views.undo, name="undo"),
    path("<str:subject>/", identity_views.identifier, name="identifier"),
]
