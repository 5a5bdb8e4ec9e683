"""How much work it is to evaluate decisions, and to learn a rule from them: `python -m bench.evaluating`.

Beside every figure stands a plain scan: one DuckDB `group by customer` over the same file. Each work runs in a process
of its own, alone; imports and the making of the file are left out.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

SIZES = (10_000, 100_000, 1_000_000)
MOMENTS = 2.5  # a customer has in the mean
RESULT = "result: "


def make(path: Path, decisions: int) -> None:
    """A log of simulated decisions, as `tillit export-decisions` writes one."""
    from tillit.simulate.meetings import ACTIONS, CONTEXT, STAGES, market

    made = market(round(decisions / MOMENTS), np.random.default_rng(1)).decisions
    kinds = (
        [f"eligible_{name}" for name in ACTIONS],
        [f"p_{name}" for name in ACTIONS],
    )
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["customer", "t", "stage", *CONTEXT, *kinds[0], *kinds[1], "action", "outcome", "reward"])
        for place in range(len(made)):
            rows.writerow(
                [
                    f"c{made.customer[place]}",
                    made.at_days[place],
                    STAGES[made.stage[place]],
                    *made.context[place],
                    *made.eligible[place].astype(int),
                    *made.propensity[place],
                    ACTIONS[made.action[place]],
                    int(made.outcome[place]),
                    made.reward[place] if made.reward is not None else "",
                ]
            )


def scan(path: Path) -> Callable[[], Any]:
    import duckdb

    def work() -> Any:
        asked = "select sum(n) from (select customer, count(*) n, avg(outcome) from read_csv(?) group by customer)"
        return duckdb.connect().execute(asked, [str(path)]).fetchall()[0][0]

    return work


def read(path: Path) -> Callable[[], Any]:
    from tillit.evaluation.read_decisions import read_decisions

    return lambda: len(read_decisions(path).decisions)


def evaluated(path: Path) -> Callable[[], Any]:
    from tillit.evaluation.evaluate import evaluate
    from tillit.evaluation.read_decisions import read_decisions

    def work() -> Any:
        return evaluate(read_decisions(path).decisions).decisions

    return work


def learnt(path: Path) -> Callable[[], Any]:
    from tillit.evaluation.learning import propose
    from tillit.evaluation.read_decisions import read_decisions
    from tillit.simulate.judging import machine

    def work() -> Any:
        decisions = read_decisions(path).decisions
        propose(decisions, machine, rng=np.random.default_rng(1))
        return len(decisions)

    return work


WORKS = {
    "plain scan, DuckDB": scan,
    "reading and checking the file": read,
    "reading, and evaluating it": evaluated,
    "reading, and learning a rule": learnt,
}


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def measured(name: str, path: Path) -> dict[str, Any]:
    """One work in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.evaluating", "--work", name, "--file", str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    line = next(line for line in done.stdout.splitlines() if line.startswith(RESULT))
    found: dict[str, Any] = json.loads(line.removeprefix(RESULT))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.evaluating", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--decisions", type=lambda text: int(text.replace("_", "")), help="only this many")
    parser.add_argument("--work", choices=sorted(WORKS), help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        work = WORKS[arguments.work](arguments.file)
        cpu, wall = _cpu_seconds(), time.perf_counter()
        answer = work()
        told = {
            "cpu": _cpu_seconds() - cpu,
            "wall": time.perf_counter() - wall,
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "answer": int(answer),
        }
        print(RESULT + json.dumps(told))
        return 0
    with tempfile.TemporaryDirectory(prefix="tillit-bench-") as folder:
        for decisions in [arguments.decisions] if arguments.decisions else SIZES:
            path = Path(folder) / f"{decisions}.csv"
            make(path, decisions)
            print(f"\nabout {decisions:,} decisions, {path.stat().st_size / 1e6:.0f} MB", flush=True)
            print(f"  {'':34}{'CPU s':>8}{'× scan':>9}{'wall s':>9}{'peak MB':>9}")
            limit = None
            for name in WORKS:
                run = measured(name, path)
                limit = limit or run["cpu"]
                figures = f"{run['cpu']:8.2f}{run['cpu'] / limit:9.1f}{run['wall']:9.2f}{run['peak']:9.0f}"
                print(f"  {name:34}{figures}  {run['answer']:,} decisions", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
