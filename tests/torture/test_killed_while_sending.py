"""Killed before and after a mail is said: it goes once or not at all, and whoever cannot know is told so."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.web.serving.running import with_tables
from tests.web.warehouse.erasure_stage import run
from tillit import fault

pytestmark = pytest.mark.torture

# Bo has answered Ana's mail; the answer waits to go out.
STAGE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from tillit_web.serving.directory import open_directory
open_directory(Path(sys.argv[1]))
from tests.desk.hostile_mails import plain
from tillit.vocabulary import Role
from tillit_web.desk import actions as desk
from tillit_web.mailboxes.models import Mailbox
from tillit_web.mailboxes.taking import take
from tillit_web.people.actions import NewMember, make_member
from tillit_web.people.models import Company
Company.objects.create(id=1, name="The Shop", language="en")
mailbox = Mailbox.objects.create(address="info@shop.example", name="The Shop", language="en")
bo = make_member(NewMember("bo@shop.example", "a long enough password", "en"), Role.OWNER)
now = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
desk.answer(take(mailbox, plain(b"A roof?"), now=now).conversation, "Which house?", bo, now=now)
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
from tillit_web.mailboxes.actions import send_waiting
settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "django.core.mail.backends.filebased.EmailBackend", sys.argv[2]
send_waiting(now=timezone.now() + timedelta(minutes=int(sys.argv[3])))
"""


@pytest.mark.parametrize(("step", "went"), [("mail.sending", 0), ("mail.sent", 1)])
def test_no_mail_goes_twice_and_none_is_forgotten(tmp_path: Path, step: str, went: int) -> None:
    data, out = with_tables(tmp_path / "data"), tmp_path / "out"
    out.mkdir()
    made = run("-c", STAGE, str(data))
    assert made.returncode == 0, made.stderr
    killed = run("-c", SEND, str(data), str(out), "0", fault=step)
    assert killed.returncode == fault.EXIT_CODE, killed.stderr
    assert _state(data) == "sending"
    for minutes in ("1", "10", "20"):
        again = run("-c", SEND, str(data), str(out), minutes)
        assert again.returncode == 0, again.stderr
        assert sum(file.read_text().count("Which house?") for file in out.iterdir()) == went
    assert _state(data) == "uncertain", "a person decides whether it goes again"


def _state(data: Path) -> str:
    with closing(sqlite3.connect(data / "app.sqlite")) as database:
        found: str = database.execute("select state from mailboxes_sentmail").fetchone()[0]
        return found
