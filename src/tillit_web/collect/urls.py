"""Addresses of collection's pages. /v1/ is not here: see `tillit_web.asgi`."""

from __future__ import annotations

from django.urls import path

from tillit_web.collect import views

app_name = "collect"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("keys/", views.create, name="create_key"),
    path("keys/<int:key>/revoke/", views.revoke, name="revoke_key"),
    path("failed/", views.failed_box, name="failed"),
    path("failed/replay/", views.replay, name="replay"),
    path("failed/discard/", views.discard, name="discard"),
]
