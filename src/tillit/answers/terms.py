"""Words and pieces of words, so that `takpannan` finds `takpannor` and `däckbyte` finds `byta däck`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

import snowballstemmer

WORD = re.compile(r"\w+")
SHORTEST_PIECE, LONGEST_PIECE = 3, 5
_STEMMERS = {"sv": "swedish", "nb": "norwegian", "en": "english"}


@cache
def _stemmer(language: str) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer(_STEMMERS[language])


def words(text: str, synonyms: Mapping[str, str]) -> list[str]:
    """The words of a text in lower case, each replaced by the one the company uses for it."""
    return [synonyms.get(word, word) for word in WORD.findall(text.lower())]


def stems(spoken: Iterable[str], language: str) -> list[str]:
    """The stems of words (Snowball)."""
    return list(_stemmer(language).stemWords(list(spoken)))


def pieces(spoken: Iterable[str]) -> list[str]:
    """All runs of three to five letters within each word and its ends: what compounds and misspellings share."""
    found: list[str] = []
    for word in spoken:
        whole = f"<{word}>"
        if len(whole) <= SHORTEST_PIECE:
            found.append(whole)
        for size in range(SHORTEST_PIECE, LONGEST_PIECE + 1):
            found.extend(whole[start : start + size] for start in range(len(whole) - size + 1))
    return found


def read_synonyms(text: str) -> dict[str, str]:
    """A list of synonyms, one group of words a line, parted by commas; the first stands for the others."""
    groups = ([word.strip().lower() for word in line.split(",")] for line in text.splitlines())
    return {word: group[0] for group in groups if group[0] for word in group[1:] if word}
