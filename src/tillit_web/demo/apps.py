"""The demo app. It is installed always, and shows itself only where `tillit demo` started the process."""

from __future__ import annotations

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "tillit_web.demo"
    label = "demo"
