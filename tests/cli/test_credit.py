from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tillit_cli.__main__ import main

MAPPING = """
timezone = "UTC"
currency = "SEK"
identifiers = { customer = "who" }
[[event]]
activity = { column = "what" }
time = "when"
channel = { column = "by" }
amount = "paid"
"""
# Ways of each sort: what was met, how many persons, and whether they bought for 10.00 SEK.
WAYS = (
    (("email", "ads"), 120, True),
    (("ads",), 100, True),
    (("email",), 80, True),
    (("klarna",), 40, True),
    (("email", "ads"), 60, False),
    (("ads",), 200, False),
    ((), 10, False),
)


def written(folder: Path, *, every: int = 1) -> list[str]:
    """The files of a shop where every n-th person of `WAYS` went."""
    rows, mapping = folder / "shop.csv", folder / "shop.toml"
    mapping.write_text(MAPPING, encoding="utf-8")
    with rows.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["who", "what", "when", "by", "paid"])
        for sort, (touches, persons, bought) in enumerate(WAYS):
            for person in range(0, persons, every):
                who = f"who{sort}-{person}"
                events = [("page_viewed", by, "") for by in touches]
                events += [("order_completed", "", "10.00")] if bought else [("page_viewed", "", "")]
                for place, (what, by, paid) in enumerate(events):
                    writer.writerow([who, what, f"2026-01-05T08:{place:02}:00", by, paid])
    return [str(rows), "--mapping", str(mapping), "--goal", "order_completed"]


def answer_of(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert main([*arguments, "--format", "json"]) == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def test_models_baseline_and_total_stand_side_by_side(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = answer_of(["credit", *written(tmp_path)], capsys)
    assert list(answer["models"]) == ["first", "last", "linear", "position", "decay", "markov", "shapley"]
    assert answer["no_touchpoints"] == ["klarna", "unknown"]  # the latter: events without a channel
    assert answer["total"]["conversions"] == 340
    assert answer["total"]["value_minor"] == 340_000
    # 40 sales came by the payment provider alone, which moved nobody: no known touch. They convert more often than all.
    assert (answer["baseline"]["known"], answer["baseline"]["conversions"]) == ("at least", 40)
    first = {share["name"]: share["conversions"] for share in answer["models"]["first"]["shares"]}
    assert first == pytest.approx({"ads": 100, "email": 200})
    for model in answer["models"].values():
        assert {share["evidence"] for share in model["shares"]} == {"none"}
        assert sum(share["value_minor"] for share in model["shares"]) + answer["baseline"]["value_minor"] == 340_000


def test_the_same_ways_as_a_table_give_the_same_shares(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from_events = answer_of(["credit", *written(tmp_path), "--model", "markov"], capsys)
    table = tmp_path / "paths.csv"
    lines = [
        f"{' > '.join(touches)},{persons if bought else 0},{10 * persons if bought else 0},{0 if bought else persons}"
        for touches, persons, bought in WAYS
    ]
    table.write_text("\n".join(["path,conversions,value,nulls", *lines]), encoding="utf-8")
    from_table = answer_of(["credit", "--paths", str(table), "--model", "markov"], capsys)
    for ours, theirs in zip(
        from_events["models"]["markov"]["shares"], from_table["models"]["markov"]["shares"], strict=True
    ):
        assert (ours["name"], ours["value_minor"]) == (theirs["name"], theirs["value_minor"])
        assert ours["share"] == pytest.approx(theirs["share"])
    assert from_table["no_touchpoints"] == ["klarna"]


@pytest.mark.parametrize(("every", "field"), [(40, "ways"), (2, "part_of")])
def test_few_sales_get_no_model_and_the_answer_says_so(
    every: int, field: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = answer_of(["credit", *written(tmp_path, every=every)], capsys)
    assert answer["models"] == {}
    assert answer["not_enough_data"].startswith("Not enough data")
    assert answer[field]


def test_what_hangs_on_two_touchpoints_is_at_most_what_met_one_of_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["whatif", *written(tmp_path), "--without", "email", "--without", "ads"]
    answer = answer_of(arguments, capsys)
    assert answer["at_most"]["conversions"] == 300
    assert answer["at_least"]["conversions"] == 0
    assert 0 < answer["middle"]["conversions"] <= 300
    assert answer["evidence"] == "none"
    assert main(arguments) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("Without email and ads, of 340 conversions:")
    assert "Assumes, weakest first:" in shown


def test_a_name_that_is_not_there_is_answered_with_the_nearest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["whatif", *written(tmp_path), "--without", "emial"]) == 2
    assert "did you mean email" in capsys.readouterr().err
