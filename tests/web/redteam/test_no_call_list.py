"""No page and no export says how near a customer is together with a contact detail, or in an order of nearness."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.journeys.logs import Event, subject_of
from tests.web.insight.conftest import bring_in, small_shop
from tests.web.readiness.judged import keep
from tillit.journeys.store import public_pseudonym
from tillit.readiness.recipe import Want
from tillit.vocabulary import Purpose
from tillit_web.people import actions as people
from tillit_web.people.consents import How
from tillit_web.people.models import Contact, User
from tillit_web.readiness import actions

__all__ = ["bring_in", "small_shop"]

WHO = [f"customer {number}" for number in range(6)]
NEARNESS = re.compile(r"How far they have come|speaks for it|speaks against it|Of those said to be nearest|the nearer")


@pytest.fixture
def speaking(small_shop: list[Event], ana: User) -> None:
    """Everything is switched on, some customers have said yes to everything, and their addresses are known."""
    for want in Want:
        keep(want)
        actions.switch_on(want, 30, by=ana)
    for who in WHO:
        Contact.objects.create(subject=subject_of(who), kind="email", value=f"{who.replace(' ', '')}@example.net")
        for purpose in (Purpose.PERSONALISATION, Purpose.STAFF_READING):
            people.record_consent([subject_of(who)], purpose, granted=True, how=How.STAFF, where="a test")


def addresses(resolver: URLResolver, before: str = "") -> Iterator[str]:
    """Every address that needs no more than a customer's name."""
    person = public_pseudonym(subject_of(WHO[0]))
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, route)
        elif isinstance(pattern, URLPattern):
            address = "/" + route.replace("<slug:person>", person)
            if "<" not in address and "^" not in address and "logout" not in address:
                yield address


@pytest.mark.parametrize("method", ["get", "post"])
def test_no_door_gives_nearness_and_contact_together(method: str, speaking: None, as_ana: Client, ana: User) -> None:
    sent = {"basis": "booking", "reason": "a call", "identifier": public_pseudonym(subject_of(WHO[0]))}
    with_nearness, with_contact = set(), set()
    for address in sorted(set(addresses(get_resolver()))):
        as_ana.force_login(ana, backend="allauth.account.auth_backends.AuthenticationBackend")  # some doors lead out
        answer = getattr(as_ana, method)(address, sent if method == "post" else {})
        if answer.streaming or (answer.status_code >= 400 and answer.status_code != 422):
            continue
        page = answer.content.decode(errors="replace")
        if NEARNESS.search(page):
            with_nearness.add(address)
        if "@example.net" in page:
            with_contact.add(address)
    assert not with_nearness & with_contact
    if method == "get":
        assert {address.rsplit("/", 2)[0] for address in with_nearness} >= {"/meetings", "/journeys/customer"}
    else:
        assert any(address.endswith("/contacts/") for address in with_contact), "the door that gives it was opened"


def test_the_page_opens_no_list_of_people(speaking: None, as_ana: Client) -> None:
    """Neither by a link nor by a pseudonym; other pages list people, and none of them by nearness."""
    page = as_ana.get("/meetings/near/").content.decode()
    names = {public_pseudonym(subject_of(who)) for who in WHO}
    assert not any(name in page for name in names)
    main_part = page.split('class="near"')[1]
    assert not re.search(r'href="/journeys/(behind|customer)', main_part)


def test_staff_see_no_number_for_one_customer(speaking: None, as_bo: Client) -> None:
    page = as_bo.get(f"/journeys/customer/{public_pseudonym(subject_of(WHO[0]))}/").content.decode()
    section = re.search(r'class="near-customer".*?</section>', page, re.S)
    assert section
    assert "speaks" in section[0]
    said = re.sub(r"event \d+", "", re.sub(r"<[^>]*>", " ", section[0]))
    assert not re.search(r"\d|%", said)


def test_without_a_yes_nothing_is_said_of_a_customer(speaking: None, as_bo: Client) -> None:
    address = f"/journeys/customer/{public_pseudonym(subject_of(WHO[0]))}/"
    assert NEARNESS.search(as_bo.get(address).content.decode())
    subject = [subject_of(WHO[0])]
    people.record_consent(subject, Purpose.PERSONALISATION, granted=False, how=How.STAFF, where="a test")
    assert not NEARNESS.search(as_bo.get(address).content.decode())


def test_without_a_yes_to_reading_no_reading_is_a_reason(speaking: None, as_bo: Client) -> None:
    """The buyer's ways: read, looked, ordered. Without the yes only the order is a reason."""
    address = f"/journeys/customer/{public_pseudonym(subject_of(WHO[0]))}/"
    subject = [subject_of(WHO[0])]
    people.record_consent(subject, Purpose.STAFF_READING, granted=False, how=How.STAFF, where="a test")
    page = as_bo.get(address).content.decode()
    section = re.search(r'class="near-customer".*?</section>', page, re.S)
    assert section
    assert not re.search(r"Page viewed|Product viewed|Price viewed", section[0])
    opened = set(re.findall(r'href="#event-(\d+)"', section[0]))
    reading = set(re.findall(r'id="event-(\d+)"><details><summary><span[^>]*><span[^>]*>[^<]*</span>P', page))
    assert opened
    assert not opened & reading


def test_switched_off_nothing_is_said(speaking: None, as_bo: Client, ana: User) -> None:
    for want in Want:
        actions.switch_off(want, by=ana)
    page = as_bo.get(f"/journeys/customer/{public_pseudonym(subject_of(WHO[0]))}/").content.decode()
    assert not NEARNESS.search(page)
