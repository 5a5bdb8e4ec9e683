"""Addresses of the warehouse."""

from __future__ import annotations

from django.urls import path

from tillit_web.warehouse import views

app_name = "warehouse"
urlpatterns = [
    path("", views.imports, name="imports"),
    path("<uuid:import_id>/", views.one_import, name="import"),
    path("<uuid:import_id>/now/", views.now, name="now"),
    path("<uuid:import_id>/look/", views.look, name="look"),
    path("<uuid:import_id>/again/", views.again, name="again"),
    path("<uuid:import_id>/discard/", views.discard, name="discard"),
    path("<uuid:import_id>/undo/", views.undo, name="undo"),
    path("<uuid:import_id>/rejected.csv", views.rejected, name="rejected"),
    path("<uuid:import_id>/mapping.toml", views.mapping, name="mapping"),
]
