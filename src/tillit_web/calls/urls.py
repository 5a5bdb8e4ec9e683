"""Addresses of the team's pages about calls."""

from __future__ import annotations

from django.urls import path

from tillit_web.calls import views

app_name = "calls"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("new/", views.note, name="note"),
    path("plan/", views.plan, name="plan"),
    path("plan/booking/<int:booking>/", views.plan_booked, name="plan_booked"),
    path("plan/<uuid:public_id>/", views.plan_requested, name="plan_requested"),
    path("tasks/<int:task>/settle/", views.settle, name="settle"),
    path("offers/<int:offer>/", views.offer, name="offer"),
]
