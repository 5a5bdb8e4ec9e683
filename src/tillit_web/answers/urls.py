"""Addresses of the team's pages about answers."""

from __future__ import annotations

from django.urls import path

from tillit_web.answers import views

app_name = "answers"
urlpatterns = [
    path("", views.library, name="library"),
    path("new/", views.write, name="new"),
    path("<int:answer>/", views.write, name="write"),
    path("<int:answer>/right/", views.still_right, name="still_right"),
    path("<int:answer>/shown/", views.publish, name="publish"),
    path("people/", views.experts, name="experts"),
    path("people/new/", views.expert, name="new_expert"),
    path("people/<int:expert>/", views.expert, name="expert"),
    path("people/<int:expert>/agree/", views.agree, name="agree"),
    path("unanswered/", views.unanswered, name="unanswered"),
    path("unanswered/<int:question>/", views.judge, name="judge"),
    path("sure/", views.sure, name="sure"),
    path("comparisons/", views.comparisons, name="comparisons"),
    path("comparisons/new/", views.compare, name="new_comparison"),
    path("comparisons/<int:comparison>/", views.compare, name="comparison"),
    path("comparisons/<int:comparison>/shown/", views.publish_comparison, name="publish_comparison"),
]
