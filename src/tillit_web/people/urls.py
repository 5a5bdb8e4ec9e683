"""Addresses of people."""

from __future__ import annotations

from django.urls import path

from tillit_web.people import views

app_name = "people"
urlpatterns = [
    path("welcome/<str:token>/", views.welcome, name="welcome"),
    path("demo/enter/<str:token>", views.enter_demo, name="enter_demo"),
    path("language/", views.choose_language, name="language"),
    path("settings/", views.own_settings, name="settings"),
]
