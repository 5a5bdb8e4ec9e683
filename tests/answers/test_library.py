"""When an answer and a comparison may be shown."""

from datetime import date

from tillit.answers.library import Answer, Point, missing_for_honesty

TODAY = date(2026, 6, 1)


def test_an_answer_holds_through_its_last_day() -> None:
    answer = Answer("a", "sv", ("Öppet?",), "Ja.", date(2026, 1, 1), 30)
    assert answer.holds_until == date(2026, 1, 31)
    assert not answer.is_stale(date(2026, 1, 31))
    assert answer.is_stale(date(2026, 2, 1))


def point(better: str, *, source: str = "https://example.com/test", seen_on: date = TODAY) -> Point:
    return Point("Weight", better, source, seen_on)


def test_a_comparison_says_where_the_other_is_better_and_how_we_know() -> None:
    assert missing_for_honesty((point("us"), point("them")), today=TODAY, holds_days=90) == ()
    assert missing_for_honesty((point("us"), point("even")), today=TODAY, holds_days=90) == ("no_loss",)
    assert missing_for_honesty((point("them", source=" "),), today=TODAY, holds_days=90) == ("no_source",)
    old = point("them", seen_on=date(2026, 3, 1))
    assert missing_for_honesty((old,), today=TODAY, holds_days=92) == ()
    assert missing_for_honesty((old,), today=TODAY, holds_days=91) == ("expired",)
    assert missing_for_honesty((), today=TODAY, holds_days=90) == ("no_loss",)
