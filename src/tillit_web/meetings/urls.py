"""Addresses of the pages of Meetings."""

from __future__ import annotations

from django.urls import path

from tillit_web.meetings import learn_views, matrix_views, need_views, public_views, staffing_views, views

app_name = "meetings"
urlpatterns = [
    path("", views.show_meetings, name="meetings"),
    path("who/", matrix_views.show_matrix, name="matrix"),
    path("learn/", learn_views.show_learn, name="learn"),
    path("trying/", public_views.show_trying, name="trying"),
    path("seen/<int:return_id>/", views.see_return, name="see_return"),
    path("decisions/", views.show_cases, name="cases"),
    path("need/<slug:person>/", need_views.change_need, name="need"),
    path("staff/", staffing_views.show_staffing, name="staffing"),
]
