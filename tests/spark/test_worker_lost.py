"""A worker that is killed in the middle of a report changes nothing in it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar
from uuid import uuid4

import pytest

from tests.spark.cluster import Cluster
from tillit.engine.on_spark import SparkParts
from tillit.engine.parts import MapParts, map_parts
from tillit.journeys.stage_rules import default_stage_rules
from tillit.journeys.store import OrderedStore
from tillit.journeys.view import CaseRule, View
from tillit.reports.page import render
from tillit.reports.report import report
from tillit.vocabulary import Purpose

pytestmark = pytest.mark.spark

Part = TypeVar("Part")
Answer = TypeVar("Answer")


class WorkerKilled(SparkParts):
    """Runs parts on a cluster; in its third job a worker is killed as soon as a task has begun."""

    def __init__(self, session: Any, folder: Path, cluster: Cluster) -> None:
        super().__init__(session, folder)
        self._cluster = cluster
        self._begun = folder / "begun"
        self._begun.mkdir()
        self._calls = 0

    def __call__(self, work: Callable[[Part], Answer], parts: Iterable[Part], /) -> list[Answer]:
        self._calls += 1
        if self._calls != 3:
            return super().__call__(work, parts)
        begun = self._begun

        def slow_work(part: Part) -> Answer:
            (begun / str(uuid4())).touch()
            time.sleep(2)
            return work(part)

        killer = Thread(target=self._kill_when_begun)
        killer.start()
        answers = super().__call__(slow_work, parts)
        killer.join()
        return answers

    def _kill_when_begun(self) -> None:
        while len(self.begun()) < 2:  # both workers are at it
            time.sleep(0.05)
        self._cluster.kill_worker()

    def begun(self) -> list[Path]:
        """One file for each task that began in the third job."""
        return list(self._begun.iterdir())


def page(store: Path, run: MapParts) -> str:
    view = View(OrderedStore.open(store, run=run), CaseRule("order_completed"), purpose=Purpose.MEASUREMENT)
    return render(report(view, default_stage_rules(), timezone="UTC"))


def test_a_killed_worker_changes_nothing(running: Cluster, session: Any, store_here: Path, tmp_path: Path) -> None:
    run = WorkerKilled(session, tmp_path, running)
    assert page(store_here, run) == page(store_here, map_parts)
    buckets = len(OrderedStore.open(store_here).buckets)
    assert len(run.begun()) > buckets, "no task was lost, so nothing was shown"
    running.replace_worker()
