"""At most two questions a stage, and from which amount on: the exact tree of depth two over a grid of thresholds.

Source of the idea: Zhou, Athey & Wager (2023), doi:10.1287/opre.2022.2271.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tillit.evaluation.decisions import Bools, Decisions, Floats

THRESHOLDS = 7  # a column is asked about at its octiles
BANDS = 8  # of what is at stake, with as many decisions in each
LEAST_ROWS = 20  # a leaf with fewer is a story, not a rule


@dataclass(frozen=True, slots=True)
class Question:
    """Whether a context value is at most a threshold."""

    name: str
    column: int
    threshold: float


@dataclass(frozen=True, slots=True)
class Leaf:
    """Where all answers hold at one stage, and what is at stake lies in a band, take this action.

    Attributes:
        stage: Place in the log's stages.
        answers: Up to two questions with their answers.
        action: Place among the actions that the tree was grown over.
        above: What is at stake lies above this, and up to `up_to`; None: no such end.
    """

    stage: int
    answers: tuple[tuple[Question, bool], ...]
    action: int
    above: float | None = None
    up_to: float | None = None


def reached(leaf: Leaf, decisions: Decisions) -> Bools:
    """Shape (n,); the decisions that come to this leaf."""
    rows: Bools = decisions.stage == leaf.stage
    for question, answer in leaf.answers:
        rows = rows & ((decisions.context[:, question.column] <= question.threshold) == answer)
    if decisions.value is not None:
        rows = rows if leaf.above is None else rows & (decisions.value > leaf.above)
        rows = rows if leaf.up_to is None else rows & (decisions.value <= leaf.up_to)
    return rows


def grow(stage: int, context: Floats, names: tuple[str, ...], gains: Floats, at_stake: Floats) -> tuple[Leaf, ...]:
    """The leaves that together gain most.

    Args:
        context: Shape (n, f); of the decisions at this stage.
        gains: Shape (n, k); what each action is expected to bring, 0 for one that is not allowed there.
        at_stake: Shape (n,); each side of the questions may act otherwise from some amount on. All the same: it does
            not.

    Returns:
        Leaves that share out all decisions: one to four ways of answering, in each as many bands of what is at stake as
        act differently.
    """
    marks = np.unique(np.quantile(at_stake, np.arange(1, BANDS) / BANDS))
    marks = marks[marks < at_stake.max()]
    banded = np.zeros((len(gains), len(marks) + 1, gains.shape[1]))
    banded[np.arange(len(gains)), np.searchsorted(marks, at_stake)] = gains
    questions = _questions(context, names)
    yes = np.array([context[:, q.column] <= q.threshold for q in questions], np.bool_).reshape(-1, len(context)).T
    best_root, best_total = -1, float(_best(banded.sum(axis=0)))
    for root in range(len(questions)):
        total = sum(_best_split(yes[side], banded[side])[1] for side in (yes[:, root], ~yes[:, root]))
        if total > best_total + 1e-9 * abs(best_total):
            best_root, best_total = root, total
    if best_root < 0:
        return tuple(_in_bands(stage, (), banded, marks))
    leaves: list[Leaf] = []
    for answer in (True, False):
        side = yes[:, best_root] == answer
        split, _ = _best_split(yes[side], banded[side])
        first = (questions[best_root], answer)
        if split < 0:
            leaves += _in_bands(stage, (first,), banded[side], marks)
            continue
        for second in (True, False):
            part = side & (yes[:, split] == second)
            leaves += _in_bands(stage, (first, (questions[split], second)), banded[part], marks)
    return tuple(leaves)


def _in_bands(stage: int, answers: tuple[tuple[Question, bool], ...], banded: Floats, marks: Floats) -> Iterator[Leaf]:
    """The best action of each band, those beside each other with the same one as one leaf."""
    actions = banded.sum(axis=0).argmax(axis=1)
    begins = np.flatnonzero(np.r_[True, actions[1:] != actions[:-1]])
    for begin, end in pairwise([*begins.tolist(), len(actions)]):
        above = float(marks[begin - 1]) if begin else None
        up_to = float(marks[end - 1]) if end < len(actions) else None
        yield Leaf(stage, answers, int(actions[begin]), above, up_to)


def _best(total: Floats) -> Floats:
    """Shape (…,); what is gained if every band takes its best action. `total`: shape (…, bands, k)."""
    found: Floats = total.max(axis=-1).sum(axis=-1)
    return found


def _questions(context: Floats, names: tuple[str, ...]) -> list[Question]:
    found: list[Question] = []
    if not len(context):
        return found
    for column, name in enumerate(names):
        marks = np.quantile(context[:, column], np.arange(1, THRESHOLDS + 1) / (THRESHOLDS + 1))
        found += [Question(name, column, float(mark)) for mark in np.unique(marks) if mark < context[:, column].max()]
    return found


def _best_split(yes: Bools, banded: Floats) -> tuple[int, float]:
    """The question that splits these rows best, or -1, and what the two sides then gain."""
    whole = banded.sum(axis=0)
    unsplit = float(_best(whole))
    count = yes.sum(axis=0)
    left = (yes.T.astype(np.float64) @ banded.reshape(len(banded), -1)).reshape(-1, *whole.shape)
    total = _best(left) + _best(whole - left)
    total[(count < LEAST_ROWS) | (len(banded) - count < LEAST_ROWS)] = -np.inf
    best = int(total.argmax()) if len(total) else -1
    if best < 0 or not total[best] > unsplit + 1e-9 * abs(unsplit):
        return -1, unsplit
    return best, float(total[best])
