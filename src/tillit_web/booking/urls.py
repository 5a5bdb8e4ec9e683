"""Addresses of the team's pages about bookings."""

from __future__ import annotations

from django.urls import path

from tillit_web.booking import views

app_name = "booking"
urlpatterns = [
    path("", views.coming, name="coming"),
    path("<int:booking>/cancel/", views.cancel, name="cancel"),
    path("<int:booking>/missed/", views.missed, name="missed"),
    path("kinds/", views.kinds, name="kinds"),
    path("kinds/new/", views.kind, name="new_kind"),
    path("kinds/<int:kind>/", views.kind, name="kind"),
    path("hosts/new/", views.host, name="new_host"),
    path("hosts/<int:host>/", views.host, name="host"),
]
