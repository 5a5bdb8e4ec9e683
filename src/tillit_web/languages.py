"""The languages the product speaks, once: names for people, locales for numbers and dates."""

from __future__ import annotations

LANGUAGES: tuple[tuple[str, str], ...] = (("sv", "Svenska"), ("nb", "Norsk bokmål"), ("en", "English"))

# English readers here are Europeans: day before month, a 24-hour clock.
LOCALES: dict[str, str] = {"sv": "sv_SE", "nb": "nb_NO", "en": "en_GB"}
