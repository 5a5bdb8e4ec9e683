"""Search over the library: BM25 on stems and on pieces of words, over the questions people asked and over the answers.

BM25 after Robertson and Zaragoza (2009), by the library `bm25s`. A score is divided by what a text with every word of
the question could reach, words that the library has never seen included, so that scores of different questions compare.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import bm25s
import numpy as np
from numpy.typing import NDArray

from tillit.answers.library import Answer
from tillit.answers.terms import pieces, stems, words

Floats = NDArray[np.float64]

# Chosen on public questions and answers in three languages (docs/methods/answers.md).
SHARE_OF_QUESTIONS = 0.7
SHARE_OF_STEMS = 0.4


class _Field:
    """Texts searched in one way."""

    def __init__(self, texts: Sequence[list[str]]) -> None:
        self._counts = Counter(term for text in texts for term in set(text))
        self._size = len(texts)
        self._bm25 = bm25s.BM25()  # type: ignore[no-untyped-call]
        # An empty text still needs a term: bm25s cannot index none.
        self._bm25.index([text or [""] for text in texts], show_progress=False)

    def scores(self, question: Sequence[str]) -> Floats:
        """Shape (texts,), between 0 and about 1."""
        known = [term for term in question if term in self._counts]
        if not known:
            return np.zeros(self._size)
        reachable = sum(self._weight(term) for term in question)
        return np.asarray(self._bm25.get_scores(known), np.float64) / reachable

    def _weight(self, term: str) -> float:
        count = self._counts[term]
        return math.log(1 + (self._size - count + 0.5) / (count + 0.5))


@dataclass(frozen=True, slots=True)
class Scores:
    """How well each answer fits one question, in the order of the library.

    Attributes:
        stems: By whole words, between 0 and about 1.
        pieces: By pieces of words.
        length: Words in the question.
    """

    stems: Floats
    pieces: Floats
    length: int

    @property
    def total(self) -> Floats:
        """What answers are ordered by."""
        total: Floats = SHARE_OF_STEMS * self.stems + (1 - SHARE_OF_STEMS) * self.pieces
        return total

    def best(self, count: int) -> list[int]:
        """The answers that fit best, best first; equal ones in the library's order."""
        return [int(place) for place in np.argsort(-self.total, kind="stable")[:count]]

    def without(self, place: int) -> Scores:
        """As if the library lacked one answer."""
        return Scores(np.delete(self.stems, place), np.delete(self.pieces, place), self.length)


class Index:
    """The library of one language, ready to be searched."""

    def __init__(self, answers: Sequence[Answer], synonyms: Mapping[str, str] | None = None) -> None:
        """
        Args:
            answers: All in one language; at least one.
            synonyms: Word → the word that stands for it.
        """
        self.answers = tuple(answers)
        self.language = self.answers[0].language
        self.owners = np.array([place for place, answer in enumerate(answers) for _ in answer.questions], np.intp)
        self._synonyms = dict(synonyms or {})
        asked = [words(question, self._synonyms) for answer in answers for question in answer.questions]
        told = [words(answer.text, self._synonyms) for answer in answers]
        self._asked = self._fields(asked) if asked else None
        self._told = self._fields(told)

    def scores(self, question: str, *, left_out: int | None = None) -> Scores:
        """How well each answer fits.

        Args:
            left_out: A question of the library (its place among all) to do without: the one being asked, when the
                library is held against itself.
        """
        spoken = words(question, self._synonyms)
        ways = stems(spoken, self.language), pieces(spoken)
        by_way = [self._by_answer(way, terms, left_out) for way, terms in enumerate(ways)]
        return Scores(by_way[0], by_way[1], len(spoken))

    def _by_answer(self, way: int, terms: list[str], left_out: int | None) -> Floats:
        told = self._told[way].scores(terms)
        if self._asked is None:
            return told
        each = self._asked[way].scores(terms)
        if left_out is not None:
            each[left_out] = 0.0
        asked = np.zeros(len(told))
        np.maximum.at(asked, self.owners, each)
        return SHARE_OF_QUESTIONS * asked + (1 - SHARE_OF_QUESTIONS) * told

    def _fields(self, texts: Sequence[list[str]]) -> tuple[_Field, _Field]:
        return _Field([stems(text, self.language) for text in texts]), _Field([pieces(text) for text in texts])
