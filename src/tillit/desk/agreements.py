"""Whether a question is about something that a person agreed with the customer."""

from __future__ import annotations

from importlib import resources

from tillit.answers.terms import stems, words

_SHORTEST_WORD = 4
# Words of four letters and more, in three languages, that say nothing of what a sentence is about.
_EMPTY = frozenset(resources.files("tillit.desk").joinpath("empty_words.txt").read_text(encoding="utf-8").split())


def is_about(question: str, agreed: str, language: str) -> bool:
    """Whether they share a word that says something, in any of its forms."""
    return bool(_telling(question, language) & _telling(agreed, language))


def _telling(text: str, language: str) -> frozenset[str]:
    spoken = [word for word in words(text, {}) if len(word) >= _SHORTEST_WORD and word not in _EMPTY]
    return frozenset(stems(spoken, language))
