"""The page about mappings is a mapping that is read, and leaves out no key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tillit.events.mapping_toml import EVENT_KEYS, TOP_KEYS, parse_mapping

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")


def test_the_example_is_a_mapping() -> None:
    found = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    mapping = parse_mapping(found[1], name="docs/mapping.md")
    assert [event.activity.column or event.activity.constant for event in mapping.events] == ["Type", "order_returned"]


@pytest.mark.parametrize("key", sorted({*TOP_KEYS, *EVENT_KEYS}))
def test_every_key_is_on_the_page(key: str) -> None:
    assert re.search(rf"\b{key}\b", PAGE), key
