"""In a town whose truth is known: 99 of 100 pairs that are joined are right, and what is given up for it is stated."""

from __future__ import annotations

import pytest

from tests.identity.town import measured, town
from tillit.identity.resolve import Identity, resolve
from tillit.identity.rules import parse_rules
from tillit.vocabulary import IdentifierKind

EVERYTHING_JOINS = parse_rules(
    "strong = []\nmiddle = []\n"
    + "\n".join(
        f"[most.{kind}]\n" + "\n".join(f"{other} = 1000000" for other in IdentifierKind) for kind in IdentifierKind
    ),
    name="identity.toml",
)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_joined_is_right(seed: int) -> None:
    """docs/identity.md states these figures; the bounds leave room for seeds, not for a weaker rule."""
    made = town(1500, seed)
    found = measured(resolve(made.links), made.users)
    assert found.precision >= 0.99
    assert found.recall >= 0.85


def test_the_town_is_hard() -> None:
    """Joining all that met makes one person of most of the town, so the rules are what the precision comes from."""
    made = town(1500, 1)
    found = measured(resolve(made.links, Identity(EVERYTHING_JOINS)), made.users)
    assert found.precision < 0.2
