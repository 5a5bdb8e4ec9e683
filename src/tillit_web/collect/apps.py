"""The collect app."""

from __future__ import annotations

from django.apps import AppConfig


class CollectConfig(AppConfig):
    name = "tillit_web.collect"
    label = "collect"
