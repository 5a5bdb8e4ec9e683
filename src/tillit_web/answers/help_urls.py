"""Addresses of the pages that customers read."""

from __future__ import annotations

from django.urls import path, re_path

from tillit_web.answers import help_views as views

app_name = "help"
urlpatterns = [
    path("", views.front, name="front"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    re_path(r"^(?P<language>sv|nb|en)/$", views.ask, name="ask"),
    re_path(r"^(?P<language>sv|nb|en)/feed\.xml$", views.feed, name="feed"),
    path("helped/<str:token>/", views.helped, name="helped"),
    path("people/<slug:slug>/", views.expert, name="expert"),
    path("compared/<slug:slug>/", views.comparison, name="comparison"),
    path("answers/<slug:slug>/", views.answer, name="answer"),
]
