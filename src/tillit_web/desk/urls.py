"""Addresses of the desk."""

from __future__ import annotations

from django.urls import path

from tillit_web.desk import views

app_name = "desk"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("<uuid:public_id>/", views.conversation, name="conversation"),
    path("<uuid:public_id>/answer/", views.answer, name="answer"),
    path("<uuid:public_id>/note/", views.note, name="note"),
    path("<uuid:public_id>/take/", views.take, name="take"),
    path("<uuid:public_id>/let-go/", views.let_go, name="let_go"),
    path("<uuid:public_id>/hand-back/", views.hand_back, name="hand_back"),
    path("<uuid:public_id>/close/", views.close, name="close"),
    path("<uuid:public_id>/open-again/", views.open_again, name="open_again"),
]
