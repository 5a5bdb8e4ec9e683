"""The whole of the web in one ASGI application: health, static files, else Django."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tillit_web.settings")

from django.core.asgi import get_asgi_application

django_application = get_asgi_application()
