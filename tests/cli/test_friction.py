from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cli.shop import shop_files
from tillit_cli.__main__ import main

MAPPING = """
timezone = "UTC"
currency = "SEK"
identifiers = { customer = "who" }
[[event]]
activity = { column = "what" }
time = "when"
amount = "paid"
"""
STEPS = ("product_added", "cart_viewed", "checkout_started", "payment_info_entered")
BAD, LOSS, USUAL = "checkout_started", 0.30, 0.05
PEOPLE = 1_600


def written(folder: Path) -> list[str]:
    """One journey a person over four steps; the third loses 25 points more than the others. 100.00 SEK an order."""
    rng = np.random.default_rng(5)
    rows, mapping = folder / "steps.csv", folder / "steps.toml"
    mapping.write_text(MAPPING, encoding="utf-8")
    with rows.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["who", "what", "when", "paid"])
        for person in range(PEOPLE):
            day, hour = divmod(person, 20)
            for place, step in enumerate((*STEPS, "order_completed")):
                at = np.datetime64("2026-01-01") + np.timedelta64(day * 1440 + hour * 60 + place, "m")
                writer.writerow([f"who{person}", step, f"{at}:00", "100.00" if step == "order_completed" else ""])
                if rng.random() < (LOSS if step == BAD else USUAL):
                    break
    return [str(rows), "--mapping", str(mapping), "--goal", "order_completed"]


def test_the_bad_step_is_named_with_what_it_costs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["friction", *written(tmp_path), "--margin", "0.4", "--format", "json"]) == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert answer["sentence"].startswith("1 of 4 steps lose more journeys")
    worst, *others = answer["steps"]
    assert (worst["step"], worst["confirmed"]) == (BAD, True)
    assert not any(step["confirmed"] for step in others)
    # 25 points of those who came in the second half; each that goes on buys at 95 %, at 40.00 SEK of margin.
    assert worst["low"] < 0.25 * worst["n"] < worst["high"]
    assert worst["goal_share"] == pytest.approx(0.95, abs=0.03)
    assert worst["value_minor"] == pytest.approx(worst["excess_exits"] * worst["goal_share"] * 4_000, abs=1)
    assert worst["p_adjusted"] < 0.001
    assert answer["journeys"] == [PEOPLE // 2, PEOPLE // 2]
    assert answer["currency"] == "SEK"
    assert {(one["journeys"], one["of"]) for one in answer["patterns"]} == {(0, PEOPLE)}


def test_amounts_without_a_currency_are_worth_what_they_say(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["friction", *written(tmp_path), "--format", "json"]
    assert main(arguments) == 0
    named: dict[str, Any] = json.loads(capsys.readouterr().out)
    mapping = Path(arguments[arguments.index("--mapping") + 1])
    mapping.write_text(MAPPING.replace('currency = "SEK"', ""), encoding="utf-8")
    assert main(arguments) == 0
    unnamed: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (named["currency"], unnamed["currency"]) == ("SEK", "")
    assert unnamed["steps"] == named["steps"]
    assert main(arguments[:-2]) == 0
    assert "Worth is order value, not margin, in a currency that the files do not name" in capsys.readouterr().out


def test_a_natural_end_that_no_event_has_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["friction", *written(tmp_path), "--natural-end", "cart_view"]) == 2
    assert "no event has the activity 'cart_view'; did you mean cart_viewed" in capsys.readouterr().err


def test_the_table_begins_with_a_sentence_and_ends_with_how_it_is_known(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["friction", *written(tmp_path)]
    assert main(arguments) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("1 of 4 steps lose more journeys than the median comparable step, twice in a row. First of")
    row = next(line for line in shown.splitlines() if line.startswith(BAD))
    assert row.endswith("friction (exits)")
    assert "Worth is order value, not margin, in SEK" in shown
    assert "Every journey counts as over" in shown
    assert "No journey shows a pattern that has a name." in shown
    assert main(arguments) == 0
    assert capsys.readouterr().out == shown, "the same files give the same ranges"


def test_a_natural_end_is_counted_and_not_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["friction", *written(tmp_path), "--natural-end", BAD, "--format", "json"]) == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    declared = next(step for step in answer["steps"] if step["step"] == BAD)
    assert declared["natural_end"]
    assert declared["excess_exits"] is None
    assert declared["exits"] > 0
    assert not any(step["confirmed"] for step in answer["steps"])


def test_own_promises_are_held_against_what_happened(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    promises = tmp_path / "ours.toml"
    promises.write_text(
        '[[promise]]\nask = "checkout_started"\nanswers = ["order_completed"]\nwithin = "1 hour"', encoding="utf-8"
    )
    arguments = ["friction", *written(tmp_path), "--promises", str(promises), "--format"]
    assert main([*arguments, "json"]) == 0
    (kept,) = json.loads(capsys.readouterr().out)["conformance"]["rules"]
    assert kept["rule"]["within_hours"] == 1
    # Who goes on is there within minutes; who leaves never is. The newest may still come.
    assert kept["late"] == 0
    assert kept["unanswered"] / (kept["kept"] + kept["unanswered"]) == pytest.approx(LOSS, abs=0.08)
    assert main([*arguments, "table"]) == 0
    assert "checkout_started within 1 hour" in capsys.readouterr().out


def test_a_few_journeys_are_counted_and_not_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows, mapping = shop_files(tmp_path)
    assert main(["friction", rows, "--mapping", mapping, "--goal", "order_completed"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("Not enough data to call anything friction: 1 and 2 finished journeys")
    assert "friction (" not in shown


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "add --goal"),
        (["--goal", "order_done"], "did you mean"),
        (["--goal", "order_completed", "--margin", "40"], "40 % is 0.4"),
        (["--goal", "order_completed", "--by", "weather"], "property:NAME"),
        (["--goal", "order_completed", "--by", "property:weather"], "no event has a text under the property 'weather'"),
    ],
)
def test_mistakes_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str) -> None:
    rows, mapping = shop_files(tmp_path)
    assert main(["friction", rows, "--mapping", mapping, *arguments]) == 2
    assert says in capsys.readouterr().err
