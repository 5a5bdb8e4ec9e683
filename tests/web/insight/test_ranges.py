"""A range as people read it: whole numbers where they say enough, tenths where they would not, never broken in two."""

from __future__ import annotations

import pytest
from django.utils import translation

from tillit.reports.interval import share_range
from tillit_web.insight.templatetags.insight import range_of


@pytest.mark.parametrize(
    ("count", "of", "language", "said"),
    [
        (90, 200, "en", "38 to 52 of 100"),
        (90, 200, "sv", "38 till 52 av 100"),
        (0, 557, "en", "0.0 to 0.7 of 100"),
        (555, 9278, "en", "5.5 to 6.5 of 100"),
        (555, 9278, "nb", "5,5 til 6,5 av 100"),
        (0, 0, "en", "0 to 100 of 100"),
    ],
)
def test_a_range_says_enough(count: int, of: int, language: str, said: str) -> None:
    """Ends by scipy 1.17's Wilson interval: 0.3827–0.5193, 0–0.0068, 0.0552–0.0648."""
    with translation.override(language):
        assert range_of(share_range(count, of)) == said.replace(" ", "\u00a0")
