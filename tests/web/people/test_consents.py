"""A yes or a no counts at the next read, is kept for good, and can be shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.journeys.logs import log, subject_of
from tests.web.insight.small_shop import fill
from tillit.errors import PurposeError, QueryError
from tillit.journeys.behind import Everything, journeys_behind
from tillit.journeys.graph import overview
from tillit.journeys.store import public_pseudonym
from tillit.journeys.timeline import timeline
from tillit.journeys.view import View
from tillit.vocabulary import ContactChannel, Purpose
from tillit_web.people import actions, consents, consents_file, queries
from tillit_web.people.consents import How
from tillit_web.warehouse import queries as warehouse

ANA, BO = subject_of("ana"), subject_of("bo")
EVENTS = log(("ana", 1, "page_viewed"), ("ana", 2, "order_completed"), ("bo", 3, "page_viewed"))
NOW = datetime.now(UTC)
LATER = NOW + timedelta(days=1)


def answer(subject: bytes, purpose: Purpose, *, granted: bool, channel: ContactChannel | None = None) -> int:
    return actions.record_consent(
        [subject], purpose, granted=granted, how=How.OWN_PAGE, where="/me/", channel=channel, wording="1", language="sv"
    )


def persons(purpose: Purpose) -> set[bytes]:
    mask = queries.permission(purpose, aggregates_as_of=LATER).persons
    return {subject for subject in (ANA, BO) if mask.allows(subject)}


@pytest.mark.parametrize(
    ("purpose", "at_first", "after_yes", "after_no"),
    [
        (Purpose.MEASUREMENT, {ANA, BO}, {ANA, BO}, {BO}),
        (Purpose.STAFF_READING, set(), {ANA}, set()),
        (Purpose.PERSONALISATION, set(), {ANA}, set()),
    ],
)
def test_who_may_be_read_before_and_after_an_answer(
    purpose: Purpose, at_first: set[bytes], after_yes: set[bytes], after_no: set[bytes]
) -> None:
    assert persons(purpose) == at_first
    answer(ANA, purpose, granted=True)
    assert persons(purpose) == after_yes
    answer(ANA, purpose, granted=False)
    assert persons(purpose) == after_no


def test_marketing_is_agreed_to_for_one_way_of_contact() -> None:
    answer(ANA, Purpose.MARKETING, granted=True, channel=ContactChannel.EMAIL)
    answer(ANA, Purpose.MARKETING, granted=False, channel=ContactChannel.PHONE)
    standing = queries.standing_of([ANA])
    assert standing[Purpose.MARKETING, ContactChannel.EMAIL].granted
    assert not standing[Purpose.MARKETING, ContactChannel.PHONE].granted
    assert persons(Purpose.MARKETING) == {ANA}
    for purpose, channel in ((Purpose.MARKETING, None), (Purpose.MEASUREMENT, ContactChannel.SMS)):
        with pytest.raises(PurposeError):
            answer(ANA, purpose, granted=True, channel=channel)


@pytest.mark.parametrize("purpose", [Purpose.SERVICE, Purpose.RIGHTS])
def test_nobody_is_asked_about_what_does_not_rest_on_consent(purpose: Purpose) -> None:
    with pytest.raises(PurposeError, match="does not rest on consent"):
        answer(ANA, purpose, granted=False)


def test_every_answer_is_kept_with_its_evidence() -> None:
    first = answer(ANA, Purpose.MEASUREMENT, granted=True)
    second = answer(ANA, Purpose.MEASUREMENT, granted=False)
    answer(BO, Purpose.MEASUREMENT, granted=False)
    given = queries.consents_of([ANA])
    assert [(each.number, each.granted) for each in given] == [(second, False), (first, True)]
    assert (given[0].how, given[0].where, given[0].wording, given[0].language) == (How.OWN_PAGE, "/me/", "1", "sv")
    assert consents.verify_consents().is_sound


def test_no_entry_of_the_ledger_holds_a_subject(data_directory: Path) -> None:
    answer(ANA, Purpose.MEASUREMENT, granted=False)
    with consents_file.opened() as (connection, _):
        (row,) = connection.execute("select * from consent_entry").fetchall()
    assert ANA not in row
    assert ANA.hex() not in str(row)


def of_measurement() -> View:
    view = warehouse.current_view(purpose=Purpose.MEASUREMENT)
    assert view is not None
    return view


@pytest.mark.django_db
def test_a_no_takes_a_person_out_of_lists_and_timelines_at_once_and_of_numbers_by_the_day(data_directory: Path) -> None:
    fill(data_directory, EVENTS)
    before = warehouse.cached(of_measurement(), "overview", lambda: overview(of_measurement()))
    answer(BO, Purpose.MEASUREMENT, granted=False)
    view = of_measurement()
    assert warehouse.cached(view, "overview", lambda: overview(view)) == before, "a number stays until the day is over"
    listing = journeys_behind(view, Everything())
    assert (listing.total, listing.withheld) == (1, 1)
    with pytest.raises(QueryError, match="withheld"):
        timeline(view, public_pseudonym(BO))
    tomorrow = queries.permission(Purpose.MEASUREMENT, aggregates_as_of=LATER)
    counted = overview(View(view.store, view.rule, purpose=Purpose.MEASUREMENT, permission=tomorrow))
    assert (before.persons, counted.persons) == (2, 1)


@pytest.mark.django_db
def test_who_asked_to_be_erased_is_seen_by_nobody_for_no_purpose(data_directory: Path) -> None:
    fill(data_directory, EVENTS)
    assert overview(of_measurement()).persons == 2
    answer(ANA, Purpose.PERSONALISATION, granted=True)
    actions.ask_erasure([ANA], by="customer")
    assert overview(of_measurement()).persons == 1
    for purpose in Purpose:
        assert ANA not in persons(purpose)
        view = warehouse.current_view(purpose=purpose)
        assert view is not None
        with pytest.raises(QueryError):
            timeline(view, public_pseudonym(ANA))


@pytest.mark.django_db
def test_answers_of_two_purposes_are_never_mixed_up(data_directory: Path) -> None:
    """The cache's key holds purpose and consents: what was computed for one reader is not given to another."""
    fill(data_directory, EVENTS)
    answer(ANA, Purpose.PERSONALISATION, granted=True)
    for _ in range(2):
        for purpose in (Purpose.MEASUREMENT, Purpose.PERSONALISATION, Purpose.SERVICE):
            view = warehouse.current_view(purpose=purpose)
            assert view is not None
            view = view.of_persons()
            got = warehouse.cached(view, "overview", lambda view=view: overview(view)).events  # type: ignore[misc]
            # Reading is no part of service without its own yes.
            assert got == {Purpose.MEASUREMENT: 3, Purpose.PERSONALISATION: 2, Purpose.SERVICE: 1}[purpose]
