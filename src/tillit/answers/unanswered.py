"""Questions that nobody has answered, those that mean the same together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import csr_array
from scipy.spatial.distance import squareform

from tillit.answers.terms import pieces, words
from tillit.readiness.logistic import Floats

FURTHEST = 0.75
MOST_QUESTIONS = 2000


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Questions close to each other.

    Attributes:
        heading: The one most like the others.
        places: Which of the given questions, in their order.
    """

    heading: str
    places: tuple[int, ...]


def alike(questions: Sequence[str]) -> tuple[Unanswered, ...]:
    """Group questions by the pieces of their words (cosine of tf-idf, average linkage), the largest group first.

    Args:
        questions: At most `MOST_QUESTIONS` are grouped, the first ones; memory grows with their square.
    """
    asked = questions[:MOST_QUESTIONS]
    if len(asked) < 2:
        return tuple(Unanswered(question, (0,)) for question in asked)
    near = nearness(asked, asked)
    apart = 1 - near
    np.fill_diagonal(apart, 0.0)
    labels = fcluster(linkage(squareform(apart, checks=False), "average"), FURTHEST, "distance")
    groups = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    groups.sort(key=lambda group: (-len(group), int(group[0])))
    return tuple(
        Unanswered(asked[int(group[near[np.ix_(group, group)].sum(axis=1).argmax()])], tuple(map(int, group)))
        for group in groups
    )


def nearness(these: Sequence[str], those: Sequence[str]) -> Floats:
    """How like each other texts are by the pieces of their words: cosine of tf-idf over all of them.

    Returns:
        Shape (these, those), from 0 to 1.
    """
    texts = [pieces(words(text, {})) for text in (*these, *those)]
    names = {term: column for column, term in enumerate(dict.fromkeys(term for text in texts for term in text))}
    row = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    column = np.array([names[term] for text in texts for term in text], np.intp)
    counts: Any = csr_array((np.ones(len(row)), (row, column)), shape=(len(texts), max(len(names), 1)))  # type: ignore[no-untyped-call]
    held = np.asarray((counts > 0).sum(axis=0)).ravel()
    weighed = counts.multiply(np.log((1 + len(texts)) / (1 + held)) + 1).tocsr()
    length = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
    length[length == 0] = 1.0
    left, right = weighed[: len(these)], weighed[len(these) :]
    cosines = (left @ right.T).toarray() / np.outer(length[: len(these)], length[len(these) :])
    near: Floats = np.clip(cosines, 0.0, 1.0)
    return near
