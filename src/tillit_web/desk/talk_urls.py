"""Addresses of the pages on which customers talk with us."""

from __future__ import annotations

from django.urls import path

from tillit_web.desk import talk_views as views

app_name = "talk"
urlpatterns = [
    path("", views.start, name="start"),
    path("<str:token>/", views.thread, name="thread"),
    path("<str:token>/write/", views.write, name="write"),
    path("<str:token>/person/", views.person, name="person"),
    path("<str:token>/done/", views.done, name="done"),
    path("<str:token>/reach/", views.reach, name="reach"),
]
