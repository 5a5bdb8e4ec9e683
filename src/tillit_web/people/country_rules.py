"""What four countries ask of whoever measures and contacts people, as country_rules.toml says it: a memory aid.

Nothing in the product switches on these lines. Each says where it stands, and when and where it was last looked up.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

from django.utils.translation import get_language

OLD_AFTER_DAYS = 365
TOPICS = ("device", "personal", "mail", "phone")  # in the order of the page

Words = dict[str, str]  # by language


@dataclass(frozen=True, slots=True)
class CountryRule:
    """One line, in the reader's language.

    Attributes:
        topic, asks: What it is about, and what it asks.
        source, authority: Where it stands in the law, and who watches over it.
        as_of: When it was last looked up.
        seen: The address at which it was; "" for one that was written from memory.
    """

    topic: str
    asks: str
    source: str
    authority: str
    as_of: date
    seen: str


@dataclass(frozen=True, slots=True)
class CountryPage:
    """What the page shows of one country. `as_of` is when its oldest line was last looked up."""

    name: str
    rules: tuple[CountryRule, ...]
    as_of: date
    is_old: bool
    from_memory: int


def country_names() -> dict[str, str]:
    """The countries, by their codes (ISO 3166), in the reader's language."""
    return {code: _in_words(words) for code, words in _declared()["names"].items()}


def country_page(code: str, *, today: date) -> CountryPage:
    """The lines of a country, and whether any of them is more than a year old."""
    declared = _declared()
    own = sorted(
        (said for said in declared["rule"] if said["country"] == code), key=lambda said: TOPICS.index(said["topic"])
    )
    rules = tuple(
        CountryRule(
            topic=_in_words(declared["topics"][said["topic"]]),
            asks=_in_words(declared["asks"][said["asks"]]),
            source=said["source"],
            authority=said["authority"],
            as_of=said["as_of"],
            seen=said.get("seen", ""),
        )
        for said in own
    )
    as_of = min(rule.as_of for rule in rules)
    return CountryPage(
        name=country_names()[code],
        rules=rules,
        as_of=as_of,
        is_old=(today - as_of).days > OLD_AFTER_DAYS,
        from_memory=sum(not rule.seen for rule in rules),
    )


@lru_cache(maxsize=1)
def _declared() -> dict[str, Any]:
    return tomllib.loads(files("tillit_web.people").joinpath("country_rules.toml").read_text(encoding="utf-8"))


def _in_words(words: Words) -> str:
    return words.get((get_language() or "en")[:2], words["en"])
