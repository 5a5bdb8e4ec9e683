"""E-mail addresses as calendars and mail programs write them."""

from __future__ import annotations

import pytest

from tillit.events.subject import normalise
from tillit.vocabulary import IdentifierKind


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("Ana A (Ana@example.org)", "ana@example.org"),
        ("Ana A <ana@example.org>", "ana@example.org"),
        ("<ana@example.org>", "ana@example.org"),
        ("mailto:ana@example.org", "ana@example.org"),
        ("ana@example.org (private)", None),
        ("Ana (ana@example.org) and Bo (bo@example.org)", None),
        ("Ana A (no address)", None),
    ],
)
def test_an_address_beside_a_name_is_the_address(written: str, address: str | None) -> None:
    assert normalise(IdentifierKind.EMAIL, written) == address
