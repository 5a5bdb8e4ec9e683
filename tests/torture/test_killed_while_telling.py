"""Killed before and after a mail about a booking is said: it goes, and twice only under one name."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from email import message_from_bytes
from pathlib import Path

import pytest

from tests.web.warehouse.erasure_stage import run
from tillit import fault

pytestmark = pytest.mark.torture

# Cy has booked a call; what tells him of it waits to go out.
STAGE = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tillit_web.serving.directory import open_directory
open_directory(Path(sys.argv[1]))
from django.conf import settings
from tillit_web.booking import actions, sending
from tillit_web.booking.models import Booking, Host, Kind
from tillit_web.people.models import Company
settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
Company.objects.create(id=1, name="The Shop", language="en")
kind = Kind.objects.create(slug="call", language="en", name="A call", where="We call you")
kind.hosts.add(Host.objects.create(name="Ada", hours="mon-sun 00:00-24:00"))
now = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
row = actions.hold(kind, now + timedelta(days=1), network="", language="en", now=now)
actions.confirm(row, name="Cy", email="cy@example.org", phone="", wishes="", now=now)
sending.tell(Booking.objects.get(), root="https://shop.example", now=now)
"""
# What goes out is a file in the folder that is named second.
SEND = """
import sys
from datetime import timedelta
from pathlib import Path
from tillit_web.serving.directory import open_directory
open_directory(Path(sys.argv[1]))
from django.conf import settings
from django.utils import timezone
from tillit_web.booking.outbox import send_waiting
settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "django.core.mail.backends.filebased.EmailBackend", sys.argv[2]
for minutes in sys.argv[3:]:
    send_waiting(now=timezone.now() + timedelta(minutes=int(minutes)))
    print(sum(file.stat().st_size > 0 for file in Path(sys.argv[2]).iterdir()))
"""


@pytest.mark.parametrize(("step", "copies"), [("booking.mail_sending", 1), ("booking.mail_sent", 2)])
def test_no_mail_is_lost(tmp_path: Path, step: str, copies: int) -> None:
    data, out = tmp_path / "data", tmp_path / "out"
    out.mkdir()
    made = run("-c", STAGE, str(data))
    assert made.returncode == 0, made.stderr
    killed = run("-c", SEND, str(data), str(out), "0", fault=step)
    assert killed.returncode == fault.EXIT_CODE, killed.stderr
    again = run("-c", SEND, str(data), str(out), "1", "10", "30")
    assert again.returncode == 0, again.stderr
    went = [int(line) for line in again.stdout.splitlines()]
    assert went == [copies - 1, copies, copies], "whoever sends may be alive for five minutes"
    texts = [text for file in out.iterdir() if (text := file.read_bytes())]
    assert len({message_from_bytes(text)["Message-ID"] for text in texts}) == 1, "mail programs see that it is one"
    with closing(sqlite3.connect(data / "app.sqlite")) as database:
        assert database.execute("select state from booking_outgoingmail").fetchall() == [("sent",)]
