"""Readiness beside scikit-learn and LightGBM on public leads, on later rows that taught nobody.

    readiness_evaluation.py DATA       part of `make evaluate`

DATA/bank_telemarketing (calls.parquet, UCI 222), DATA/online_shoppers (sessions.parquet, UCI 468) and
DATA/olist_marketing_funnel (two tables): the first four fifths of the rows teach, the last fifth tests. Calls and leads
are in the order of time; sessions are not, so their later rows are no later. Peers get the columns that ours uses.

Peers are not dependencies: `pip install scikit-learn lightgbm` beside tillit; without them ours alone is judged. Exit
code 1 if a column of afterwards is not found, the bank's calls are said worse than AUC 0.73 or log loss 0.58, or the
log loss of scikit-learn's logistic is lower by more than 0.01.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray
from scipy.special import expit, logit

from tillit.readiness import boosted
from tillit.readiness.encoding import encode
from tillit.readiness.leads import TEACHING_SHARE, leads
from tillit.readiness.logistic import Floats
from tillit.readiness.quality import Quality, quality

BANK_AUC, BANK_LOG_LOSS, PEER_MARGIN = 0.73, 0.58, 0.01


@dataclass(frozen=True, slots=True)
class Table:
    """Columns in their order, the outcome, and a column that was written after it, if there is one."""

    name: str
    columns: dict[str, pa.Array]
    outcome: Floats
    written_after: str | None = None
    vouched: tuple[str, ...] = ()


def main() -> int:
    data = Path(sys.argv[1])
    judged = [_judge(one) for one in (_bank(data), *_shoppers(data), _olist(data))]
    return 0 if all(judged) else 1


def _judge(table: Table) -> bool:
    found = leads(
        table.columns, table.outcome, known_before=table.vouched, known_after=(), rng=np.random.default_rng(1)
    )
    left = {one.column for one in found.left}
    print(
        f"\n{table.name}: {found.rows:,} rows, {found.outcomes:,} with the outcome; not used: {sorted(left) or 'none'}"
    )
    teaching = round(TEACHING_SHARE * len(table.outcome))
    used = {name: column for name, column in table.columns.items() if name not in left}
    said: dict[str, Floats] = {}
    if found.tested is not None and found.refusal is None:
        said["tillit, logistic"] = found.chances[teaching:]
    else:
        print(f"  refused: {found.refusal}")
    said["tillit, boosted stumps"] = _stumps(used, table.outcome, teaching)
    said |= dict(_peers(used, table.outcome, teaching))
    later, share = table.outcome[teaching:] == 1, float(table.outcome[:teaching].mean())
    judged: dict[str, Quality] = {}
    for name, chance in said.items():
        one = quality(chance, later, constant=share, rng=np.random.default_rng(1))
        assert one is not None
        judged[name] = one
        best_half = later[np.argsort(-chance, kind="stable")[: len(later) // 2]].sum() / later.sum()
        print(
            f"  {name:<24} AUC {one.auc:.3f}  log loss {one.log_loss:.4f} (one number {one.constant_log_loss:.4f})  "
            f"ECE {one.calibration_error:.3f} (perfect {one.perfect_error:.3f})  lift {one.lift:.1f}  "
            f"in the best half {best_half:.0%}"
        )
    return _is_good(table, left, judged)


def _is_good(table: Table, left: set[str], judged: dict[str, Quality]) -> bool:
    good = table.written_after is None or table.written_after in left
    ours, peer = judged.get("tillit, logistic"), judged.get("scikit-learn, logistic")
    if table.name == "bank_telemarketing":
        good &= ours is not None and ours.auc >= BANK_AUC and ours.log_loss <= BANK_LOG_LOSS
    if ours is not None and peer is not None:
        good &= ours.log_loss <= peer.log_loss + PEER_MARGIN
    return good


def _stumps(columns: dict[str, pa.Array], outcome: Floats, teaching: int) -> Floats:
    """As many steps as help the last fifth of the rows that teach, then as many on all of them."""
    teaches = np.arange(len(outcome)) < teaching
    binned = boosted.cut(encode(columns, teaches)[0].x)
    earlier = np.arange(len(outcome)) < round(TEACHING_SHARE * teaching)
    kept = teaches & ~earlier
    score, losses = np.full(kept.sum(), logit(outcome[earlier].mean())), []
    sign = np.where(outcome[kept] == 1, -1.0, 1.0)
    for step in islice(boosted.steps(binned, earlier, outcome), boosted.MOST_ROUNDS):
        score = score + np.where(binned.code[kept, step.feature] <= step.last_left, step.left, step.right)
        losses.append(float(np.logaddexp(0, sign * score).mean()))
    taken = list(islice(boosted.steps(binned, teaches, outcome), int(np.argmin(losses)) + 1))
    adds = [one[code] for one, code in zip(boosted.heights(binned, taken), binned.code.T, strict=True)]
    chance: Floats = expit(logit(outcome[teaches].mean()) + np.sum(adds, axis=0))[teaching:]
    return chance


def _peers(columns: dict[str, pa.Array], outcome: Floats, teaching: int) -> Iterator[tuple[str, Floats]]:
    names, texts, x = _plain(columns)
    y = outcome[:teaching]
    try:
        compose, linear, pipeline, pre, trees = (
            importlib.import_module(f"sklearn.{part}")
            for part in ("compose", "linear_model", "pipeline", "preprocessing", "ensemble")
        )
    except ImportError:
        print("  scikit-learn is not installed")
    else:
        prepared = compose.ColumnTransformer(
            [
                ("text", pre.OneHotEncoder(handle_unknown="ignore"), texts),
                ("number", pre.StandardScaler(), [place for place in range(len(names)) if place not in texts]),
            ]
        )
        logistic = pipeline.make_pipeline(prepared, linear.LogisticRegression(max_iter=2000))
        yield "scikit-learn, logistic", _fitted(logistic, x, y, teaching)
        histogram = trees.HistGradientBoostingClassifier(
            max_iter=200, max_leaf_nodes=15, learning_rate=0.05, categorical_features=texts, random_state=1
        )
        yield "scikit-learn, HistGB", _fitted(histogram, x, y, teaching)
    try:
        lightgbm = importlib.import_module("lightgbm")
    except ImportError:
        print("  LightGBM is not installed")
        return
    rows = lightgbm.Dataset(x[:teaching], y, categorical_feature=texts)
    asked = {"objective": "binary", "num_leaves": 15, "learning_rate": 0.05, "verbose": -1, "seed": 1}
    machine = lightgbm.train(asked, rows, num_boost_round=200)
    yield "LightGBM", np.asarray(machine.predict(x[teaching:]), np.float64)


def _fitted(model: Any, x: Floats, y: Floats, teaching: int) -> Floats:
    model.fit(x[:teaching], y)
    return np.asarray(model.predict_proba(x[teaching:])[:, 1], np.float64)


def _plain(columns: dict[str, pa.Array]) -> tuple[list[str], list[int], Floats]:
    """Names, the places of texts, and all values as numbers: texts as codes."""
    texts, values = [], []
    for place, column in enumerate(columns.values()):
        if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
            values.append(np.nan_to_num(column.cast(pa.float64()).to_numpy(zero_copy_only=False)))
        else:
            texts.append(place)
            codes = pc.dictionary_encode(column.cast(pa.string()).fill_null("")).indices
            # No peer takes more than 255 kinds; the rest together.
            values.append(np.minimum(codes.to_numpy(zero_copy_only=False), 200).astype(np.float64))
    return list(columns), texts, np.column_stack(values)


def _bank(data: Path) -> Table:
    table = _columns(data / "bank_telemarketing" / "calls.parquet", order="row_id")
    return Table("bank_telemarketing", *_without(table, "y", "yes"), written_after="duration")


def _shoppers(data: Path) -> Iterator[Table]:
    table = _columns(data / "online_shoppers" / "sessions.parquet", order="row_id")
    columns, outcome = _without(table, "Revenue", "true")
    yield Table("online_shoppers", columns, outcome, written_after="PageValues")
    yield Table("online_shoppers, PageValues vouched for", columns, outcome, vouched=("PageValues",))


def _olist(data: Path) -> Table:
    leads_of = _columns(data / "olist_marketing_funnel" / "qualified_leads.parquet", order="first_contact_date")
    closed = pq.read_table(data / "olist_marketing_funnel" / "closed_deals.parquet", columns=["mql_id"])["mql_id"]
    won = pc.is_in(leads_of["mql_id"], value_set=closed.combine_chunks())
    columns = {name: leads_of[name] for name in ("landing_page_id", "origin")}
    months = [str(day)[5:7] for day in leads_of["first_contact_date"].to_pylist()]
    return Table("olist_marketing_funnel", {**columns, "month": pa.array(months)}, _as_floats(won))


def _columns(path: Path, *, order: str) -> dict[str, pa.Array]:
    table = pq.read_table(path).sort_by(order)
    return {name: table[name].combine_chunks() for name in table.column_names}


def _without(columns: dict[str, pa.Array], outcome: str, yes: str) -> tuple[dict[str, pa.Array], Floats]:
    is_yes = pc.equal(pc.utf8_lower(columns[outcome].cast(pa.string())), yes)
    return {name: one for name, one in columns.items() if name not in (outcome, "row_id")}, _as_floats(is_yes)


def _as_floats(flags: pa.Array) -> NDArray[np.float64]:
    floats: NDArray[np.float64] = flags.to_numpy(zero_copy_only=False).astype(np.float64)
    return floats


if __name__ == "__main__":
    sys.exit(main())
