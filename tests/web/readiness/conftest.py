"""The small shop, for apps below insight too."""

from __future__ import annotations

from tests.web.insight.conftest import bring_in, small_shop

__all__ = ["bring_in", "small_shop"]
