"""Peers: EconML, CausalML and scikit-uplift on Hillstrom's e-mail experiment: what an e-mail adds, and for whom.

    hillstrom_evaluation.py DATA [--splits 10]     part of `make evaluate`; DATA/hillstrom_email/customers.parquet

A real experiment of three equal arms (a mail about men's or women's goods, or none). Each mail against none: the
difference in visits by `tillit evaluate`'s scores, by the plain difference of two means, and by EconML's
LinearDRLearner where it is installed; all must lie within half a standard error of the first. Then who is mailed first:
the pooled logistic that proposals are learnt with, on halves of the customers, beside the peers' learners, by a Qini
coefficient computed here for all alike. Peers are no dependency: run this program in an environment that has them. Exit
code 1 if the effects disagree.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from tillit.evaluation.decisions import Decisions, Floats, Ints
from tillit.evaluation.evaluate import evaluate
from tillit.evaluation.outcome_model import Design, predicted
from tillit.readiness.logistic import fit_logistic

ARMS = ("Womens E-Mail", "Mens E-Mail")
NONE = "No E-Mail"
WORDS = ("zip_code", "channel")
NUMBERS = ("recency", "history", "mens", "womens", "newbie")

Ranking = Callable[[Decisions, Ints, Ints], Floats]  # gains of the asked rows, learnt from the seen ones


def decisions_of(table: pa.Table, arm: str) -> Decisions:
    """One arm against none: "a person" is the mail, "a machine" is no mail; half and half between the two."""
    segment = np.array(table["segment"].to_pylist())
    rows = np.flatnonzero((segment == arm) | (segment == NONE))
    columns, names = [table[name].to_numpy()[rows].astype(np.float64) for name in NUMBERS], list(NUMBERS)
    for word in WORDS:
        values = np.array(table[word].to_pylist())[rows]
        for value in sorted(set(values.tolist()))[1:]:
            columns.append((values == value).astype(np.float64))
            names.append(f"{word} {value}")
    count = len(rows)
    return Decisions(
        customer=np.arange(count),
        at_days=np.zeros(count),
        stage=np.zeros(count, np.int64),
        stages=("mail",),
        actions=("machine", "person"),
        machine=0,
        person=1,
        eligible=np.ones((count, 2), np.bool_),
        propensity=np.full((count, 2), 0.5),
        action=(segment[rows] == arm).astype(np.int64),
        outcome=table["visit"].to_numpy()[rows].astype(np.float64),
        delay_days=None,
        context=np.column_stack(columns),
        context_names=tuple(names),
        value=None,
        reward=None,
    )


def plain(decisions: Decisions) -> tuple[float, float]:
    """Difference of two means, and its standard error."""
    groups = [decisions.outcome[decisions.action == action] for action in (1, 0)]
    return float(groups[0].mean() - groups[1].mean()), float(np.sqrt(sum(one.var(ddof=1) / len(one) for one in groups)))


def by_econml(decisions: Decisions) -> tuple[float, float] | None:
    """The same from EconML, its propensities estimated; None where it is not installed."""
    try:
        from econml.dr import LinearDRLearner  # type: ignore[import-not-found,unused-ignore]
        from sklearn.linear_model import LogisticRegression  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        return None
    learner = LinearDRLearner(model_propensity=LogisticRegression(max_iter=1000), random_state=1)
    learner.fit(decisions.outcome, decisions.action, X=_standardised(decisions.context))
    found = learner.ate_inference(_standardised(decisions.context))
    return float(found.mean_point), float(found.stderr_mean)


def pooled_logistic(decisions: Decisions, seen: Ints, asked: Ints) -> Floats:
    """What proposals are learnt with."""
    design = Design(decisions)
    weights = fit_logistic(design.taken(decisions.action, seen), decisions.outcome[seen], design.ridge)
    chances = predicted(design, weights, asked, actions=2)
    gain: Floats = chances[:, 1] - chances[:, 0]
    return gain


def response(decisions: Decisions, seen: Ints, asked: Ints) -> Floats:
    """No uplift at all: who visits anyway comes first."""
    x = np.column_stack([np.ones(len(decisions)), _standardised(decisions.context)])
    weights = fit_logistic(x[seen], decisions.outcome[seen], np.full(x.shape[1], 0.1))
    gain: Floats = x[asked] @ weights
    return gain


def peers() -> dict[str, Ranking]:
    """Learners of what is installed here."""
    found: dict[str, Ranking] = {}
    try:
        from econml.dr import LinearDRLearner
        from sklearn.linear_model import LogisticRegression

        def linear_dr(decisions: Decisions, seen: Ints, asked: Ints) -> Floats:
            x = _standardised(decisions.context)
            learner = LinearDRLearner(model_propensity=LogisticRegression(max_iter=1000), random_state=1)
            learner.fit(decisions.outcome[seen], decisions.action[seen], X=x[seen])
            return np.asarray(learner.effect(x[asked]), np.float64)

        found["EconML LinearDRLearner"] = linear_dr
    except ImportError:
        print("EconML is not here")
    try:
        from sklearn.linear_model import LogisticRegression
        from sklift.models import TwoModels  # type: ignore[import-not-found,unused-ignore]

        def two_models(decisions: Decisions, seen: Ints, asked: Ints) -> Floats:
            x = _standardised(decisions.context)
            model = TwoModels(LogisticRegression(max_iter=1000), LogisticRegression(max_iter=1000))
            model.fit(x[seen], decisions.outcome[seen].astype(int), decisions.action[seen])
            return np.asarray(model.predict(x[asked]), np.float64)

        found["scikit-uplift TwoModels, logistic"] = two_models
    except ImportError:
        print("scikit-uplift is not here")
    try:
        from causalml.inference.tree import (  # type: ignore[import-not-found,unused-ignore]
            UpliftRandomForestClassifier,
        )

        def uplift_forest(decisions: Decisions, seen: Ints, asked: Ints) -> Floats:
            forest = UpliftRandomForestClassifier(
                control_name="none", n_estimators=20, max_depth=5, min_samples_leaf=200, random_state=1, n_jobs=1
            )
            words = np.where(decisions.action == 1, "mail", "none")
            forest.fit(decisions.context[seen], words[seen], decisions.outcome[seen].astype(int))
            return np.asarray(forest.predict(decisions.context[asked])).reshape(-1).astype(np.float64)

        found["CausalML UpliftRandomForest, 20 trees"] = uplift_forest
    except ImportError:
        print("CausalML is not here")
    return found


def qini(decisions: Decisions, gain: Floats) -> float:
    """Area between the Qini curve and a random order, as a share of a perfect order's (Radcliffe 2007)."""

    def area(order: Ints) -> float:
        mailed, visited = decisions.action[order] == 1, decisions.outcome[order]
        treated, control = np.cumsum(mailed), np.cumsum(~mailed)
        ratio = np.divide(treated, control, out=np.zeros(len(order)), where=control > 0)
        curve = np.cumsum(visited * mailed) - np.cumsum(visited * ~mailed) * ratio
        straight = curve[-1] * np.arange(1, len(order) + 1) / len(order)
        return float((curve - straight).sum())

    helped = np.where(decisions.action == 1, decisions.outcome, -decisions.outcome)
    return area(np.argsort(-gain, kind="stable")) / area(np.argsort(-helped, kind="stable"))


def _standardised(context: Floats) -> Floats:
    scaled: Floats = (context - context.mean(axis=0)) / context.std(axis=0)
    return scaled


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--splits", type=int, default=10)
    args = parser.parse_args()
    warnings.simplefilter("ignore")  # the peers', about each other's versions
    table = pa.parquet.read_table(args.data / "hillstrom_email" / "customers.parquet")
    rankings: dict[str, Ranking] = {"tillit, pooled logistic": pooled_logistic, "response, no uplift": response}
    rankings |= peers()
    missed = 0
    for arm in ARMS:
        decisions = decisions_of(table, arm)
        overall = evaluate(decisions).overall
        effect, error = overall.person_minus_machine or 0.0, ((overall.high or 0.0) - (overall.low or 0.0)) / 3.92
        print(f"{arm}: {len(decisions):,} customers, visits")
        print(f"  tillit {effect * 100:+.3f} points, error {error * 100:.3f}")
        for name, found in (
            ("difference of means", plain(decisions)),
            ("EconML LinearDRLearner", by_econml(decisions)),
        ):
            if found is not None:
                print(f"  {name} {found[0] * 100:+.3f}, error {found[1] * 100:.3f}")
                missed += abs(found[0] - effect) > 0.5 * error
        for name, rank in rankings.items():
            values = []
            for split in range(args.splits):
                rng = np.random.default_rng([split, 61])
                half = rng.permutation(len(decisions))
                seen, asked = np.sort(half[: len(half) // 2]), np.sort(half[len(half) // 2 :])
                values.append(qini(decisions.take(asked), rank(decisions, seen, asked)))
            print(f"  Qini {np.mean(values):.4f} ± {np.std(values):.4f}  {name}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
