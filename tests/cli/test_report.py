from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.shop import shop_files
from tests.cli.test_credit import held_out
from tests.cli.test_friction import BAD, written
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


def test_margin_and_promises_reach_the_page(tmp_path: Path) -> None:
    promises, page = tmp_path / "ours.toml", tmp_path / "page.html"
    promises.write_text(f'[[promise]]\nask = "{BAD}"\nanswers = ["payment_info_entered"]\nwithin = "3 hours"\n')
    arguments = ["--margin", "0.4", "--promises", str(promises), "--out", str(page)]
    assert main(["report", *written(tmp_path), *arguments]) == 0
    text = page.read_text(encoding="utf-8")
    assert f"First of them {BAD}" in text
    assert "at the declared 40% of order value" in text
    assert f'<th scope="row">{BAD} within 3 hours</th>' in text


def test_the_word_earned_needs_a_holdout(tmp_path: Path) -> None:
    page, arguments = tmp_path / "page.html", held_out(tmp_path)
    assert main(["report", *arguments, "--out", str(page)]) == 0
    assert "earned" in page.read_text(encoding="utf-8")
    # The same sales, of which nobody says who was drawn.
    mapping = Path(arguments[2])
    mapping.write_text(mapping.read_text(encoding="utf-8").replace('properties = ["holdout"]', ""), encoding="utf-8")
    assert main(["report", *arguments, "--out", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    assert "email was part of" in text
    assert "earned" not in text


def test_what_cannot_be_written_or_read_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows, mapping = shop_files(tmp_path)
    out = tmp_path / "nowhere" / "page.html"
    assert main(["report", rows, "--mapping", mapping, "--out", str(out)]) == 2
    assert f"cannot be written to {out}" in capsys.readouterr().err
    assert main(["report", rows, "--mapping", mapping, "--timezone", "Malmö"]) == 2
    assert "Malmö" in capsys.readouterr().err
    assert main(["report", rows, "--mapping", mapping, "--stages", str(tmp_path / "none.toml")]) == 2
    assert "none.toml" in capsys.readouterr().err
