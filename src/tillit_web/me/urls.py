"""Addresses of the customer's own page."""

from __future__ import annotations

from django.urls import path, re_path

from tillit_web.me import views

app_name = "me"
urlpatterns = [
    path("", views.start, name="start"),
    path("code/", views.code, name="code"),
    path("page/", views.page, name="page"),
    path("answer/", views.answer, name="answer"),
    path("need/", views.need, name="need"),
    path("meetings/", views.meetings, name="meetings"),
    path("offers/<int:number>/", views.offer, name="offer"),
    path("talk/", views.talk, name="talk"),
    path("no-contact/", views.no_contact, name="no_contact"),
    path("correct/", views.correct, name="correct"),
    re_path(r"^about-me\.(?P<form>json|html)$", views.download, name="download"),
    path("erase/", views.erase, name="erase"),
    path("erased/<str:token>/", views.receipt, name="receipt"),
    path("close/", views.close, name="close"),
    path("hand-out/<str:person>/", views.hand_out, name="hand_out"),
]
