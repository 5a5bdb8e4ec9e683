"""The program of docs/python.md runs as it stands, and says what the commands say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.shop import ROWS

PAGE = Path(__file__).parents[2] / "docs" / "python.md"


def test_the_page_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("orders.csv").write_text(ROWS.replace("Who,What,When", "email,activity,time"), encoding="utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    exec(compile(program, str(PAGE), "exec"), {})
    shown = capsys.readouterr().out
    assert "7 3 3 1" in shown  # as `tillit journeys` says of this shop
    assert "product_viewed product_added 2" in shown
