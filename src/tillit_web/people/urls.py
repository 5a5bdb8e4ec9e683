"""Addresses of people."""

from __future__ import annotations

from django.urls import path

from tillit_web.people import privacy_views, team_views, views

app_name = "people"
urlpatterns = [
    path("welcome/<str:token>/", views.welcome, name="welcome"),
    path("demo/enter/<str:token>", views.enter_demo, name="enter_demo"),
    path("language/", views.choose_language, name="language"),
    path("new-password/<str:token>/", views.new_password, name="new_password"),
    path("settings/", views.own_settings, name="settings"),
    path("settings/called/", views.be_called, name="be_called"),
    path("settings/company/", team_views.company, name="company"),
    path("settings/privacy/", privacy_views.privacy, name="privacy"),
    path("settings/privacy/words/", privacy_views.wordings, name="wordings"),
    path("settings/privacy/blocked/", privacy_views.block_list, name="block_list"),
    path("settings/privacy/corrections/<int:correction>/", privacy_views.settle, name="settle"),
    path("settings/privacy/erasures/", privacy_views.erasures, name="erasures"),
    path("settings/openings/", privacy_views.openings, name="openings"),
    path("settings/team/", team_views.team, name="team"),
    path("settings/team/invite/", team_views.invite, name="invite"),
    path("settings/team/<int:member>/", team_views.member, name="member"),
    path("settings/team/<int:member>/role/", team_views.change_role, name="change_role"),
    path("settings/team/<int:member>/password/", team_views.new_password_link, name="new_password_link"),
    path("settings/team/<int:member>/pause/", team_views.pause, name="pause"),
    path("settings/team/<int:member>/resume/", team_views.resume, name="resume"),
]
