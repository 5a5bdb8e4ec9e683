"""What pages ask is answered by the job that builds; pages read it; after an erasure it is made anew."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tests.events.staged import Event, subject
from tests.web.warehouse.test_queries import bring_in
from tillit.events.builds import current_build
from tillit.events.log import EventLog
from tillit.journeys.graph import overview
from tillit.journeys.view import Selection, View
from tillit.vocabulary import Purpose
from tillit_web.warehouse import kept, queries
from tillit_web.warehouse.actions import forget
from tillit_web.warehouse.builds import rebuild
from tillit_web.warehouse.cached import MOST_ANSWERS, patient
from tillit_web.warehouse.erasing import filter_waiting
from tillit_web.warehouse.preparing import Asked, prepare_current

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]

EVENTS = [Event("1", "ana", "product_viewed"), Event("2", "ana", "order_completed"), Event("3", "bo", "product_viewed")]


def view_now() -> View:
    view = queries.current_view(purpose=Purpose.MEASUREMENT)
    assert view is not None
    return view


class Counter:
    """A question of a page: how many customers there are. `times` is how often it was counted."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> int:
        view = view_now()
        return queries.cached(view, "customers, for a test", lambda: self._count(view))

    def _count(self, view: View) -> int:
        self.times += 1
        return overview(view).persons


def leave_memory() -> None:
    """Have every answer so far fall out of this process's table, as if another process were asked."""
    view = view_now()
    for number in range(MOST_ANSWERS):
        queries.cached(view, ("something else", number), lambda: None)


def as_by_another_process() -> int:
    """The page's answer in a process that has none in memory; it fails where the page has to count."""
    leave_memory()
    page = Counter()
    answer = page()
    assert page.times == 0, "the page had to count"
    return answer


def shown(folder: Path) -> int:
    with EventLog.open(folder) as log:
        build = current_build(log)
    return 0 if build is None else build.number


def test_a_page_reads_what_the_job_answered_before_the_build_was_shown(data_directory: Path) -> None:
    job, shown_meanwhile = Counter(), list[int]()
    meanwhile = lambda: shown_meanwhile.append(shown(data_directory))  # noqa: E731
    asked = Asked(ahead=[lambda: [("customers", job), ("meanwhile", meanwhile)]], least_customers=1)
    bring_in(data_directory, "a", EVENTS)
    rebuild(asked=asked)
    assert (job.times, as_by_another_process()) == (1, 2)
    prepare_current(asked=asked)
    assert job.times == 1, "what is kept is not counted again"
    first = shown(data_directory)
    bring_in(data_directory, "b", [Event("4", "cy", "product_viewed")])
    rebuild(asked=asked)
    assert shown_meanwhile == [0, first, first]
    assert shown(data_directory) > first
    assert (job.times, as_by_another_process()) == (2, 3)


def test_after_an_erasure_the_answer_is_made_anew_without_the_person(data_directory: Path) -> None:
    job = Counter()
    asked = Asked(ahead=[lambda: [("customers", job)]], least_customers=1)
    bring_in(data_directory, "a", EVENTS)
    rebuild(asked=asked)
    assert as_by_another_process() == 2
    forget([subject("ana")], by="owner")
    assert filter_waiting() == 1
    assert Counter()() == 1, "a page that asks before the job has counted counts by itself"
    rebuild(asked=asked)
    prepare_current(asked=asked)
    assert as_by_another_process() == 1


def test_whoever_asks_to_be_erased_waits_for_no_answer(data_directory: Path) -> None:
    job = Counter()
    asked = Asked(ahead=[lambda: [("customers", job)]], least_customers=1)
    bring_in(data_directory, "a", EVENTS)
    rebuild(asked=asked)
    forget([subject("ana")], by="owner")
    assert rebuild(asked=asked)
    assert job.times == 1


def test_a_small_build_is_left_to_the_pages(data_directory: Path) -> None:
    job = Counter()
    bring_in(data_directory, "a", EVENTS)
    rebuild(asked=Asked(ahead=[lambda: [("customers", job)]], least_customers=3))
    assert job.times == 0


def test_a_question_that_fails_holds_up_no_build(data_directory: Path, caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise RuntimeError("a mistake of ours")

    job = Counter()
    bring_in(data_directory, "a", EVENTS)
    assert rebuild(asked=Asked(ahead=[lambda: [("broken", fail), ("customers", job)]], least_customers=1))
    assert job.times == 1
    assert [getattr(record, "facts", None) for record in caplog.records] == [{"question": "broken"}]


def test_a_kept_answer_is_locked_as_its_store_is(data_directory: Path) -> None:
    bring_in(data_directory, "a", EVENTS)
    rebuild()
    view, name = view_now(), kept.name_of("a question")
    with pytest.raises(kept.NotKept):
        kept.read(view, name)
    kept.write(view, name, {"some words": (1, 2.5, None)})
    assert kept.read(view, name) == {"some words": (1, 2.5, None)}
    (path,) = (view.store.path / kept.FOLDER).iterdir()
    assert b"some words" not in path.read_bytes()


def test_equal_questions_have_one_name_whatever_the_order_of_their_sets() -> None:
    one = Selection(channels=frozenset(["web", "email", "chat", "phone"]))
    assert kept.said(one).count("'chat', 'email', 'phone', 'web'") == 1
    assert kept.name_of(one) == kept.name_of(Selection(channels=frozenset(["phone", "chat", "web", "email"])))
    assert kept.name_of(one) != kept.name_of(Selection(channels=frozenset(["web"])))


def test_a_patient_page_is_told_that_it_counts_and_finds_the_answer_later(data_directory: Path) -> None:
    bring_in(data_directory, "a", EVENTS)
    rebuild()
    go_on, counted, view = threading.Event(), [], view_now()

    def slow() -> int:
        go_on.wait(60)
        counted.append("once")
        return 7

    with patient(0.0), pytest.raises(queries.StillCounting):
        queries.cached(view, "slow", slow)
    go_on.set()
    with patient(60.0):
        assert queries.cached(view, "slow", slow) == 7
    assert counted == ["once"], "whoever asks again waits for the same counting"
