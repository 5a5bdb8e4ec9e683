"""Addresses of the team's pages about bookings."""

from __future__ import annotations

from django.urls import path

from tillit_web.booking import calendar_views, views

app_name = "booking"
urlpatterns = [
    path("", views.coming, name="coming"),
    path("<int:booking>/cancel/", views.cancel, name="cancel"),
    path("<int:booking>/missed/", views.missed, name="missed"),
    path("mails/<int:mail>/again/", views.send_again, name="send_again"),
    path("kinds/", views.kinds, name="kinds"),
    path("kinds/new/", views.kind, name="new_kind"),
    path("kinds/<int:kind>/", views.kind, name="kind"),
    path("rooms/new/", views.room, name="new_room"),
    path("rooms/<int:room>/", views.room, name="room"),
    path("calendars/", calendar_views.calendars, name="calendars"),
    path("calendars/new/", calendar_views.connect, name="connect_calendar"),
    path("calendars/<int:calendar>/", calendar_views.calendar, name="calendar"),
    path("calendars/<int:calendar>/read/", calendar_views.read, name="read_calendar"),
    path("calendars/<int:calendar>/forget/", calendar_views.forget, name="forget_calendar"),
    path("hosts/new/", views.host, name="new_host"),
    path("hosts/<int:host>/", views.host, name="host"),
]
