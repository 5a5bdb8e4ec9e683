"""Handing over from a machine: when in a dialogue should a person take over? Public dialogues, labelled turn by turn.

    handoff_evaluation.py DATA     part of `make evaluate`; DATA/handoff_mhch/{clothing,makeup2}_eval.jsonl.gz

tillit has no model of language, and claims nothing from one dialogue. What is shown is how far its own logistic
(`tillit.readiness.logistic`) reaches on such labels with counted words, in five folds by dialogue, beside the floor of
the method (F1 0.56 and 0.50 with 280 dialogues) and the published 0.67 of a network with ten times as many. "When" is
judged as the field does, by golden transfer within tolerance (GT-T): a turn that is handed over up to T turns beside a
true one counts in part. The floor is shown and not enforced: no number of tillit rests on this.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse as untyped_sparse
from scipy.sparse import linalg as untyped_linalg
from scipy.special import expit
from scipy.stats import rankdata

from tillit.readiness.logistic import fit_logistic

sparse: Any = untyped_sparse
linalg: Any = untyped_linalg
Floats = NDArray[np.float64]
FLOORS = {"clothing": (0.555, 0.847), "makeup2": (0.499, 0.903)}  # F1 and area under the curve
FOLDS = 5
DIRECTIONS = 400  # of the counted words and pairs of words
RIDGE = 1.0


@dataclass(frozen=True, slots=True)
class Turns:
    """n turns of dialogues, one after the other; `terms` are each turn's words and pairs."""

    dialogue: NDArray[np.int64]
    turn: NDArray[np.int64]
    is_customer: Floats
    terms: list[Counter[str]]
    hand_over: Floats


def read(path: Path) -> Turns:
    dialogue: list[int] = []
    turn: list[int] = []
    customer: list[float] = []
    terms: list[Counter[str]] = []
    label: list[float] = []
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for place, line in enumerate(file):
            said = json.loads(line)
            for nth, (role, text, hand_over) in enumerate(
                zip(said["role"], said["tokens"], said["handoff"], strict=True)
            ):
                words = [f"{role[0]}{word}" for word in text.split()]  # the same word of a customer is another
                pairs = [f"{one} {other}" for one, other in pairwise(words)]
                dialogue.append(place)
                turn.append(nth)
                customer.append(float(role == "customer"))
                terms.append(Counter(words + pairs))
                label.append(float(hand_over))
    return Turns(np.array(dialogue), np.array(turn), np.array(customer), terms, np.array(label))


def columns(turns: Turns, seen: NDArray[np.bool_]) -> Floats:
    """Directions of weighted words of the turn and the one before, who speaks, how far the dialogue is, what repeats.

    Which words count, and how rare they are, comes from the seen turns alone.
    """
    held: Counter[str] = Counter()
    for place in np.flatnonzero(seen):
        held.update(turns.terms[place].keys())
    kept = {term: column for column, term in enumerate(term for term, count in held.items() if count > 1)}
    rarity = 1 + np.log((1 + seen.sum()) / (1 + np.array([held[term] for term in kept])))
    cells = [
        (place, kept[term], (1 + np.log(count)) * rarity[kept[term]])
        for place, terms in enumerate(turns.terms)
        for term, count in terms.items()
        if term in kept
    ]
    row, column, weight = (np.array(one) for one in zip(*cells, strict=True))
    words = sparse.csr_array((weight, (row, column)), shape=(len(turns.terms), len(kept)))
    words = sparse.diags_array(1 / np.maximum(linalg.norm(words, axis=1), 1e-9)) @ words
    first = turns.turn == 0
    before = sparse.diags_array((~first).astype(np.float64)) @ sparse.vstack([words[:1] * 0, words[:-1]])
    both = sparse.hstack([words, 0.7 * before]).tocsr()
    _, _, directions = linalg.svds(both[np.flatnonzero(seen)], k=DIRECTIONS, random_state=1)
    further = np.column_stack(
        [
            np.ones(len(first)),
            turns.is_customer,
            np.log1p(turns.turn),
            np.asarray((words * before).sum(axis=1)).ravel(),
            [np.log1p(sum(terms.values())) for terms in turns.terms],
            first,
        ]
    )
    return np.column_stack([further, both @ directions.T])


def chances(turns: Turns) -> Floats:
    """P(hand over), each dialogue judged by a model that never saw it; both kinds of turn weigh the same."""
    found = np.empty(len(turns.hand_over))
    for fold in range(FOLDS):
        asked = turns.dialogue % FOLDS == fold
        x = columns(turns, ~asked)
        ridge = np.full(x.shape[1], RIDGE)
        ridge[:6] = 0.1
        weights = fit_logistic(x[~asked], turns.hand_over[~asked], ridge)
        found[asked] = expit(x[asked] @ weights)
    return found


def threshold(turns: Turns, chance: Floats) -> Floats:
    """Shape (n,); above which a turn is handed over: as often as among the other folds' turns."""
    limit = np.empty(len(chance))
    for fold in range(FOLDS):
        asked = turns.dialogue % FOLDS == fold
        best = max(
            np.quantile(chance[~asked], np.linspace(0.5, 0.98, 49)),
            key=lambda one: f1(turns.hand_over[~asked], (chance[~asked] > one).astype(np.float64)),
        )
        limit[asked] = best
    return limit


def f1(truth: Floats, said: Floats) -> float:
    both = float((truth * said).sum())
    return 2 * both / max(float(truth.sum() + said.sum()), 1e-9)


def area(truth: Floats, chance: Floats) -> float:
    """P(a turn to hand over has the higher chance), ties half."""
    ranks, good = rankdata(chance), int(truth.sum())
    return float((ranks[truth == 1].sum() - good * (good + 1) / 2) / (good * (len(truth) - good)))


def golden_transfer(turns: Turns, said: Floats, tolerance: int) -> float:
    """Mean over dialogues: of the turns to hand over, how near the nearest one handed over lies, less false alarms.

    1 where no turn is to be handed over and none is. Each true turn counts 1 − distance / (tolerance + 1) if somebody
    was called within the tolerance, and the sum is divided by the larger count of true and called turns.

    Source: after Liu et al. (2021), AAAI 35, 5871–5879; ours, so figures are not comparable with published ones.
    """
    scores = []
    for dialogue in np.unique(turns.dialogue):
        rows = turns.dialogue == dialogue
        true, called = np.flatnonzero(turns.hand_over[rows]), np.flatnonzero(said[rows])
        if not len(true):
            scores.append(float(not len(called)))
            continue
        near = [
            max(0.0, 1 - float(np.abs(called - one).min()) / (tolerance + 1)) if len(called) else 0.0 for one in true
        ]
        scores.append(sum(near) / max(len(true), len(called)))
    return float(np.mean(scores))


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    folder = parser.parse_args().data / "handoff_mhch"
    for corpus, (least_f1, least_area) in FLOORS.items():
        turns = read(folder / f"{corpus}_eval.jsonl.gz")
        chance = chances(turns)
        said = (chance > threshold(turns, chance)).astype(np.float64)
        truth = turns.hand_over
        found, under = f1(truth, said), area(truth, chance)
        macro = (found + f1(1 - truth, 1 - said)) / 2
        when = ", ".join(f"GT-{tolerance} {golden_transfer(turns, said, tolerance):.3f}" for tolerance in (0, 1, 2, 3))
        never = golden_transfer(turns, np.zeros(len(truth)), 1)
        print(
            f"{corpus}: {len(np.unique(turns.dialogue))} dialogues, {len(truth):,} turns, {truth.mean():.1%} to hand "
            f"over; F1 {found:.3f}, macro F1 {macro:.3f}, area under the curve {under:.3f}; {when} "
            f"(nothing handed over: GT-1 {never:.3f})",
            flush=True,
        )
        print(f"  floor: F1 {least_f1:.3f}, area under the curve {least_area:.3f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
