"""pyspark and Java are needed where Spark is asked for, and nowhere else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from bench.windows import by_windows

from tillit.engine.on_spark import SparkParts, spark_session, spark_work
from tillit.errors import EngineError

LISTS_PYSPARK = """
import importlib.util, pkgutil, sys
import tillit
from tillit.engine.arrow import without_pandas
without_pandas()
for module in pkgutil.walk_packages(tillit.__path__, "tillit."):
    __import__(module.name)
import tillit_cli.__main__
slow = {"pyspark", "py4j", "pandas", "scipy.stats"}
print(sorted(slow & set(sys.modules)), importlib.util.find_spec("pandas") is not None)
"""


def test_importing_tillit_never_imports_pyspark() -> None:
    """Nor what would be half of every command's start: `scipy.stats`, and pandas, which others still find."""
    run = subprocess.run([sys.executable, "-c", LISTS_PYSPARK], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[] True"


def test_without_pyspark_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    # `None` in sys.modules is how Python itself says that a module cannot be imported.
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(EngineError, match="pip install 'tillit\\[spark\\]'"), spark_session("local[1]"):
        pass


class _Ended:
    """A Spark whose process ends as soon as it is asked for anything: pyspark then finds nobody to talk to."""

    def __getattr__(self, name: str) -> _Ended:
        if name == "range":
            raise ConnectionRefusedError(111, "Connection refused")
        return self

    def __call__(self, *_: object) -> _Ended:
        return self

    def stop(self) -> None:
        raise ConnectionRefusedError(111, "Connection refused")


def test_spark_that_ends_in_the_middle_is_named_and_not_its_closing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ended = _Ended()
    pyspark = SimpleNamespace(SparkSession=SimpleNamespace(getActiveSession=lambda: None, builder=ended))
    monkeypatch.setitem(sys.modules, "pyspark.sql", pyspark)
    (tmp_path / "java").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with (
        pytest.raises(EngineError, match=r"ran out of memory, or was stopped, .* a task\. .*spark\.driver\.memory"),
        spark_session("local[1]") as session,
    ):
        SparkParts(session, tmp_path)(abs, [1])


@pytest.mark.parametrize(
    ("error", "is_full"),
    [("java.lang.OutOfMemoryError: Java heap space", True), ("[TABLE_OR_VIEW_NOT_FOUND] events", False)],
)
def test_the_benchmark_goes_on_where_sparks_own_windows_are_too_large(error: str, is_full: bool) -> None:
    class Session:
        def sql(self, _: str) -> Session:
            raise RuntimeError(error)

    if is_full:
        assert by_windows(Session()) is None
    else:
        with pytest.raises(RuntimeError, match="NOT_FOUND"):
            by_windows(Session())


def test_workers_elsewhere_need_a_folder_that_they_see(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="--work DIR"), spark_work(None, master="spark://cluster.example:7077"):
        pass
    with pytest.raises(EngineError, match="there is no folder"), spark_work(tmp_path / "typo", master="local[2]"):
        pass
    with spark_work(tmp_path, master="spark://cluster.example:7077") as work:
        assert work.parent == tmp_path
    assert not work.exists()


@pytest.mark.filterwarnings("ignore")  # pyspark's own imports
def test_without_java_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("pyspark")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(EngineError, match="openjdk-17"), spark_session("local[1]"):
        pass
