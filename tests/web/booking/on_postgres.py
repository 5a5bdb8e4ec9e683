"""The product's settings with its tables in PostgreSQL, for what must hold there too."""

from __future__ import annotations

import os

from psycopg.conninfo import conninfo_to_dict

from tillit_web.settings import *  # noqa: F403 - Django reads settings by name

_PLACE = conninfo_to_dict(os.environ["TILLIT_TEST_POSTGRES"])
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "bookings",
        "HOST": _PLACE["host"],
        "USER": _PLACE["user"],
    }
}
