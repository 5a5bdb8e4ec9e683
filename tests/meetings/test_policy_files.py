"""The matrix as a file: it says what it says, comes back the same, and what is wrong is told by name."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from tests.meetings.making import DEFAULT, hostile_policy
from tillit.errors import FileError
from tillit.meetings.policy import Stakes, Way
from tillit.meetings.policy_files import default_policy_text, parse_policy, policy_text
from tillit.vocabulary import Errand

TEXT = default_policy_text()


def test_the_file_that_comes_with_tillit() -> None:
    assert DEFAULT.version == 1
    assert (DEFAULT.learning, DEFAULT.floors, DEFAULT.brand_errands) == (None, frozenset(), ())
    assert (DEFAULT.medium_from_minor, DEFAULT.high_from_minor) == (50_000, 500_000)
    assert {DEFAULT.cells[Errand.REPAIR, stakes] for stakes in Stakes} == {Way.PERSON}
    assert DEFAULT.cells[Errand.ORDER, Stakes.HIGH] is Way.OFFER
    assert DEFAULT.cells[Errand.LOOK_UP, Stakes.LOW] is Way.MACHINE
    yen = parse_policy(TEXT, name="p", version=1, currency="JPY")
    assert yen.medium_from_minor == 500


def test_what_is_written_is_read_again() -> None:
    dice = random.Random(3)
    for _ in range(200):
        policy = replace(DEFAULT, known_for='We "call" \\ back\n= Åsa \x7f')
        hostile = hostile_policy(dice)
        for name in ("cells", "brand_errands", "person_from_minor", "learning", "floors", "adds", "rules"):
            policy = replace(policy, learning=None) if name == "brand_errands" else policy
            policy = replace(policy, **{name: getattr(hostile, name)})
        again = parse_policy(policy_text(policy, currency="SEK"), name="p", version=1, currency="SEK")
        assert again == policy


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'low = "machine"',
            'low = "robot"',
            r'p.toml: look_up.low is "robot"; it must be one of "machine", "machine, ',
        ),
        ('low = "machine"', 'lowest = "machine"', r"p.toml: \[look_up\] has lowest; write low, medium and high."),
        ('low = "machine"\n', "", "The matrix says nothing for look_up, low."),
        ("[look_up]", "[look-up]", "p.toml has a part look-up; there are"),
        ("[look_up]", "[look_up", "p.toml cannot be read as TOML: "),
        ("medium_from = 500", "medium_from = -1", "needs medium_from, high_from, each a number from 0 on; medium_from"),
        ("medium_from = 500", "medium_from = 50000", "High stakes begin where medium ones do"),
        ("medium_from = 500", "medium = 500", r"\[stakes\] needs"),
        ("person_always = []", 'person_always = ["order", "start", "renew", "choose"]', "at most 3 errands; 4 are"),
        ("person_always = []", 'person_always = ["sing"]', 'person_always is "sing"'),
        ("[stakes]", "[adds]\nchoose.high = true\n[stakes]", r"p.toml: \[adds\] has lines like choose.high = 0.08"),
        ("[stakes]", "[adds]\nchoose = 0.1\n[stakes]", r"\[adds\]|adds is"),
        ("[stakes]", "[adds]\nchoose.high = 8\n[stakes]", "between -1 and 1 good ends"),
        ("person_always = []", 'floors = ["order"]', 'floors is ""; it must be one of "low"'),
        ("[stakes]", '[learning]\nerrand = "repair"\nstakes = "low"\n[stakes]', "a person is due there"),
        ("[stakes]", '[learning]\nerrand = "order"\nstakes = "low"\nperson_share = 0.01\n[stakes]', "between 0.05 and"),
        ("[stakes]", '[learning]\nerrand = "order"\n[stakes]', "has errand, stakes and"),
    ],
)
def test_what_is_wrong_is_told_by_name(old: str, new: str, said: str) -> None:
    assert old in TEXT
    with pytest.raises(FileError, match=said):
        parse_policy(TEXT.replace(old, new, 1), name="p.toml", version=1, currency="SEK")
