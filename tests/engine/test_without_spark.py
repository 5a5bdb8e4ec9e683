"""pyspark and Java are needed where Spark is asked for, and nowhere else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tillit.engine.on_spark import spark_session, spark_work
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
