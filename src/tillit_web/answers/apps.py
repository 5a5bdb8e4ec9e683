"""The app of answers."""

from __future__ import annotations

from django.apps import AppConfig


class AnswersConfig(AppConfig):
    name = "tillit_web.answers"
    label = "answers"
