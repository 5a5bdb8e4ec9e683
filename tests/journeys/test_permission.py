"""A mask shows what a store would hold if the hidden events had never come, and no reader gets round it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.journeys.logs import Event, Link, log, store_of, subject_of
from tillit.errors import PurposeError, QueryError
from tillit.journeys.behind import Everything, journeys_behind
from tillit.journeys.graph import overview
from tillit.journeys.known_by import person_known_by, subjects_of
from tillit.journeys.permission import EVERYBODY, Mask, Permission
from tillit.journeys.store import OrderedStore, public_pseudonym
from tillit.journeys.timeline import timeline, withheld_events
from tillit.journeys.variants import variants
from tillit.journeys.view import CaseRule, View
from tillit.vocabulary import READING_ACTIVITIES, Purpose

NAMES = ("ana", "ana's phone", "bo", "cy")
LINKS = (Link("ana", "ana's phone"),)
EVENTS = log(
    ("ana", 1, "page_viewed"),
    ("ana's phone", 2, "product_viewed"),
    ("bo", 3, "page_viewed"),
    ("ana", 4, "order_completed"),
    ("cy", 5, "question_asked"),
    ("bo", 6, "order_completed"),
)
RULE = CaseRule(lapse_days=30)
ANA = public_pseudonym(subject_of("ana"))


def seen(store: OrderedStore, mask: Mask, purpose: Purpose = Purpose.MEASUREMENT) -> View:
    return View(store, RULE, purpose=purpose, permission=Permission(purpose, mask, mask))


def subjects(names: set[str]) -> frozenset[bytes]:
    return frozenset(map(subject_of, names))


def slowly_allowed(event: Event, names: set[str], *, everyone: bool, readers: set[str] | None) -> bool:
    if (event.who in names) == everyone:
        return False
    return readers is None or event.activity not in READING_ACTIVITIES or event.who in readers


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    names=st.sets(st.sampled_from(NAMES)),
    everyone=st.booleans(),
    readers=st.none() | st.sets(st.sampled_from(NAMES)),
)
def test_a_masked_store_answers_like_one_without_the_hidden_events(
    tmp_path_factory: pytest.TempPathFactory, names: set[str], everyone: bool, readers: set[str] | None
) -> None:
    whole = store_of(tmp_path_factory.mktemp("whole"), EVENTS, LINKS)
    left = [event for event in EVENTS if slowly_allowed(event, names, everyone=everyone, readers=readers)]
    mask = Mask(everyone, subjects(names), None if readers is None else subjects(readers))
    view = seen(whole, mask)
    counted = overview(view)
    assert counted.events == len(left)
    if not left:
        assert (counted.journeys, journeys_behind(view, Everything()).rows) == (0, ())
        return
    never_came = View(store_of(tmp_path_factory.mktemp("left"), left, LINKS), RULE, purpose=Purpose.MEASUREMENT)
    assert counted == overview(never_came)
    assert variants(view, limit=50) == variants(never_came, limit=50)
    shown = journeys_behind(view, Everything())
    assert sorted(row.activities for row in shown.rows) == sorted(
        row.activities for row in journeys_behind(never_came, Everything()).rows
    )


def test_a_timeline_leaves_out_what_its_reader_may_not_see_and_counts_it(tmp_path: Path) -> None:
    store = store_of(tmp_path, EVENTS, LINKS)
    view = seen(store, Mask(True, subjects({"ana's phone"})))
    assert [row.activity for row in timeline(view, ANA)] == ["page_viewed", "order_completed"]
    assert withheld_events(view, ANA) == 1
    assert set(subjects_of(view, ANA)) == {subject_of("ana")}
    assert person_known_by(view, subject_of("ana's phone")) is None
    assert person_known_by(view, subject_of("ana")) == ANA


def test_somebody_who_is_wholly_withheld_is_in_no_list_and_no_timeline(tmp_path: Path) -> None:
    view = seen(store_of(tmp_path, EVENTS, LINKS), Mask(True, subjects({"ana", "ana's phone"})))
    with pytest.raises(QueryError, match=r"all 3 events .* are withheld"):
        timeline(view, ANA)
    assert ANA not in {row.person for row in journeys_behind(view, Everything()).rows}


def test_staff_see_what_was_read_only_of_those_who_said_yes(tmp_path: Path) -> None:
    store = store_of(tmp_path, EVENTS, LINKS)
    closed = seen(store, Mask(True, readers=frozenset()), Purpose.SERVICE)
    assert [row.activity for row in timeline(closed, ANA)] == ["order_completed"]
    opened = seen(store, Mask(True, readers=subjects({"ana"})), Purpose.SERVICE)
    assert [row.activity for row in timeline(opened, ANA)] == ["page_viewed", "order_completed"]


def test_a_no_leaves_lists_at_once_and_the_number_says_how_many_it_held(tmp_path: Path) -> None:
    store = store_of(tmp_path, EVENTS, LINKS)
    since = Permission(Purpose.MEASUREMENT, Mask(True, subjects({"bo"})), EVERYBODY)
    view = View(store, RULE, purpose=Purpose.MEASUREMENT, permission=since)
    number = overview(view).journeys
    listing = journeys_behind(view, Everything())
    assert (number, listing.total, listing.withheld) == (3, 2, 1)
    assert public_pseudonym(subject_of("bo")) not in {row.person for row in listing.rows}
    with pytest.raises(QueryError):
        timeline(view, public_pseudonym(subject_of("bo")))


@pytest.mark.parametrize("purpose", [None, "", "measurement", *(set(Purpose) - {Purpose.MEASUREMENT})])
def test_a_reader_without_purpose_or_permission_gets_nothing(tmp_path: Path, purpose: Purpose) -> None:
    store = store_of(tmp_path, EVENTS)
    with pytest.raises(PurposeError):
        View(store, RULE, purpose=purpose)


def test_a_permission_serves_its_own_purpose_alone(tmp_path: Path) -> None:
    store = store_of(tmp_path, EVENTS)
    for_rights = Permission(Purpose.RIGHTS, EVERYBODY, EVERYBODY)
    with pytest.raises(PurposeError, match="brings a permission for 'rights'"):
        View(store, RULE, purpose=Purpose.MEASUREMENT, permission=for_rights)
