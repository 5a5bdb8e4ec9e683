"""Addresses of briefings: the customer's own, opened by a signed link, and the team's."""

from __future__ import annotations

from django.urls import path

from tillit_web.desk import briefing_views as views

app_name = "briefing"
urlpatterns = [
    path("desk/briefing/conversation/<uuid:public_id>/", views.conversation, name="conversation"),
    path("desk/briefing/booking/<uuid:uid>/", views.booking, name="booking"),
    path("briefing/talk/<str:token>/", views.of_talk, name="of_talk"),
    path("briefing/booked/<str:token>/", views.of_booking, name="of_booking"),
    path("briefing/<str:token>/", views.own, name="own"),
    path("briefing/<str:token>/strike/", views.strike, name="strike"),
    path("briefing/<str:token>/reading/", views.reading, name="reading"),
]
