"""What waits for an answer."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given

from tests.journeys.logs import Event, histories, log, logs, view_of
from tillit.journeys.behind import journeys_behind
from tillit.reports.unanswered import Owed, Unanswered, waiting

ORDER = Owed("order_completed", ("order_delivered",), settled_in=("store",))


def by_hand(events: list[Event]) -> int:
    """Persons with an order to be sent after their last delivery; without cutting, a person is a journey."""
    count = 0
    for history in histories(events):
        answered = max((at for at, event in enumerate(history) if event.activity in ORDER.answers), default=-1)
        open_ones = history[answered + 1 :]
        count += any(event.activity == ORDER.ask and event.channel != "store" for event in open_ones)
    return count


@given(logs(max_events=20))
def test_it_agrees_with_a_loop(events: list[Event]) -> None:
    with TemporaryDirectory() as folder:
        view = view_of(Path(folder), events)
        assert journeys_behind(view, Unanswered(ORDER)).total == by_hand(events)


def test_what_is_bought_at_the_till_waits_for_nothing(tmp_path: Path) -> None:
    events = [
        Event("Ana", 1, "order_completed", "e1", channel="store"),
        Event("Bo", 1, "order_completed", "e2", channel="web"),
        Event("Cy", 1, "order_completed", "e3", channel="web"),
        Event("Cy", 2, "order_shipped", "e4"),
    ]
    (order,) = waiting(view_of(tmp_path, events))
    assert (order.journeys, order.of) == (1, 2)


def test_each_kind_is_counted_where_it_was_asked(tmp_path: Path) -> None:
    events = log(
        ("Ana", 1, "question_asked"),
        ("Ana", 2, "question_answered"),
        ("Bo", 1, "question_asked"),
        ("Bo", 9, "page_viewed"),
        ("Cy", 1, "order_completed"),
    )
    found = {item.owed.ask: item for item in waiting(view_of(tmp_path, events))}
    assert set(found) == {"question_asked", "order_completed"}
    question, order = found["question_asked"], found["order_completed"]
    assert (question.journeys, question.of, question.answers_known) == (1, 2, True)
    assert (order.journeys, order.of, order.answers_known) == (1, 1, False), "no event here could be the answer"
