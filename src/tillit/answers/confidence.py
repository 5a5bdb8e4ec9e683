"""How likely the best answer is the right one: a chance learned from questions whose right answer is known.

Two sources: questions that somebody judged (this answer was right, or none was), and the library itself. Each question
variant is asked twice without itself: once with its answer in the library, where the machine should find it, and once
with the whole answer gone, where whatever it finds is wrong. That half of what is asked is not in the library is a
cautious start, which judged questions correct as they come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from tillit.answers.search import Index, Scores
from tillit.readiness.logistic import Floats, fit_logistic

FEWEST_EXAMPLES = 30
SHRINKAGE = 4.0
SIGNS = ("stems", "pieces", "margin", "lead", "length", "agree", "alone")
_SHARPNESS = 8.0


@dataclass(frozen=True, slots=True)
class Judged:
    """A question and the key of the answer that is right for it; None: none of the library."""

    question: str
    right: str | None


@dataclass(frozen=True, slots=True)
class Examples:
    """What the machine found for questions whose right answer is known.

    Attributes:
        signs: Shape (n, len(SIGNS)).
        right: Shape (n,); whether the best answer was the right one.
        groups: Shape (n,); examples about one answer have one number: they are learned from, or tested on, together.
    """

    signs: Floats
    right: NDArray[np.bool_]
    groups: NDArray[np.intp]


def signs(scores: Scores) -> Floats:
    """What is known of the best answer before anybody has judged it; shape (len(SIGNS),)."""
    total = scores.total
    order = scores.best(3)
    first, second, third = (float(total[order[min(place, len(order) - 1)]]) for place in range(3))
    if len(order) == 1:
        second = third = 0.0
    if first <= 0:
        return np.zeros(len(SIGNS))
    near = np.exp(_SHARPNESS * (total / first - 1))
    agree = scores.stems.argmax() == scores.pieces.argmax()
    shares = (first - second) / first, (first - third) / first
    return np.array(
        [scores.stems[order[0]], scores.pieces[order[0]], *shares, np.log(max(scores.length, 1)), agree, 1 / near.sum()]
    )


def examples_of(index: Index, judged: Sequence[Judged] = ()) -> Examples:
    """The library held against itself, and the questions somebody judged."""
    places = {answer.key: place for place, answer in enumerate(index.answers)}
    rows: list[tuple[Floats, bool, int]] = []
    asked = (question for answer in index.answers for question in answer.questions)
    for variant, (question, owner) in enumerate(zip(asked, index.owners.tolist(), strict=True)):
        scores = index.scores(question, left_out=variant)
        if len(index.answers[owner].questions) > 1:
            rows.append((signs(scores), scores.best(1)[0] == owner, owner))
        if len(index.answers) > 1:
            rows.append((signs(scores.without(owner)), False, owner))
    for number, known in enumerate(judged, start=len(places)):
        scores = index.scores(known.question)
        right = None if known.right is None else places.get(known.right)
        rows.append((signs(scores), scores.best(1)[0] == right, number if right is None else right))
    if not rows:
        return Examples(np.zeros((0, len(SIGNS))), np.zeros(0, bool), np.zeros(0, np.intp))
    found, right_ones, groups = zip(*rows, strict=True)
    return Examples(np.array(found), np.array(right_ones, bool), np.array(groups, np.intp))


@dataclass(frozen=True, slots=True)
class Confidence:
    """A ridge logistic regression on `SIGNS`.

    Attributes:
        examples: How many it learned from.
    """

    mean: Floats
    spread: Floats
    weights: Floats
    examples: int

    def chance(self, found: Floats) -> Floats:
        """P(the best answer is right); shape of `found` less its last axis."""
        scaled = (found - self.mean) / self.spread
        chance: Floats = expit(self.weights[0] + scaled @ self.weights[1:])
        return chance


def learn_confidence(examples: Examples) -> Confidence | None:
    """Learn when the machine is right; None: fewer than `FEWEST_EXAMPLES`, or all of one kind."""
    count = len(examples.right)
    if count < FEWEST_EXAMPLES or examples.right.all() or not examples.right.any():
        return None
    mean, spread = examples.signs.mean(axis=0), examples.signs.std(axis=0)
    spread[spread == 0] = 1.0
    design = np.column_stack([np.ones(count), (examples.signs - mean) / spread])
    ridge = np.r_[1e-6, np.full(len(SIGNS), SHRINKAGE)]
    return Confidence(mean, spread, fit_logistic(design, examples.right.astype(np.float64), ridge), count)


def cross_fitted(examples: Examples, rng: np.random.Generator, *, folds: int = 5) -> Floats | None:
    """Each example's chance by what the others taught, whole answers together; None: too few. Shape (n,)."""
    if learn_confidence(examples) is None:
        return None
    groups, member = np.unique(examples.groups, return_inverse=True)
    fold = (rng.permutation(len(groups)) % folds)[member]
    chance = np.zeros(len(fold))
    for held in range(folds):
        others, these = fold != held, fold == held
        learned = learn_confidence(Examples(examples.signs[others], examples.right[others], examples.groups[others]))
        if learned is None:
            return None
        chance[these] = learned.chance(examples.signs[these])
    return chance
