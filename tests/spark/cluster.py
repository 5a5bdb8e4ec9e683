"""A real standalone cluster of Spark on loopback: one master, two workers of one core each, by Spark's own programs."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import count
from pathlib import Path

HOST = "127.0.0.1"
READY_SECONDS = 90
# Small, so that two executors and a driver fit beside everything else on a small machine.
DEFAULTS = """
spark.driver.memory 768m
spark.executor.memory 512m
spark.executor.cores 1
spark.executor.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
spark.sql.shuffle.partitions 2
"""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running cluster; `workers` are the process ids of its workers."""

    master: str
    status_port: int
    workers: list[int]
    start_worker: Callable[[], int]

    def alive_workers(self) -> int:
        """How many workers the master hears from."""
        with urllib.request.urlopen(f"http://{HOST}:{self.status_port}/json/", timeout=5) as answer:
            return int(json.load(answer)["aliveworkers"])

    def kill_worker(self) -> None:
        """End one worker and the executor it started, as if its machine had lost power."""
        worker = self.workers.pop()
        for process in (worker, *_children(worker)):
            os.kill(process, signal.SIGKILL)

    def replace_worker(self) -> None:
        """Start a worker in place of one that was killed, and wait until the master hears from it."""
        self.workers.append(self.start_worker())
        self.await_workers()

    def await_workers(self) -> None:
        """Wait until the master hears from exactly the workers that run."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            try:
                if self.alive_workers() == len(self.workers):
                    return
            except OSError:
                pass  # the master does not listen yet
            time.sleep(0.2)
        raise AssertionError(f"no cluster with {len(self.workers)} workers within {READY_SECONDS} s; see its logs")


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """Start a cluster whose logs and work stand in `folder`, and stop it at the end."""
    package = find_spec("pyspark")
    assert package is not None, "tests of Spark need the spark lock: make test-spark"
    assert package.submodule_search_locations is not None
    program = Path(package.submodule_search_locations[0]) / "bin" / "spark-class"
    conf = folder / "conf"
    conf.mkdir(parents=True)
    (conf / "spark-defaults.conf").write_text(DEFAULTS, encoding="utf-8")
    (folder / "events").mkdir()
    environment = {
        **os.environ,
        "SPARK_CONF_DIR": str(conf),
        "SPARK_LOCAL_IP": HOST,
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_DAEMON_JAVA_OPTS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "PYSPARK_PYTHON": sys.executable,
        # Workers import what this process imports, tests too.
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    port, status_port = _free_port(), _free_port()
    master = f"spark://{HOST}:{port}"

    numbers = count(1)
    with ExitStack() as running:

        def start(name: str, *arguments: str) -> int:
            log = running.enter_context((folder / f"{name}.log").open("wb"))
            command = [str(program), *arguments]
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
            running.callback(_stop, process)
            return process.pid

        def start_worker() -> int:
            name = f"worker-{next(numbers)}"
            return start(
                name,
                "org.apache.spark.deploy.worker.Worker",
                *("--host", HOST, "--webui-port", str(_free_port()), "--cores", "1", "--memory", "1g"),
                *("--work-dir", str(folder / name), master),
            )

        start(
            "master",
            "org.apache.spark.deploy.master.Master",
            *("--host", HOST, "--port", str(port), "--webui-port", str(status_port)),
        )
        started = Cluster(master, status_port, [start_worker(), start_worker()], start_worker)
        started.await_workers()
        # The driver reads the same defaults.
        before = os.environ.get("SPARK_CONF_DIR")
        os.environ["SPARK_CONF_DIR"] = str(conf)
        try:
            yield started
        finally:
            if before is None:
                del os.environ["SPARK_CONF_DIR"]
            else:
                os.environ["SPARK_CONF_DIR"] = before


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)


def _children(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                after_name = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it ended meanwhile
            if int(after_name[1]) == parent:
                found.append(int(entry.name))
    return found


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        return int(taken.getsockname()[1])
