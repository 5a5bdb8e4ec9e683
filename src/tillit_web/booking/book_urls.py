"""Addresses of the pages on which customers book."""

from __future__ import annotations

from django.urls import path

from tillit_web.booking import book_views as views

app_name = "book"
urlpatterns = [
    path("", views.kinds, name="kinds"),
    path("booking/<str:token>/", views.booking, name="booking"),
    path("booking/<str:token>/details/", views.details, name="details"),
    path("booking/<str:token>/move/", views.move, name="move"),
    path("booking/<str:token>/cancel/", views.cancel, name="cancel"),
    path("booking/<str:token>/booking.ics", views.invite, name="invite"),
    path("calendar/<uuid:feed>.ics", views.calendar, name="calendar"),
    path("<slug:slug>/", views.times, name="times"),
]
