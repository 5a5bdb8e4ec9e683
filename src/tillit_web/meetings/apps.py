"""The app of meetings."""

from __future__ import annotations

from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "tillit_web.meetings"
    label = "meetings"
