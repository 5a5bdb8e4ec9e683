"""The demo's bookings: made as customers make them, whichever day the demo is started."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tillit_web.booking.models import Booking
from tillit_web.demo.bookings import make_bookings
from tillit_web.people.models import Company

# A Monday morning, a Saturday night, before the holidays, the night the clocks go back.
STARTED = [(2026, 9, 21, 8), (2026, 9, 19, 23), (2026, 12, 23, 20), (2026, 10, 24, 23)]


@pytest.mark.parametrize("day", STARTED)
def test_every_booking_has_a_time_of_its_own(company: Company, day: tuple[int, int, int, int]) -> None:
    company.country = "SE"
    company.save()
    now = datetime(*day, tzinfo=UTC)
    make_bookings(now)
    booked = Booking.objects.filter(state=Booking.State.CONFIRMED).order_by("starts_at")
    assert booked.count() == 3
    assert all(now < one.starts_at for one in booked)
    assert len({(one.host_id, one.starts_at) for one in booked}) == 3
