"""The app of the customer's own page."""

from __future__ import annotations

from django.apps import AppConfig


class MeConfig(AppConfig):
    name = "tillit_web.me"
    label = "me"
