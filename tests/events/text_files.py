"""Staging as the tests do it: a text becomes a file, a mapping is a text, and the parts come back as rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from tillit.events.mapping_toml import parse_mapping
from tillit.events.staging import Staged, stage

KEY = b"k" * 32
SHOP = """
source = "shop"
timezone = "Europe/Stockholm"
currency = "SEK"
identifiers = {email = "Email", phone = "Phone", order = "Name"}
[[event]]
activity = "order_completed"
time = "Created at"
amount = "Total"
object = "Name"
once_per = "Name"
[[event]]
activity = "order_delivered"
time = "Fulfilled at"
once_per = "Name"
"""
CLICKS = """
source = "web"
identifiers = {customer = "who"}
[[event]]
activity = {column = "what"}
time = "at"
"""


def stage_texts(folder: Path, mapping: str, *texts: str) -> Staged:
    """Stage each text as a file of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, text in enumerate(texts):
        path = folder / f"{number}.csv"
        path.write_text(text, encoding="utf-8", newline="")
        paths.append(path)
    parsed = parse_mapping(mapping, name="test")
    return stage(paths, [parsed] * len(paths), key=KEY, received_at=7, work=folder / "work")


def rows_of(paths: Sequence[Path]) -> list[dict[str, Any]]:
    """All rows of the parts, in the order they stand."""
    return [row for path in paths for row in pq.read_table(path).to_pylist()]
