"""`make bench-spark`: the work that one event costs on Spark, from one million events to fifty.

Spark runs on this machine with a task for each core, so what is compared is work, not how many machines share it. CPU
seconds are those of Spark and of all Python processes that it starts; its start is told apart, since it is the same
for any size.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Self

import psutil

from bench.__main__ import LARGE, MADE, SIZES, prepare
from bench.prepare import CONTRACT
from bench.programs import STEPS, WITHIN_DAYS, graph_answer
from bench.windows import by_windows
from tillit.engine.on_spark import SparkParts, spark_session
from tillit.journeys.build import build_store
from tillit.journeys.funnel import FunnelSpec
from tillit.journeys.graph import overview
from tillit.journeys.stage_rules import default_stage_rules
from tillit.journeys.store import OrderedStore
from tillit.journeys.view import CaseRule, View
from tillit.reports.page import render
from tillit.reports.report import report
from tillit.vocabulary import Purpose

MASTER = "local[2]"
BY_WINDOWS = "graph by Spark's own windows"


class CpuSeen:
    """CPU seconds of this process and all that it started, those that have ended included.

    Spark ends idle Python workers without waiting for them, and what they used then stands nowhere. So all are looked
    at every second, and the last look at each counts.
    """

    def __init__(self) -> None:
        self._seconds: dict[tuple[int, float], float] = {}
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look_again, daemon=True)

    def __enter__(self) -> Self:
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watch.join()

    def seconds(self) -> float:
        """So far."""
        me = psutil.Process()
        for process in (me, *me.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                self._seconds[process.pid, process.create_time()] = times.user + times.system
        return sum(self._seconds.values())

    def _look_again(self) -> None:
        while not self._over.wait(1):
            self.seconds()


def measured(cpu: CpuSeen, label: str, events: int, work: Callable[[], Any]) -> Any:
    """Run once and print wall and CPU seconds, and CPU microseconds an event."""
    before, wall = cpu.seconds(), time.perf_counter()
    answer = work()
    used, wall = cpu.seconds() - before, time.perf_counter() - wall
    print(f"  {label:34}{used:9.2f}{wall:9.2f}{used / events * 1e6:12.2f}", flush=True)
    return answer


def compare(events: int, folder: Path, session: Any) -> bool:
    """Print one size's figures; False if both ways to the graph were gone and disagree."""
    print(f"\n{events:,} events, {MASTER}", flush=True)
    print(f"  {'':34}{'CPU s':>9}{'wall s':>9}{'CPU µs/event':>14}", flush=True)
    with tempfile.TemporaryDirectory(dir=folder) as made, CpuSeen() as cpu:
        work, once = Path(made), partial(measured, cpu)
        run = SparkParts(session, work / "answers")
        store = work / "store"
        once("building the store", events, lambda: build_store([folder / CONTRACT], [], store, run=run))
        opened = OrderedStore.open(store, run=run)
        graph = once("graph, exact median and p90", events, lambda: overview(View(opened, purpose=Purpose.MEASUREMENT)))

        def page() -> str:
            view = View(opened, CaseRule("order", 30), purpose=Purpose.MEASUREMENT)
            funnel_spec = FunnelSpec(STEPS, within_seconds=WITHIN_DAYS * 86_400)
            return render(report(view, default_stage_rules(), timezone="Europe/Stockholm", funnel_spec=funnel_spec))

        once("whole report", events, page)
        session.read.parquet(str(folder / CONTRACT)).createOrReplaceTempView("events")
        rows = once(BY_WINDOWS, events, lambda: by_windows(session))
    if rows is None:
        print(f"  {BY_WINDOWS:34}ran out of Spark's memory, so there is nothing to compare", flush=True)
        return True
    here = graph_answer({(arrow.source, arrow.target): arrow.count for arrow in graph.follows})
    there = graph_answer({(row["source"], row["target"]): row["count"] for row in rows})
    if here != there:
        print(f"  the two graphs differ: {here} ≠ {there}")
    return here == there


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench-spark", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--large", action="store_true", help="50M events too")
    parser.add_argument("--events", type=lambda text: int(text.replace("_", "")), help="only this many events")
    parser.add_argument("--folder", type=Path, help="keep the made events here, for the next run")
    arguments = parser.parse_args()
    sizes = [arguments.events] if arguments.events else [*SIZES, *([LARGE] if arguments.large else [])]
    agreed = True
    with tempfile.TemporaryDirectory(prefix="tillit-bench-") as made:
        for events in sizes:
            folder = (arguments.folder or Path(made)) / str(events)
            folder.mkdir(parents=True, exist_ok=True)
            prepare(folder, events, MADE[:2])
            started = time.perf_counter()
            with spark_session(MASTER) as session:
                # The first job loads what later ones find loaded; that is part of starting.
                SparkParts(session, folder / "start")(abs, range(4))
                print(f"\nSpark was ready after {time.perf_counter() - started:.1f} s")
                agreed &= compare(events, folder, session)
    return 0 if agreed else 1


if __name__ == "__main__":
    sys.exit(main())
