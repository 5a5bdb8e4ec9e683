"""From an identifier to a person and back, over links and over a delta."""

from __future__ import annotations

from pathlib import Path

from tests.journeys.logs import Link, log, store_of, subject_of
from tillit.journeys.known_by import person_known_by, subjects_of
from tillit.journeys.store import public_pseudonym
from tillit.journeys.view import View
from tillit.vocabulary import Purpose

EVENTS = log(
    ("ana@example.org", 1, "page_viewed"), ("order 7", 2, "order_completed"), ("bo@example.org", 3, "page_viewed")
)
LINKS = (Link("ana@example.org", "order 7"), Link("order 7", "070-174 06 05"))


def test_every_identifier_of_a_person_leads_to_the_same_one(tmp_path: Path) -> None:
    view = View(store_of(tmp_path, EVENTS, LINKS), purpose=Purpose.MEASUREMENT)
    ana = public_pseudonym(subject_of("ana@example.org"))
    for known_as in ("ana@example.org", "order 7", "070-174 06 05"):
        assert person_known_by(view, subject_of(known_as)) == ana
    assert person_known_by(view, subject_of("bo@example.org")) == public_pseudonym(subject_of("bo@example.org"))


def test_an_identifier_that_nobody_gave_leads_nowhere(tmp_path: Path) -> None:
    view = View(store_of(tmp_path, EVENTS, LINKS), purpose=Purpose.MEASUREMENT)
    assert person_known_by(view, subject_of("cy@example.org")) is None


def test_a_person_is_known_by_all_that_links_name(tmp_path: Path) -> None:
    view = View(store_of(tmp_path, EVENTS, LINKS), purpose=Purpose.MEASUREMENT)
    found = subjects_of(view, public_pseudonym(subject_of("ana@example.org")))
    assert set(found) == {subject_of(name) for name in ("ana@example.org", "order 7", "070-174 06 05")}
