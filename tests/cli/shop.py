"""A small order file with its mapping, for the commands that read plain files."""

from __future__ import annotations

from pathlib import Path

MAPPING = """
timezone = "Europe/Stockholm"
sequence = "file order"
identifiers = { email = "Who" }
[[event]]
activity = { column = "What" }
time = "When"
"""

ROWS = """Who,What,When
ana@example.com,product_viewed,2026-03-01 10:00:00
ana@example.com,product_viewed,2026-03-20 10:00:00
ana@example.com,product_added,2026-03-21 10:00:00
ana@example.com,order_completed,2026-03-21 11:00:00
bo@example.com,product_viewed,2026-03-02 10:00:00
bo@example.com,product_added,2026-03-02 12:00:00
cy@example.com,page_viewed,2026-03-03 10:00:00
cy@example.com,product_viewed,yesterday
"""


def shop_files(folder: Path) -> tuple[str, str]:
    """The file and its mapping; one of its eight rows has no time that can be read."""
    rows, mapping = folder / "shop.csv", folder / "shop.toml"
    rows.write_text(ROWS, encoding="utf-8")
    mapping.write_text(MAPPING, encoding="utf-8")
    return str(rows), str(mapping)
