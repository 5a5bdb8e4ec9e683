"""Django's settings; everything that a person may change comes from the environment, with a default that works."""

from __future__ import annotations

SECRET_KEY = "replaced-at-start"  # noqa: S105 - serve replaces it with one of the data directory's own
USE_TZ = True
INSTALLED_APPS: list[str] = []
