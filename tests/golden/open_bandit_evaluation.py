"""Peer: obp 0.4.1 on Open Bandit: what would random recommendations have been clicked, from a log of Thompson sampling?

    open_bandit_evaluation.py DATA     part of `make evaluate`; DATA/open_bandit/{bts,random}_{all,men}.parquet

IPS, SNIPS and the doubly robust value by `tillit.evaluation.scores`, by a plain loop, and by obp where it is installed
(pip install --no-deps obp, with its torch left out: only its gradients need it). All three get the same click model.
They must agree to a relative 1e-9; the truth is the click rate of the random policy that ran at the same time. Exit
code 1 if they do not.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from tillit.evaluation.decisions import Decisions, Floats, Ints
from tillit.evaluation.scores import aipw, clustered, effective_size, importance

CAMPAIGNS = ("all", "men")
SMOOTHED = 200.0  # views of an item that count as if they were everybody's

TORCH = ("torch", "torch.nn", "torch.nn.functional", "torch.optim", "torch.utils", "torch.utils.data")


class _NoTorch(MagicMock):
    """In place of 4 GB that obp imports and these estimators never call."""

    Module = Dataset = Tensor = type("Nothing", (), {})


@dataclass(frozen=True, slots=True)
class Log:
    """n recommendations of one of k items; shapes (n,)."""

    item: Ints
    position: Ints
    clicked: Floats
    propensity: Floats
    items: int


def read(path: Path) -> Log:
    table = pa.parquet.read_table(path, columns=["item_id", "position", "click", "propensity_score"])
    item, position, clicked, propensity = (
        column.to_numpy() for column in (table.column(name) for name in table.column_names)
    )
    return Log(item.astype(np.int64), position.astype(np.int64) - 1, clicked.astype(np.float64), propensity, 0)


def click_model(log: Log, items: int) -> Floats:
    """Shape (n, k); each item's click rate from the other half of the rows, shrunk to everybody's."""
    half = np.arange(len(log.item)) % 2
    model = np.empty((len(log.item), items))
    for side in (0, 1):
        rows = half != side
        views = np.bincount(log.item[rows], minlength=items)
        clicks = np.bincount(log.item[rows], log.clicked[rows], minlength=items)
        model[half == side] = (clicks + SMOOTHED * log.clicked[rows].mean()) / (views + SMOOTHED)
    return model


def ours(log: Log, items: int, model: Floats) -> tuple[dict[str, float], float, float]:
    """Values, the effective size, and half the width of the doubly robust range."""
    count = len(log.item)
    propensity = np.full((count, items), np.nan)
    propensity[np.arange(count), log.item] = log.propensity
    decisions = Decisions(
        customer=np.arange(count),  # the log names nobody: each view by itself
        at_days=np.arange(count, dtype=np.float64),
        stage=np.zeros(count, np.int64),
        stages=("all",),
        actions=tuple(map(str, range(items))),
        machine=0,
        person=1,
        eligible=np.ones((count, items), np.bool_),
        propensity=propensity,
        action=log.item,
        outcome=log.clicked,
        delay_days=None,
        context=np.empty((count, 0)),
        context_names=(),
        value=None,
        reward=None,
    )
    target = np.full((count, items), 1 / items)
    weight = importance(decisions, target)
    estimate = clustered(aipw(decisions, target, log.clicked, model, np.ones(count)), decisions.customer)
    values = {
        "IPS": float((weight * log.clicked).mean()),
        "SNIPS": float((weight * log.clicked).sum() / weight.sum()),
        "DR": estimate.value,
    }
    return values, effective_size(weight), estimate.high - estimate.value


def by_hand(log: Log, items: int, model: Floats) -> dict[str, float]:
    """The textbook's sums, a row at a time."""
    weighted = weights = robust = 0.0
    for row in range(len(log.item)):
        weight = 1 / items / float(log.propensity[row])
        clicked, expected = float(log.clicked[row]), [float(one) for one in model[row]]
        weights += weight
        weighted += weight * clicked
        robust += sum(expected) / items + weight * (clicked - expected[int(log.item[row])])
    count = len(log.item)
    return {"IPS": weighted / count, "SNIPS": weighted / weights, "DR": robust / count}


def by_obp(log: Log, items: int, model: Floats) -> dict[str, float] | None:
    """None where obp is not installed."""
    for name in TORCH:
        sys.modules.setdefault(name, _NoTorch(name=name))
    try:
        from obp import ope  # type: ignore[import-not-found,unused-ignore]
    except ImportError as error:
        print(f"obp is not here ({error})")
        return None
    positions = int(log.position.max()) + 1
    common: dict[str, Any] = {
        "reward": log.clicked,
        "action": log.item,
        "position": log.position,
        "pscore": log.propensity,
        "action_dist": np.full((len(log.item), items, positions), 1 / items),
    }
    expected = np.repeat(model[:, :, None], positions, axis=2)
    return {
        "IPS": float(ope.InverseProbabilityWeighting().estimate_policy_value(**common)),
        "SNIPS": float(ope.SelfNormalizedInverseProbabilityWeighting().estimate_policy_value(**common)),
        "DR": float(ope.DoublyRobust().estimate_policy_value(**common, estimated_rewards_by_reg_model=expected)),
    }


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    folder = parser.parse_args().data / "open_bandit"
    missed = 0
    for campaign in CAMPAIGNS:
        log, random = read(folder / f"bts_{campaign}.parquet"), read(folder / f"random_{campaign}.parquet")
        items = 1 + int(max(log.item.max(), random.item.max()))
        model = click_model(log, items)
        found, size, half = ours(log, items, model)
        peers = {"plain loop": by_hand(log, items, model), "obp": by_obp(log, items, model)}
        error = float(np.sqrt(random.clicked.mean() * (1 - random.clicked.mean()) / len(random.clicked)))
        print(
            f"{campaign}: {len(log.item):,} views, {int(log.clicked.sum())} clicks; as good as {size:.0f}, largest "
            f"weight {(1 / items / log.propensity).max():.0f}; truth {random.clicked.mean():.3%} ± {1.96 * error:.3%}"
        )
        for name, value in found.items():
            told = [f"{peer} {values[name]:.6%}" for peer, values in peers.items() if values is not None]
            print(f"  {name:6} tillit {value:.6%}{f' ± {half:.3%}' if name == 'DR' else ''}, {', '.join(told)}")
            for values in peers.values():
                missed += values is not None and not np.isclose(value, values[name], rtol=1e-9, atol=0)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
