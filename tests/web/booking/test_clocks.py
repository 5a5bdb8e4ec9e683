"""A time is said with the place whose clock it is on, and on the customer's own where that shows another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import translation
from icalendar import Calendar
from pytest_django import Settings

from tests.web.booking.test_booking import CUSTOMER, NINE_TOMORROW, NOW, hold
from tillit_web.booking import clocks
from tillit_web.booking.links import token_of
from tillit_web.booking.models import Booking, Kind
from tillit_web.jobs.worker import do_waiting_jobs
from tillit_web.people.models import Company

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("at", "zone", "said"),
    [
        (NINE_TOMORROW, "", "3 Nov 2026 09:00 in Stockholm"),
        (NINE_TOMORROW, "Europe/Oslo", "3 Nov 2026 09:00 in Stockholm"),  # the same time
        (NINE_TOMORROW, "Atlantis/Poseidonis", "3 Nov 2026 09:00 in Stockholm"),  # no clock that we have
        (NINE_TOMORROW, "Europe/London", "3 Nov 2026 09:00 in Stockholm, 08:00 in London"),
        (NINE_TOMORROW, "Asia/Kathmandu", "3 Nov 2026 09:00 in Stockholm, 13:45 in Kathmandu"),
        (NINE_TOMORROW, "Pacific/Honolulu", "3 Nov 2026 09:00 in Stockholm, 2 Nov 22:00 in Honolulu"),
        # Between the two changes of the clock in March, New York is an hour nearer.
        (datetime(2027, 3, 10, 8, tzinfo=UTC), "America/New_York", "10 Mar 2027 09:00 in Stockholm, 03:00 in New York"),
        (datetime(2027, 3, 15, 8, tzinfo=UTC), "America/New_York", "15 Mar 2027 09:00 in Stockholm, 04:00 in New York"),
    ],
)
def test_a_time_on_both_clocks(company: Company, at: datetime, zone: str, said: str) -> None:
    with translation.override("en"):
        assert clocks.on_clocks(at, zone) == said


def test_zones_are_those_of_cities_in_the_readers_language() -> None:
    with translation.override("sv"):
        named = dict(clocks.zones())
    assert named["Europe/London"] == "London, Storbritannien"
    assert named["America/Argentina/Buenos_Aires"] == "Buenos Aires, Argentina"
    assert not {"UTC", "Etc/GMT+1", "Asia/Calcutta", "US/Eastern"} & named.keys()
    assert max(map(len, named)) <= clocks.LONGEST_ZONE


@time_machine.travel(NOW)
def test_the_zone_that_a_customer_chose_is_in_page_mail_and_calendar(kind: Kind, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    address = f"/book/booking/{token_of(hold(kind))}/"
    assert "09:00 in Stockholm<span" in Client().get(address + "details/").content.decode()
    refused = Client().post(address + "details/", CUSTOMER | {"zone": "Mars/Olympus"})
    assert refused.status_code == 200
    Client().post(address + "details/", CUSTOMER | {"zone": "Europe/London"})
    assert Booking.objects.get().zone == "Europe/London"
    assert "09:00 in Stockholm, 08:00 in London" in Client().get(address).content.decode()
    [event] = Calendar.from_ical(Client().get(address + "booking.ics").content).walk("VEVENT")
    assert str(event["description"]).splitlines()[1:] == ["3 Nov 2026 09:00 in Stockholm, 08:00 in London"]
    later = NINE_TOMORROW + timedelta(days=1)
    Client().post(address + "move/", {"starts": later.isoformat()})
    do_waiting_jobs()
    told = [message.subject for message in mail.outbox if message.to == [CUSTOMER["email"]]]
    assert told[-1] == "Moved: A call, 4 Nov 2026 09:00 in Stockholm, 08:00 in London"


@time_machine.travel(NOW)
def test_a_zone_chosen_after_booking_is_in_page_mails_and_calendar_and_the_team_sees_both(
    kind: Kind, settings: Settings, as_bo: Client
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    address = f"/book/booking/{token_of(hold(kind))}/"
    assert Client().post(address, {"zone": "Europe/London"}).status_code == 302  # who comes is asked first
    Client().post(address + "details/", CUSTOMER)
    assert Booking.objects.get().zone == ""
    refused = Client().post(address, {"zone": "Mars/Olympus"}).content.decode()
    assert '<ul class="errorlist"' in refused
    assert '<details class="fold" open>' in refused
    for zone, both in (("Europe/London", "09:00 in Stockholm, 08:00 in London"), ("", "09:00 in Stockholm<")):
        assert Client().post(address, {"zone": zone}).status_code == 302
        assert both in Client().get(address).content.decode()
        event = Client().get(address + "booking.ics").content.decode()
        assert ("08:00 in London" in event) == bool(zone)
        assert ("08:00 in London" in as_bo.get("/bookings/").content.decode()) == bool(zone)
    Client().post(address, {"zone": "Europe/London"})
    Client().post(address + "move/", {"starts": (NINE_TOMORROW + timedelta(days=1)).isoformat()})
    do_waiting_jobs()
    told = {message.to[0]: message for message in mail.outbox}
    assert told[CUSTOMER["email"]].subject.endswith("4 Nov 2026 09:00 in Stockholm, 08:00 in London")
    assert "08:00 i London" in told["ada@example.org"].body
    Client().post(address + "cancel/")
    Client().post(address, {"zone": ""})
    assert Booking.objects.get().zone == "Europe/London"
