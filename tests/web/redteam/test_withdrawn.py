"""A no is heard at every door at once: what a door gave a moment ago of Ana it gives no more, without a new build."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from tests.journeys.logs import DAY, Event, write_events
from tests.meetings.making import DEFAULT
from tests.web.insight.small_shop import fill_from, shop
from tests.web.readiness.judged import keep
from tillit.events.contract import EVENT_SCHEMA
from tillit.events.key import read_or_create_key
from tillit.events.subject import subject_of
from tillit.identity.decided import Verdict
from tillit.journeys.store import public_pseudonym
from tillit.meetings.actions import ANYONE
from tillit.meetings.decide import decide
from tillit.meetings.log import open_log
from tillit.meetings.moment import Capacity, Moment
from tillit.meetings.policy_files import default_policy_text
from tillit.readiness.recipe import Want
from tillit.vocabulary import ContactChannel, Errand, IdentifierKind, Purpose
from tillit_cli.__main__ import main
from tillit_web.booking import outbox, sending
from tillit_web.booking.models import Booking, Host, Kind
from tillit_web.desk.models import Conversation
from tillit_web.desk.queries import queue
from tillit_web.jobs.worker import do_waiting_jobs
from tillit_web.me.queries import known
from tillit_web.meetings import queries as meetings
from tillit_web.meetings.results import current
from tillit_web.people import actions as people
from tillit_web.people.consents import How
from tillit_web.people.models import Contact, User
from tillit_web.people.queries import export_contacts
from tillit_web.people.standing import StandingReader
from tillit_web.readiness import actions as readiness
from tillit_web.readiness.now import customer_now
from tillit_web.ui.identifiers import identifier_code
from tillit_web.warehouse import actions as warehouse
from tillit_web.warehouse import identity_actions

ADDRESS, LAMP = "canary@example.org", "canary-lamp"
pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop in which Ana looked at a lamp and bought it, and where she agreed to everything."""

    data: Path
    ana: bytes
    owner: User
    reader: Client

    @property
    def person(self) -> str:
        return public_pseudonym(self.ana)

    def page(self, address: str) -> str:
        return self.reader.get(address, follow=True).content.decode()


@pytest.fixture
def of_ana(data_directory: Path, ana: User, as_ana: Client, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """All of it is built; nothing is built again."""
    for name in ("TILLIT_DATA", "DJANGO_SETTINGS_MODULE"):  # commands set them, for their own process
        monkeypatch.setenv(name, os.environ.get(name, ""))
    key = read_or_create_key(data_directory)
    subject = subject_of(IdentifierKind.EMAIL, ADDRESS, key=key)
    steps = ("page_viewed", "product_viewed", "order_completed")
    hers = [Event("ana", 400 * DAY + place * DAY, activity, f"a{place}") for place, activity in enumerate(steps)]
    path = write_events(data_directory / "events.parquet", [*shop(), *hers])
    rows = pq.read_table(path).to_pylist()
    for row in rows[-len(hers) :]:
        row.update(subject=subject, subject_kind="email", object=None if row["activity"] == "order_completed" else LAMP)
    pq.write_table(pa.Table.from_pylist(rows, schema=EVENT_SCHEMA), path)
    fill_from(data_directory, path)
    Contact.objects.create(subject=subject, kind="email", value=ADDRESS)
    for purpose in (Purpose.PERSONALISATION, Purpose.STAFF_READING):
        people.record_consent([subject], purpose, granted=True, how=How.OWN_PAGE, where="/me/")
    people.record_consent(
        [subject], Purpose.MARKETING, granted=True, channel=ContactChannel.EMAIL, how=How.OWN_PAGE, where="/me/"
    )
    moment = Moment(subject.hex(), time.time_ns() // 1_000 - DAY, Errand.REPAIR, complaint=True)
    with open_log(data_directory) as log:
        log.save_policy(default_policy_text(), at=1, name="policy", currency="SEK")
        drawn = decide(moment, DEFAULT, {ANYONE: Capacity(free=1)}, draw=0.5, decision_id="of Ana")
        log.append([(drawn, os.urandom(16))], at=moment.at)
    return Shop(data_directory, subject, ana, as_ana)


# The doors: each tells whether it gives anything of Ana.


def her_page(shop: Shop) -> bool:
    return LAMP in shop.page(f"/journeys/customer/{shop.person}/")


def contact_details(shop: Shop) -> bool:
    basis = {"basis": "consent", "reason": "an offer"}
    return (
        ADDRESS in shop.reader.post(f"/journeys/customer/{shop.person}/contacts/", basis, follow=True).content.decode()
    )


def reading_beside_contact_details(shop: Shop) -> bool:
    return LAMP in _with_contacts(shop, "booking")


def _with_contacts(shop: Shop, basis: str) -> str:
    asked = {"basis": basis, "reason": "a test"}
    return shop.reader.post(f"/journeys/customer/{shop.person}/contacts/", asked).content.decode()


def list_behind_a_number(shop: Shop) -> bool:
    return shop.person in shop.page("/journeys/behind/?of=goal&from=1971-01-20")


def cases_while_too_few(shop: Shop) -> bool:
    return shop.person in shop.page("/meetings/near/")


def search(shop: Shop) -> bool:
    return LAMP in shop.reader.post("/journeys/find/", {"identifier": ADDRESS}, follow=True).content.decode()


def readiness_of_her(shop: Shop) -> bool:
    return bool(customer_now(shop.ana, at=404 * DAY))


def readiness_on_her_page(shop: Shop) -> bool:
    return "Near a purchase" in shop.page(f"/journeys/customer/{shop.person}/")


def list_of_decisions(shop: Shop) -> bool:
    return "1 decision of how a customer was met" in shop.page("/meetings/decisions/")


def what_decisions_use(shop: Shop) -> bool:
    reader = StandingReader(shop.data)
    try:
        return reader.of(shop.ana).consent_row is not None
    finally:
        reader.close()


def results_of_meetings(shop: Shop) -> bool:
    found = current(shop.data, currency="SEK")
    assert found is not None
    return found.standing.decisions > 0


def who_is_who(shop: Shop) -> bool:
    return identifier_code(shop.ana) in shop.page("/identity/")


def list_of_addresses_to_write_to(shop: Shop) -> bool:
    return bool(export_contacts([shop.ana], ContactChannel.EMAIL, by=shop.owner, reason="news").details)


def exported_events(shop: Shop) -> bool:
    return shop.ana.hex() in _written(shop, "export", "--format", "jsonl")


def exported_decisions(shop: Shop) -> bool:
    return shop.ana.hex() in _written(shop, "export-decisions", "--because", "a test")


def _written(shop: Shop, *typed: str) -> str:
    out = shop.data / f"out-{time.time_ns()}"
    assert main([*typed, "--data", str(shop.data), "--out", str(out)]) == 0
    return out.read_text(encoding="utf-8")


def her_own_page(shop: Shop) -> bool:
    return bool(known(shop.ana, language="en").events)


def a_code_in_the_queue(shop: Shop) -> bool:
    mail.outbox.clear()
    Client().post("/me/", {"identifier": ADDRESS})
    do_waiting_jobs()
    return bool(mail.outbox)


def a_reminder(shop: Shop) -> bool:
    now = timezone.now()
    outbox.send_waiting(now=now)  # what was on its way before
    mail.outbox.clear()
    Booking.objects.update(reminded_at=None)
    sending.remind(now)
    outbox.send_waiting(now=now)
    return bool(mail.outbox)


def list_of_bookings(shop: Shop) -> bool:
    return ADDRESS in shop.page("/bookings/")


def who_waits_at_the_desk(shop: Shop) -> bool:
    return queue().filter(email=ADDRESS).exists()


def open_corrections(shop: Shop) -> bool:
    return LAMP in shop.page("/settings/privacy/")


# What a door needs beforehand.


def _judged_as_too_few(shop: Shop) -> None:
    readiness.judge_all()


def _switched_on(shop: Shop) -> None:
    keep()
    readiness.switch_on(Want.BUYS, 30, by=shop.owner)


def _decided_on_a_link(shop: Shop) -> None:
    identity_actions.decide(Verdict.JOINED, shop.ana, b"x" * 16, by=shop.owner, why="the same")


def _booked(shop: Shop) -> None:
    kind, host = Kind.objects.create(slug="call", name="A call", where="by phone"), Host.objects.create(name="Bo")
    soon, before = timezone.now() + timedelta(hours=20), timezone.now() - timedelta(days=3)
    Booking.objects.create(
        kind=kind, host=host, starts_at=soon, changed_at=before, subject=shop.ana, email=ADDRESS, state="confirmed"
    )


def _waits(shop: Shop) -> None:
    now = timezone.now()
    Conversation.objects.create(
        token_digest=b"t" * 32,
        language="en",
        subject=shop.ana,
        email=ADDRESS,
        owner=Conversation.Owned.DESK,
        reason="asked",
        waits_since=now,
        promised_at=now,
        opened_at=now,
        changed_at=now,
    )


def _asked_to_correct(shop: Shop) -> None:
    people.ask_correction(shop.ana, f"I never saw the {LAMP}")


def _nothing(shop: Shop) -> None:
    """The shop is enough."""


# What she says.


def _says_no(purpose: Purpose, channel: ContactChannel | None = None) -> Callable[[Shop], None]:
    def say(shop: Shop) -> None:
        people.record_consent([shop.ana], purpose, granted=False, channel=channel, how=How.OWN_PAGE, where="/me/")

    return say


def _erases_herself(shop: Shop) -> None:
    warehouse.forget([shop.ana], by="customer")


NOT_COUNTED, NO_OFFERS = _says_no(Purpose.MEASUREMENT), _says_no(Purpose.PERSONALISATION)
NOT_READ = _says_no(Purpose.STAFF_READING)
NO_NEWS = _says_no(Purpose.MARKETING, ContactChannel.EMAIL)

DOORS = [
    # door, what makes it give something, which no closes it
    (her_page, _nothing, _erases_herself),
    (contact_details, _nothing, NO_NEWS),
    (reading_beside_contact_details, _nothing, NOT_READ),
    (list_behind_a_number, _nothing, NOT_COUNTED),
    (cases_while_too_few, _judged_as_too_few, NOT_COUNTED),
    (search, _nothing, _erases_herself),
    (readiness_of_her, _switched_on, NO_OFFERS),
    (readiness_on_her_page, _switched_on, NO_OFFERS),
    (readiness_on_her_page, _switched_on, NOT_COUNTED),
    (list_of_decisions, _nothing, NOT_COUNTED),
    (list_of_decisions, _nothing, _erases_herself),
    (what_decisions_use, _nothing, NO_OFFERS),
    (who_is_who, _decided_on_a_link, NOT_COUNTED),
    (list_of_addresses_to_write_to, _nothing, NO_NEWS),
    (list_of_addresses_to_write_to, _nothing, _erases_herself),
    (exported_events, _nothing, NOT_COUNTED),
    (exported_decisions, _nothing, NOT_COUNTED),
    (her_own_page, _nothing, _erases_herself),
    (a_code_in_the_queue, _nothing, _erases_herself),
    (a_reminder, _booked, _erases_herself),
    (list_of_bookings, _booked, _erases_herself),
    (who_waits_at_the_desk, _waits, _erases_herself),
    (open_corrections, _asked_to_correct, _erases_herself),
]


@pytest.mark.parametrize(("door", "ready", "say"), DOORS)
def test_a_door_gives_nothing_after_a_no(
    door: Callable[[Shop], bool], ready: Callable[[Shop], None], say: Callable[[Shop], None], of_ana: Shop
) -> None:
    ready(of_ana)
    assert door(of_ana), "it gave something before, or nothing was tried"
    say(of_ana)
    assert not door(of_ana)


def test_what_she_read_is_withheld_where_only_service_may_see_her(of_ana: Shop) -> None:
    """Who says no to being counted is found and served still; without a yes to it what she read is not shown."""
    NOT_COUNTED(of_ana)
    assert LAMP in of_ana.page(f"/journeys/customer/{of_ana.person}/"), "she agreed that staff may read it"
    NOT_READ(of_ana)
    page = of_ana.page(f"/journeys/customer/{of_ana.person}/")
    assert LAMP not in page
    assert "order" in page.lower(), "what was done for her"


def test_what_rests_on_no_yes_goes_on(of_ana: Shop) -> None:
    """A no to offers and counting neither hides her data from herself nor takes back a booking."""
    _booked(of_ana)
    for say in (NOT_COUNTED, NO_OFFERS, NOT_READ, NO_NEWS):
        say(of_ana)
    assert her_own_page(of_ana)
    assert a_code_in_the_queue(of_ana)
    assert a_reminder(of_ana)


def test_numbers_follow_within_the_day(of_ana: Shop) -> None:
    assert results_of_meetings(of_ana)
    NOT_COUNTED(of_ana)
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert not results_of_meetings(of_ana)


def test_readers_of_decisions_pass_the_gate() -> None:
    """Whoever reads decisions for a page takes `counted`; the log itself is read by those who say why not."""
    root = Path(meetings.__file__).parents[1]
    readers = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if ".logged(" in path.read_text(encoding="utf-8")
    }
    # The desk counts how many come at an hour, to have people there: times, of nobody.
    assert readers == {"meetings/queries.py", "meetings/desk.py"}
