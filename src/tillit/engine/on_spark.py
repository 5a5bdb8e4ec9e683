"""Apache Spark as the place where work runs: one task per part on a cluster, and the same statements as on DuckDB.

Spark gives out tasks, notices workers that are gone and does their tasks again. Events never pass through it: each task
reads and writes files in storage that the driver and all workers see, and only names of files go back and forth.
pyspark is loaded when a session is opened, never before.
"""

from __future__ import annotations

import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module, resources
from pathlib import Path
from typing import Any, TypeVar, cast

import pyarrow as pa

from tillit.engine.answers import read_answer, write_answer
from tillit.engine.dialect import SPARK_FUNCTIONS, for_spark
from tillit.engine.parts import MapParts, map_parts
from tillit.engine.protocol import Value
from tillit.engine.statement import Statement
from tillit.errors import EngineError, TillitError

Part = TypeVar("Part")
Answer = TypeVar("Answer")

LOOPBACK = "127.0.0.1"
_ANSWERED = "part bigint, file string"
_SQL_SETTINGS = {"spark.sql.ansi.enabled": "true", "spark.sql.ansi.doubleQuotedIdentifiers": "true"}


class SparkParts:
    """A `MapParts` that runs each part as a task of its own on a cluster, without a shuffle.

    Args:
        session: A `SparkSession`.
        folder: Where tasks leave their answers; the driver and every worker see it under this name.
    """

    def __init__(self, session: Any, folder: Path) -> None:
        self._session = session
        self._folder = folder
        self._jobs = 0

    def __call__(self, work: Callable[[Part], Answer], parts: Iterable[Part], /) -> list[Answer]:
        """What `work` says of each part, in the order of the parts.

        Raises:
            TillitError: `work` raised it.
            EngineError: A task failed on every worker that tried it, or no worker is left.
        """
        given = list(parts)
        if not given:
            return []
        self._jobs += 1
        task = _task(work, given, self._folder / f"job-{self._jobs}")
        # As many rows as parts and as many partitions as rows: Spark makes each a task.
        with _spark_errors("a task"):
            numbers = self._session.range(0, len(given), 1, len(given))
            rows = numbers.mapInArrow(task, _ANSWERED).collect()
        files = {row["part"]: Path(row["file"]) for row in rows}
        answers = [read_answer(files[number]) for number in range(len(given))]
        failure = next((answer for answer in answers if isinstance(answer, _Refused)), None)
        if failure is not None:
            raise failure.error
        return cast("list[Answer]", answers)

    def __reduce__(self) -> tuple[Callable[[], MapParts], tuple[()]]:
        """On a worker there is no session, and parts inside a part run there, as they would on one machine."""
        return _on_one_machine, ()


class _Refused:
    """What a task answers where the work raised an error that its caller can mend: trying again would not help."""

    def __init__(self, error: TillitError) -> None:
        self.error = error


def _on_one_machine() -> MapParts:
    return map_parts


def _task(
    work: Callable[[Part], Answer], parts: Sequence[Part], folder: Path
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def answered(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        folder.mkdir(parents=True, exist_ok=True)
        for batch in batches:
            for number in batch.column(0).to_pylist():
                answer: object
                try:
                    answer = work(parts[number])
                except TillitError as error:
                    answer = _Refused(error)
                file = folder / f"{number:05d}.answer"
                write_answer(answer, file)
                yield pa.RecordBatch.from_pydict({"part": [number], "file": [str(file)]})

    return answered


class SparkEngine:
    """An `Engine` on a `SparkSession`."""

    def __init__(self, session: Any) -> None:
        self._session = session
        for function in SPARK_FUNCTIONS.values():
            session.sql(function)

    def offer(self, name: str, rows: pa.Table | Sequence[Path]) -> None:
        with _spark_errors(f"the table '{name}'"):
            if isinstance(rows, pa.Table):
                frame = self._session.createDataFrame(_readable(rows))
            elif rows:
                frame = self._session.read.option("mergeSchema", True).parquet(*(str(path) for path in rows))
            else:
                raise EngineError(f"no file was named for the table '{name}'")
            frame.createOrReplaceTempView(name)

    def fetch(self, statement: Statement, parameters: Mapping[str, Value]) -> pa.Table:
        with _spark_errors(f"{statement.name}.sql"):
            return self._session.sql(for_spark(statement.text), args=dict(parameters)).toArrow()

    def write(self, statement: Statement, parameters: Mapping[str, Value], *, to: Path, partition_by: str) -> None:
        with _spark_errors(f"{statement.name}.sql"):
            frame = self._session.sql(for_spark(statement.text), args=dict(parameters))
            frame.write.partitionBy(partition_by).parquet(str(to))


def _readable(rows: pa.Table) -> pa.Table:
    """The table in types that Spark has: no bytes of fixed length, and no unsigned numbers (their bits stay)."""
    for place, field in enumerate(rows.schema):
        if pa.types.is_fixed_size_binary(field.type):
            rows = rows.set_column(place, field.name, rows[place].cast(pa.binary()))
        elif pa.types.is_uint64(field.type):
            chunks = [chunk.view(pa.int64()) for chunk in rows[place].chunks]
            rows = rows.set_column(place, field.name, pa.chunked_array(chunks, pa.int64()))
    return rows


@contextmanager
def spark_session(master: str) -> Iterator[Any]:
    """A session on a cluster, closed at the end. What is not said here stands in Spark's own `spark-defaults.conf`.

    In a process that already has one on the same master, such as a notebook, that one is used and left open.

    Args:
        master: As Spark writes it: "spark://host:7077", "local[2]".

    Raises:
        EngineError: pyspark or Java is not there, or no session could be opened; the message says what to do.
    """
    try:
        sql = import_module("pyspark.sql")
    except ImportError as missing:
        raise EngineError(
            "--engine spark needs pyspark, which is not installed; run: pip install 'tillit[spark]'"
        ) from missing
    running = sql.SparkSession.getActiveSession()
    if running is not None and running.sparkContext.master == master:
        yield _with_settings(running.newSession())
        return
    if not (shutil.which("java") or shutil.which("bin/java", path=os.environ.get("JAVA_HOME", ""))):
        raise EngineError(
            "Spark needs Java 17 or newer and found none; install one (Debian: apt install openjdk-17-jre-headless) "
            "or say where it is with JAVA_HOME"
        )
    # Its own notes of each refused statement would go to standard error as pages of JSON; the error says it.
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL + 1)
    with _our_interpreter(), resources.as_file(resources.files("tillit.engine") / "spark_log.properties") as log:
        builder = (
            sql.SparkSession.builder.master(master)
            .appName("tillit")
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.driver.extraJavaOptions", f"-Dlog4j2.configurationFile={log.as_uri()}")
        )
        if _is_here(master):
            builder = builder.config("spark.driver.host", LOOPBACK).config("spark.driver.bindAddress", LOOPBACK)
        with _spark_errors(f"a session on {master} (is it up, and is this its address?)"):
            session = builder.getOrCreate()
        try:
            yield _with_settings(session)
        finally:
            with _already_ended():
                session.stop()


def _with_settings(session: Any) -> Any:
    for name, value in _SQL_SETTINGS.items():
        session.conf.set(name, value)
    return session


@contextmanager
def _our_interpreter() -> Iterator[None]:
    """Workers run the Python that this runs on, unless PYSPARK_PYTHON names another: where it stands elsewhere."""
    named = os.environ.get("PYSPARK_PYTHON")
    os.environ["PYSPARK_PYTHON"] = named or sys.executable
    try:
        yield
    finally:
        if named is None:
            del os.environ["PYSPARK_PYTHON"]


@contextmanager
def spark_work(folder: Path | None, *, master: str) -> Iterator[Path]:
    """A new folder inside `folder` for as long as it is needed; None: a temporary one, if all workers are here.

    Raises:
        EngineError: There is no such folder, or none is named and the workers are elsewhere.
    """
    if folder is None and not _is_here(master):
        raise EngineError(
            f"the workers of {master} are other machines, which see no temporary folder of this one; "
            "name a folder that this machine and all workers see: --work DIR"
        )
    if folder is not None and not folder.is_dir():
        raise EngineError(f"there is no folder {folder}; --work names one that this machine and all workers see")
    with tempfile.TemporaryDirectory(dir=folder, prefix="tillit-") as made:
        yield Path(made)


def _is_here(master: str) -> bool:
    return master.startswith("local") or f"//{LOOPBACK}:" in master


def ran_out_of_memory(error: Exception) -> bool:
    """Whether Spark's own process says so, or is not there any more: mostly it has then no memory left to say it."""
    return "OutOfMemoryError" in str(error) or _is_of_ended_process(error)


def _is_of_ended_process(error: Exception) -> bool:
    return isinstance(error, ConnectionError) or type(error).__name__ == "Py4JNetworkError"


@contextmanager
def _already_ended() -> Iterator[None]:
    """What has ended in the middle of the work need not be ended again; why it did is said by the work."""
    try:
        yield
    except Exception as refused:
        if not _is_of_ended_process(refused):
            raise


@contextmanager
def _spark_errors(what: str) -> Iterator[None]:
    try:
        yield
    except TillitError:
        raise
    except Exception as refused:  # pyspark's errors and py4j's have no root of their own in common
        if ran_out_of_memory(refused):
            raise EngineError(
                f"Spark ran out of memory, or was stopped, in the middle of {what}. Give it more and run again: "
                "spark.driver.memory (and spark.executor.memory on a cluster) in its spark-defaults.conf."
            ) from refused
        said = (line for line in str(refused).splitlines() if line.strip())
        lines = [line for line in said if not line.startswith("An error occurred while calling")]
        lines = lines or [type(refused).__name__]
        raise EngineError(f"Spark refused {what}: {lines[0].removeprefix(': ')}{_python_error(lines)}") from refused


def _python_error(lines: Sequence[str]) -> str:
    """The last line of a worker's own traceback, which Spark quotes in full."""
    own = [line for line in lines if "Error:" in line and not line.startswith(("\tat", "Caused", "["))]
    return f" ({own[-1].strip()})" if own else ""
