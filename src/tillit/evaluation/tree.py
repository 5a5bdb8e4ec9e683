"""At most two questions a stage: the exact tree of depth two over a grid of thresholds.

Source of the idea: Zhou, Athey & Wager (2023), doi:10.1287/opre.2022.2271.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tillit.evaluation.decisions import Bools, Floats, Ints

THRESHOLDS = 7  # a column is asked about at its octiles
LEAST_ROWS = 20  # a leaf with fewer is a story, not a rule


@dataclass(frozen=True, slots=True)
class Question:
    """Whether a context value is at most a threshold."""

    name: str
    column: int
    threshold: float


@dataclass(frozen=True, slots=True)
class Leaf:
    """Where all answers hold at one stage, take this action.

    Attributes:
        stage: Place in the log's stages.
        answers: Up to two questions with their answers.
        action: Place in the log's actions.
    """

    stage: int
    answers: tuple[tuple[Question, bool], ...]
    action: int


def reached(leaf: Leaf, stage: Ints, context: Floats) -> Bools:
    """Shape (n,); the decisions that come to this leaf."""
    rows: Bools = stage == leaf.stage
    for question, answer in leaf.answers:
        rows = rows & ((context[:, question.column] <= question.threshold) == answer)
    return rows


def grow(stage: int, context: Floats, names: tuple[str, ...], gains: Floats) -> tuple[Leaf, ...]:
    """The leaves that together gain most.

    Args:
        context: Shape (n, f); of the decisions at this stage.
        gains: Shape (n, k); what each action is expected to bring, 0 for one that is not allowed there.

    Returns:
        One to four leaves that share out all decisions.
    """
    questions = _questions(context, names)
    if not questions:
        return (Leaf(stage, (), int(gains.sum(axis=0).argmax())),)
    yes = np.column_stack([context[:, q.column] <= q.threshold for q in questions])
    best_root, best_total = -1, float(gains.sum(axis=0).max())
    for root in range(len(questions)):
        total = sum(_best_split(yes[side], gains[side])[1] for side in (yes[:, root], ~yes[:, root]))
        if total > best_total + 1e-9 * abs(best_total):
            best_root, best_total = root, total
    if best_root < 0:
        return (Leaf(stage, (), int(gains.sum(axis=0).argmax())),)
    leaves: list[Leaf] = []
    for answer in (True, False):
        side = yes[:, best_root] == answer
        split, _ = _best_split(yes[side], gains[side])
        first = (questions[best_root], answer)
        if split < 0:
            leaves.append(Leaf(stage, (first,), int(gains[side].sum(axis=0).argmax())))
            continue
        for second in (True, False):
            part = side & (yes[:, split] == second)
            action = int(gains[part].sum(axis=0).argmax())
            leaves.append(Leaf(stage, (first, (questions[split], second)), action))
    return tuple(leaves)


def _questions(context: Floats, names: tuple[str, ...]) -> list[Question]:
    found: list[Question] = []
    if not len(context):
        return found
    for column, name in enumerate(names):
        marks = np.quantile(context[:, column], np.arange(1, THRESHOLDS + 1) / (THRESHOLDS + 1))
        found += [Question(name, column, float(mark)) for mark in np.unique(marks) if mark < context[:, column].max()]
    return found


def _best_split(yes: Bools, gains: Floats) -> tuple[int, float]:
    """The question that splits these rows best, or -1, and what the two sides then gain."""
    whole = gains.sum(axis=0)
    count = yes.sum(axis=0)
    left = yes.T.astype(np.float64) @ gains
    total = left.max(axis=1) + (whole - left).max(axis=1)
    total[(count < LEAST_ROWS) | (len(gains) - count < LEAST_ROWS)] = -np.inf
    best = int(total.argmax()) if len(total) else -1
    if best < 0 or not total[best] > whole.max() + 1e-9 * abs(whole.max()):
        return -1, float(whole.max())
    return best, float(total[best])
