"""The demo's calls: whatever the page of calls can show, and one customer's timeline, whichever day it is started."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from tillit.simulate import files as company_files
from tillit_web.calls.models import Call, CallTask, Offer
from tillit_web.demo.bookings import make_bookings
from tillit_web.demo.calls import make_calls
from tillit_web.demo.loading import bring_in
from tillit_web.desk.models import Conversation
from tillit_web.people.models import Company, User

pytestmark = pytest.mark.django_db(transaction=True)
MAPPING = Path(company_files.__file__).parent / "mappings" / "saljlogg.toml"
SALES_LOG = """Nummer;Typ;Telefon;E-post;Bokad;Klar;Roll
S-1;Samtal;070-174 06 05;kund0007@example.com;2026-03-02 10:00:00;2026-03-03 10:00:00;Säljare
"""


def test_calls_of_every_kind_stand_on_their_page_and_in_a_customers_timeline(
    company: Company, ana: User, as_ana: Client, data_directory: Path, tmp_path: Path
) -> None:
    now = timezone.now()
    make_bookings(now)
    make_calls(now, colleague=ana)
    outgoing = Call.objects.filter(direction="out")
    assert [(row.basis, row.is_answered) for row in outgoing] == [("request", True)], (
        "nobody was called out of the blue"
    )
    assert Call.objects.filter(is_answered=False).count() == 3
    assert sorted(row.basis for row in CallTask.objects.filter(state="open")) == ["booking", "request"]
    assert sorted(row.state for row in Offer.objects.all()) == ["accepted", "offered"]
    waiting = Conversation.objects.exclude(owner="closed").get()
    assert (waiting.rang_count, waiting.owner) == (1, "desk")
    assert waiting.promised_at is not None
    assert waiting.promised_at > now - timedelta(minutes=30)
    page = as_ana.get("/calls/").content.decode()
    for shown in (
        "Lådcykel Exempel",
        "sold",
        "waits for a written yes",
        "None of 1 call out",
        "2 calls are to be made",
    ):
        assert shown in page, shown

    path = tmp_path / "saljlogg.csv"
    path.write_text(SALES_LOG, encoding="utf-8-sig")
    bring_in([(path, MAPPING)])
    found = as_ana.post("/journeys/find/", {"identifier": "070-174 06 05"}, follow=True).content.decode()
    lines = re.findall(r"\bcall_(?:booked|held|missed)\b", re.sub(r"<[^>]*>", " ", found))
    assert lines == ["call_booked", "call_held", "call_missed", "call_missed", "call_held"]
