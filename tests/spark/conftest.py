"""One cluster and one session for all tests of Spark, and the made market in two stores, built here and there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.spark.cluster import Cluster, cluster
from tests.spark.market import EVENTS_A_BUCKET, market
from tillit.engine.on_spark import SparkParts, spark_session
from tillit.journeys.build import build_store


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("cluster")) as started:
        yield started


@pytest.fixture(scope="session")
def session(running: Cluster) -> Iterator[Any]:
    with spark_session(running.master) as opened:
        yield opened


@pytest.fixture(scope="session")
def parts(session: Any, tmp_path_factory: pytest.TempPathFactory) -> SparkParts:
    return SparkParts(session, tmp_path_factory.mktemp("answers"))


@pytest.fixture(scope="session")
def log(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return market(tmp_path_factory.mktemp("log"))


@pytest.fixture(scope="session")
def store_here(log: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    events, links = log
    out = tmp_path_factory.mktemp("here") / "store"
    build_store([events], [links], out, events_a_bucket=EVENTS_A_BUCKET)
    return out


@pytest.fixture(scope="session")
def store_there(log: tuple[Path, Path], parts: SparkParts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    events, links = log
    out = tmp_path_factory.mktemp("there") / "store"
    build_store([events], [links], out, events_a_bucket=EVENTS_A_BUCKET, run=parts)
    return out
