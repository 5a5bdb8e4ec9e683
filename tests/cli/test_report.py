from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.shop import shop_files
from tillit_cli.__main__ import main


def test_the_same_file_twice_gives_the_same_page(tmp_path: Path) -> None:
    rows, mapping = shop_files(tmp_path)
    pages = [tmp_path / "one.html", tmp_path / "other.html"]
    for page in pages:
        assert main(["report", rows, "--mapping", mapping, "--out", str(page)]) == 0
    assert pages[0].read_bytes() == pages[1].read_bytes()
    assert "2026-03-01 to 2026-03-21 (Europe/Stockholm)" in pages[0].read_text(encoding="utf-8")


def test_goal_steps_and_own_stages_reach_the_page(tmp_path: Path) -> None:
    rows, mapping = shop_files(tmp_path)
    stages, page = tmp_path / "ours.toml", tmp_path / "page.html"
    stages.write_text('[activities]\npage_viewed = "stay"\n')
    steps = ["--step", "product_viewed", "--step", "order_completed", "--within", "7d"]
    arguments = ["--goal", "order_completed", "--stages", str(stages), "--timezone", "Europe/Helsinki", *steps]
    assert main(["report", rows, "--mapping", mapping, "--out", str(page), *arguments]) == 0
    text = page.read_text(encoding="utf-8")
    assert "1 of 3 journeys came to order_completed." in text
    assert "1 of 2 persons came from product_viewed to order_completed within 7 days." in text
    assert '<th scope="row">page_viewed</th><td>stay</td>' in text
    assert "(Europe/Helsinki)" in text


def test_what_cannot_be_written_or_read_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows, mapping = shop_files(tmp_path)
    out = tmp_path / "nowhere" / "page.html"
    assert main(["report", rows, "--mapping", mapping, "--out", str(out)]) == 2
    assert f"cannot be written to {out}" in capsys.readouterr().err
    assert main(["report", rows, "--mapping", mapping, "--timezone", "Malmö"]) == 2
    assert "Malmö" in capsys.readouterr().err
    assert main(["report", rows, "--mapping", mapping, "--stages", str(tmp_path / "none.toml")]) == 2
    assert "none.toml" in capsys.readouterr().err
