"""Who is who: what is held apart waits with its reason, is decided by those who may, and comes back when undone."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.test import Client

from tests.identity.made import links_of, subject_of
from tests.identity.test_unmerge import write_events
from tillit.events.key import read_or_create_key
from tillit.events.log import EventLog
from tillit.events.publishing import StagedParts, publish
from tillit.identity.decided import Verdict
from tillit.journeys.graph import overview
from tillit.journeys.store import public_pseudonym
from tillit.vocabulary import Purpose
from tillit_web.jobs.worker import do_waiting_jobs
from tillit_web.people.models import Company, User
from tillit_web.warehouse import identity_actions, identity_queries
from tillit_web.warehouse.builds import rebuild
from tillit_web.warehouse.queries import current_view

pytestmark = pytest.mark.django_db
ANA, BO, PHONE, ORDER = map(subject_of, ("email:ana", "email:bo", "phone:1", "order:1"))


@pytest.fixture
def household(data_directory: Path, company: Company) -> Path:
    """Ana and Bo share a phone; the order is Ana's."""
    read_or_create_key(data_directory)
    events = write_events(data_directory / "events.parquet", ("email:ana", "email:bo", "phone:1", "order:1"))
    links = data_directory / "links.parquet"
    seen = [("email:ana", "phone:1"), ("email:bo", "phone:1"), ("email:ana", "order:1"), ("email:ana", "order:1")]
    pq.write_table(links_of(seen), links)
    with EventLog.open(data_directory) as log:
        publish(log, "household", StagedParts([events], [links]), work=data_directory / "work")
    rebuild()
    return data_directory


def customers() -> int:
    view = current_view(purpose=Purpose.MEASUREMENT)
    assert view is not None
    return overview(view).persons


def page_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_before_the_first_import_the_page_says_what_will_be_here(as_cy: Client) -> None:
    assert "Here you will see what could not be told apart by itself." in page_of(as_cy, "/identity/")


def test_a_shared_phone_waits_with_its_reason_and_its_count(as_cy: Client, household: Path) -> None:
    text = page_of(as_cy, "/identity/")
    assert "1 identifier or link is held apart and waits for you." in text
    assert "Belongs to several as much E-mail: 2, one customer has at most 1 2" in text
    assert "waiting for you: 1" in text
    assert customers() == 3


def test_a_decision_joins_them_and_undoing_it_parts_them(as_cy: Client, cy: User, household: Path) -> None:
    about = {"subject": PHONE.hex(), "verdict": "joined", "why": "one couple, one customer"}
    answer = as_cy.post("/identity/decide/", about, follow=True)
    assert "Put on record." in answer.content.decode()
    assert "Nothing is held apart that waits for you." in page_of(as_cy, "/identity/")
    do_waiting_jobs()
    assert customers() == 1
    text = page_of(as_cy, "/identity/")
    assert f"One customer , “one couple, one customer” {cy.email}" in text

    as_cy.post("/identity/undo/1/")
    do_waiting_jobs()
    assert customers() == 3
    as_cy.post("/identity/undo/2/")
    do_waiting_jobs()
    assert customers() == 1, "the undo of an undo"


def test_only_the_last_word_can_be_undone_and_the_page_says_so(as_cy: Client, household: Path) -> None:
    for verdict in ("staff", "kiosk"):
        as_cy.post("/identity/decide/", {"subject": PHONE.hex(), "verdict": verdict})
    answer = as_cy.post("/identity/undo/1/", follow=True)
    assert "A later decision speaks of the same: undo decision 2 instead." in answer.content.decode()
    assert page_of(as_cy, "/identity/").count("Undo") == 1


def test_an_identifier_shows_its_links_and_whose_they_are(as_cy: Client, household: Path) -> None:
    text = page_of(as_cy, f"/identity/{PHONE.hex()}/")
    assert "Letting it in makes one customer of 2." in text
    for subject in (ANA, BO, PHONE):
        assert public_pseudonym(subject) in text
    assert text.count("Join by this link") == 2


def test_a_customers_links_stand_on_the_customers_page(as_cy: Client, household: Path) -> None:
    page = f"/journeys/customer/{public_pseudonym(ANA)}/"
    text = page_of(as_cy, page)
    assert "How we know that this is one customer: 1 link" in text
    assert "They stood in one row file, e2" in text
    as_cy.post("/identity/decide/", {"subject": ORDER.hex(), "other": ANA.hex(), "verdict": "apart", "back": page})
    do_waiting_jobs()
    assert customers() == 4
    assert "How we know that this is one customer: 0 links" in page_of(as_cy, page)
    assert "Undo" in page_of(as_cy, page)


def test_a_specialist_sees_the_links_and_decides_nothing(as_bo: Client, household: Path) -> None:
    text = page_of(as_bo, f"/journeys/customer/{public_pseudonym(ANA)}/")
    assert "They stood in one row" in text
    assert "Remove this link" not in text
    assert as_bo.post("/identity/decide/", {"subject": PHONE.hex(), "verdict": "joined"}).status_code == 403


@pytest.mark.parametrize("address", ["/identity/zz/", "/identity/00/", f"/identity/{subject_of('email:new').hex()}/"])
def test_what_is_no_identifier_is_not_found(as_cy: Client, household: Path, address: str) -> None:
    assert as_cy.get(address).status_code == 404


@pytest.mark.parametrize(
    "sent",
    [
        {"subject": PHONE.hex()},
        {"subject": PHONE.hex(), "verdict": "loved"},
        {"subject": PHONE.hex(), "other": ANA.hex(), "verdict": "staff"},
    ],
)
def test_a_decision_that_says_nothing_changes_nothing(as_cy: Client, household: Path, sent: dict[str, str]) -> None:
    answer = as_cy.post("/identity/decide/", sent, follow=True)
    assert "Choose what it is first." in answer.content.decode()
    assert identity_queries.decided_rows() == ()


@pytest.mark.parametrize("back", ["https://example.org/", "//example.org/", "javascript:alert(1)", ""])
def test_a_form_leads_back_to_pages_of_ours_alone(as_cy: Client, household: Path, back: str) -> None:
    answer = as_cy.post("/identity/decide/", {"subject": PHONE.hex(), "verdict": "apart", "back": back})
    assert answer["Location"] == "/identity/"


def test_who_decided_is_kept_as_a_number_beside_the_log(cy: User, household: Path) -> None:
    """The log of a restored data directory carries the decision, and no address of a member."""
    identity_actions.decide(Verdict.KIOSK, PHONE, by=cy, why="counter")
    with EventLog.open(household) as log:
        row = dict(log.connection.execute("select * from identity_decision").fetchone())
    assert (row["by"], row["verdict"], row["why"]) == (f"member {cy.pk}", "kiosk", "counter")
