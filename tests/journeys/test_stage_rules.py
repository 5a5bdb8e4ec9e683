from __future__ import annotations

from pathlib import Path

import pytest

from tillit.errors import FileError
from tillit.journeys.stage_rules import default_stage_rules, load_stage_rules, parse_stage_rules
from tillit.vocabulary import ACTIVITIES, Stage


def test_every_known_activity_keeps_the_stage_of_the_word_list() -> None:
    names = [activity.name for activity in ACTIVITIES]
    assert default_stage_rules().stage_of(names) == {
        activity.name: activity.stage for activity in ACTIVITIES if activity.stage
    }


def test_own_words_come_before_the_list_and_patterns_after_it(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text(
        '[activities]\nproduct_viewed = "compare"\n'
        '[[pattern]]\nstarts_with = "order_"\nstage = "stay"\n'
        '[[pattern]]\nstarts_with = "order_sent"\nstage = "receive"\n'
    )
    stages = load_stage_rules(path).stage_of(["product_viewed", "order_completed", "order_sent_back", "unheard_of"])
    assert stages == {
        "product_viewed": Stage.COMPARE,
        "order_completed": Stage.DECIDE,  # the list knows it
        "order_sent_back": Stage.STAY,  # the first pattern that fits
    }


def test_a_team_can_say_otherwise() -> None:
    ours = default_stage_rules().with_stages({"store_visited": Stage.EXPLORE})
    assert ours.stage_of(["store_visited", "page_viewed"]) == {
        "store_visited": Stage.EXPLORE,
        "page_viewed": Stage.EXPLORE,
    }
    assert ours.after == default_stage_rules().after


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("activities = 3", "must be a table"),
        ('[after]\norder_completed = "bliss"', "'bliss' is no stage"),
        ("[activities]\nx = 1", "1 is no stage"),
        ('[[pattern]]\nends_with = "x"\nstage = "use"', "exactly two lines"),
        ('[[pattern]]\nstarts_with = ""\nstage = "use"', "exactly two lines"),
        ("[before]", r"part \[before\]"),
        ("need = ", "cannot be read as TOML"),
    ],
)
def test_a_rule_file_that_cannot_be_followed_says_why(text: str, says: str) -> None:
    with pytest.raises(FileError, match=f"ours.toml.*{says}"):
        parse_stage_rules(text, name="ours.toml")
