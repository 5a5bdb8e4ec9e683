from __future__ import annotations

import csv
import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tillit.credit.cells import TOGETHER, Headcount, Headcounts, write_headcounts
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


def test_the_coalitions_behind_the_shapley_values_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of `WAYS`: 120 of 180 with both, 100 of 300 with ads alone, 80 of 80 with e-mail alone; 40 of 50 met nothing."""
    answer = answer_of(["credit", *written(tmp_path)], capsys)
    assert [(one["names"], one["conversions"], one["ways"], one["each"]) for one in answer["coalitions"]] == [
        (["ads", "email"], 120, 180, 60),
        (["ads"], 100, 300, 100),
        (["email"], 80, 80, 80),
        ([], 40, 50, 0),
    ]
    assert answer["coalitions"][0]["value_minor"] == 120_000
    assert answer["coalitions"][0]["low"] < 120 / 180 < answer["coalitions"][0]["high"]
    assert answer["models"]["shapley"]["error"] == 0
    assert answer_of(["credit", *written(tmp_path), "--model", "last"], capsys)["coalitions"] == []
    assert main(["credit", *written(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "Error: none, the sum over these is exact." in said
    halved = {one["name"]: one for one in answer["sensitivity"]}
    # Half of the 80 alone and of the 120 shared: (80 + 60) / 2 of 340; what stood alone then belongs to nobody.
    assert halved["email"]["share"] == pytest.approx(140 / 340)
    assert halved["email"]["share_then"] == pytest.approx(70 / 340)
    assert halved["email"]["to_nobody"] == pytest.approx(40 / 340)
    assert (halved["email"]["part_of"], halved["email"]["part_of_then"], halved["email"]["noted"]) == (200, 100, 0.5)
    assert halved["email"]["low"] < 70 / 340 < halved["email"]["high"]
    assert re.search(r"email +41\.2 +20\.6 ", said)
    assert re.search(r"ads \+ email +180 +120 +59 to 73 +60\.0", said)


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


@pytest.mark.parametrize(
    "table",
    [
        "path,conversions,value,nulls\na > b,400,1000.50,20\nb,100,0,7\n",
        "path;total_conversions;total_conversion_value;total_null\na > b;400;1000,50;20\nb;100;0;7\n",
        "nulls\tvalue\tconversions\tpath\tnote\n20\t1000.5\t400\ta>b\tx\n7\t\t100\tb\t\n",
    ],
)
def test_a_table_of_paths_is_read_as_programs_and_spreadsheets_write_it(
    table: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "paths.csv"
    path.write_text(table, encoding="utf-8")
    answer = answer_of(["credit", "--paths", str(path), "--model", "last"], capsys)
    assert (answer["total"]["conversions"], answer["total"]["ways"]) == (500, 527)
    (share,) = answer["models"]["last"]["shares"][1:]
    assert (share["name"], share["conversions"], share["value_minor"]) == ("b", 500, 100_050)


@pytest.mark.parametrize(
    ("line", "said"),
    [("a,x,1,0", "'x' stands for conversions; a whole number from 0"), ("a,1,x,0", "'x' stands for value")],
)
def test_a_cell_of_a_table_of_paths_that_is_no_number_is_named(
    line: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "paths.csv"
    path.write_text(f"path,conversions,value,nulls\n{line}\n", encoding="utf-8")
    assert main(["credit", "--paths", str(path)]) == 2
    assert f"paths.csv, line 2: {said}" in capsys.readouterr().err


def test_events_that_name_no_campaign_are_told_apart_from_sales_that_nobody_was_part_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["credit", *written(tmp_path), "--by", "campaign"]) == 2
    said = capsys.readouterr().err
    assert "none of the 340 conversions has a touch before it: no event names a campaign. A mapping says" in said


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


def held_out(folder: Path) -> list[str]:
    """4,000 customers, half of them without e-mail by lot: those with it buy in 30 of 100, the others in 10."""
    rows, holdouts, mapping = folder / "shop.csv", folder / "holdouts.csv", folder / "shop.toml"
    mapping.write_text('properties = ["holdout"]\n' + MAPPING, encoding="utf-8")
    with (
        rows.open("w", newline="", encoding="utf-8") as file,
        holdouts.open("w", newline="", encoding="utf-8") as other,
    ):
        writer, drawn = csv.writer(file), csv.writer(other)
        writer.writerow(["who", "what", "when", "by", "paid", "holdout"])
        drawn.writerow(["person", "name", "withheld"])
        for person in range(4_000):
            withheld, turn = person % 2 == 0, person // 2 % 10
            drawn.writerow([f"who{person}", "email", "yes" if withheld else "no"])
            mark = f"email={int(withheld)}"
            if turn != 9:  # one of ten is never seen, and in the file alone
                writer.writerow(
                    [f"who{person}", "page_viewed", "2026-01-05T08:00:00", "ads" if withheld else "email", "", mark]
                )
            if turn < (1 if withheld else 3):
                writer.writerow([f"who{person}", "order_completed", "2026-01-05T08:10:00", "", "10.00", ""])
    return [str(rows), "--mapping", str(mapping), "--goal", "order_completed"]


def test_a_holdout_says_what_is_lost_without_a_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["credit", *held_out(tmp_path), "--model", "last"]
    by_file = answer_of([*arguments, "--holdout", str(tmp_path / "holdouts.csv")], capsys)["holdouts"][0]
    assert (by_file["withheld"], by_file["met"]) == (2_000, 2_000)
    assert by_file["lost"] == pytest.approx(400)  # 600 of 2,000 against 200 of 2,000
    assert by_file["low"] < 400 < by_file["high"]
    assert by_file["value_minor"] == {"SEK": 400_000}
    assert by_file["earns"] is True
    by_events = answer_of(arguments, capsys)
    assert by_events["holdouts"][0]["met"] == 1_800, "who is never seen is in no event"
    assert by_events["models"]["last"]["shares"][1]["evidence"] == "holdout"
    assert by_events["models"]["last"]["shares"][0]["evidence"] == "none"
    assert main(arguments) == 0
    assert "earned" in capsys.readouterr().out


def test_what_if_states_what_a_holdout_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["whatif", *held_out(tmp_path), "--without", "email"]
    answer = answer_of(arguments, capsys)
    assert answer["evidence"] == "holdout"
    assert answer["measured"]["conversions"] == pytest.approx(400)
    assert answer["value_minor"] == {"SEK": 400_000}
    both = answer_of([*arguments, "--without", "ads"], capsys)
    assert (both["measured"], both["evidence"]) == (None, "none"), "nobody was left without ads by lot"


def test_a_holdout_is_planned_from_who_comes_to_a_touchpoint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Over less than a week 300 customers came by e-mail or ads; 200 of the 260 ways with e-mail end with a sale."""
    answer = answer_of(["credit", *written(tmp_path), "--plan", "email"], capsys)
    assert answer["customers_a_week"] == pytest.approx(260)
    assert answer["sales_a_customer"] == pytest.approx(200 / 260)
    assert {plan["findable"] for plan in answer["plans"] if plan["weeks"] == 4} == {None}
    assert answer["turns"] == [], "a week is too little to see how weeks differ"
    assert main(["credit", *written(tmp_path), "--plan", "email"]) == 0
    said = capsys.readouterr().out
    assert "The smallest part of their sales" in said
    assert "Not known: it takes 13 whole weeks" in said


def test_a_trial_by_turns_is_planned_from_how_weeks_differ(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Eight sales a week after e-mail, seven days later five times as many, and so on for twenty weeks."""
    rows, mapping = tmp_path / "shop.csv", tmp_path / "shop.toml"
    mapping.write_text(MAPPING, encoding="utf-8")
    lines, opens = ["who,what,when,by,paid"], date(2026, 1, 5)
    for week in range(20):
        for buyer in range(40 if week % 2 else 8):
            on = (opens + timedelta(weeks=week, days=buyer % 7)).isoformat()
            lines += [
                f"{week}-{buyer},page_viewed,{on}T08:00:00,email,",
                f"{week}-{buyer},order_completed,{on}T09:00:00,,10",
            ]
    rows.write_text("\n".join(lines), encoding="utf-8")
    arguments = [str(rows), "--mapping", str(mapping), "--goal", "order_completed", "--plan", "email"]
    by_turns = {plan["counted"]: plan for plan in answer_of(["credit", *arguments], capsys)["turns"]}
    assert by_turns["on its ways"] == by_turns["all sales"] | {"counted": "on its ways"}, "e-mail was met by all"
    # The last days are no whole week: 19 weeks, 9 of them with 40. Fortnights are all alike, so chance alone is left.
    assert by_turns["all sales"]["sales_a_week"] == pytest.approx((10 * 8 + 9 * 40) / 19)
    assert by_turns["all sales"]["unevenness"] == 1
    assert by_turns["all sales"]["weeks_needed"]["0.1"] is None
    assert by_turns["all sales"]["weeks_needed"]["0.5"] == 16
    assert main(["credit", *arguments]) == 0
    assert "not in a year" in capsys.readouterr().out


def test_a_holdout_file_that_says_neither_yes_nor_no_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    holdouts = tmp_path / "holdouts.csv"
    holdouts.write_text("person,name,withheld\nwho1,email,maybe\n", encoding="utf-8")
    assert main(["credit", *written(tmp_path), "--holdout", str(holdouts)]) == 2
    assert "row 1: withheld is 'maybe'" in capsys.readouterr().err


def test_contents_are_touchpoints_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows, mapping = tmp_path / "shop.csv", tmp_path / "shop.toml"
    mapping.write_text('properties = ["utm_content"]\n' + MAPPING, encoding="utf-8")
    lines = ["who,what,when,by,paid,utm_content"]
    for person in range(400):
        content = "blue button" if person % 4 else "red button"
        lines.append(f"who{person},page_viewed,2026-01-05T08:00:00,ads,,{content}")
        lines.append(f"who{person},order_completed,2026-01-05T09:00:00,web,10.00,")
    rows.write_text("\n".join(lines), encoding="utf-8")
    arguments = ["credit", str(rows), "--mapping", str(mapping), "--goal", "order_completed", "--by", "content"]
    shares = answer_of([*arguments, "--model", "last"], capsys)["models"]["last"]["shares"]
    assert {share["name"]: share["conversions"] for share in shares} == {"blue button": 300, "red button": 100}


def placed(folder: Path) -> list[str]:
    """300 buyers who each met one of two shops; each was drawn for a holdout of the shop in Malmö."""
    rows, mapping = folder / "shops.csv", folder / "shops.toml"
    mapping.write_text('properties = ["holdout"]\n' + MAPPING + 'place = { column = "where" }\n', encoding="utf-8")
    lines = ["who,what,when,by,paid,where,holdout"]
    for person in range(300):
        place = "Malmö" if person % 3 else "Lund"
        lines.append(f"who{person},store_visited,2026-01-05T08:00:00,store,,{place},Malmö={person % 2}")
        lines.append(f"who{person},order_completed,2026-01-05T09:00:00,web,10.00,,")
    rows.write_text("\n".join(lines), encoding="utf-8")
    return [str(rows), "--mapping", str(mapping), "--goal", "order_completed", "--by", "place"]


def test_places_stand_together_unless_enough_people_are_said_to_work_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = placed(tmp_path)
    together = answer_of(["credit", *arguments, "--model", "last"], capsys)
    assert [share["name"] for share in together["models"]["last"]["shares"]] == [TOGETHER]
    assert together["holdouts"] == [], "a holdout of a small shop would say what its few employees bring"
    assert main(["whatif", *arguments, "--without", "Malmö"]) == 2
    assert main(["credit", *arguments, "--plan", "Malmö"]) == 2
    capsys.readouterr()
    write_headcounts(tmp_path, Headcounts((Headcount(5, place="Malmö"), Headcount(5, place="Lund"))))
    alone = answer_of(["credit", *arguments, "--model", "last", "--data", str(tmp_path)], capsys)
    assert {share["name"]: share["conversions"] for share in alone["models"]["last"]["shares"]} == {
        "Lund": 100,
        "Malmö": 200,
    }
    assert [effect["name"] for effect in alone["holdouts"]] == ["Malmö"]


def test_buyers_who_were_never_seen_before_are_told_from_events_without_a_channel(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = tmp_path / "web.csv"
    rows.write_text(
        "customer_id,time,activity,channel\n1,2026-03-01 10:00,order_completed,web\n2,2026-03-01 10:00,visit,email\n",
        encoding="utf-8",
    )
    assert main(["credit", str(rows), "--goal", "order_completed", "--lookback", "30"]) == 2
    said = capsys.readouterr().err
    assert "events name a channel (email, web), but no buyer has one within the 30 days before the sale" in said


def test_a_table_of_paths_has_no_mapping(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["credit", "--paths", str(tmp_path / "paths.csv"), "--mapping", "shop.toml"]) == 2
    assert "read by its own columns" in capsys.readouterr().err
