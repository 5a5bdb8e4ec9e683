"""The doors of mail: signed calls, the command, the owner's page; and who is kept out."""

from __future__ import annotations

import hmac
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import time_machine
from django.test import Client

from tests.web.mailboxes.test_taking import mail
from tests.web.serving.running import with_tables
from tillit import fault
from tillit_web.collect import actions as collect
from tillit_web.desk.models import Conversation
from tillit_web.mailboxes.models import HeldMail, Mailbox
from tillit_web.people.models import User

NOW = 1_793_610_000


def signed(body: bytes, key: collect.NewKey, *, at: int = NOW) -> dict[str, str]:
    told = hmac.new(key.signing_secret.encode(), str(at).encode() + b"." + body, "sha256").hexdigest()
    return {"Authorization": f"Bearer {key.text}", "Tillit-Signature": f"t={at},v1={told}"}


def post(body: bytes, headers: dict[str, str], address: str = "/v1/mail") -> tuple[int, str]:
    with time_machine.travel(NOW, tick=False):
        found = Client().post(address, body, content_type="message/rfc822", headers=headers)
    return found.status_code, str(found.json().get("outcome", found.json().get("code")))


@pytest.fixture
def key(mailbox: Mailbox) -> collect.NewKey:
    return collect.create_key("mail server")


@pytest.mark.django_db
def test_a_signed_mail_is_taken_and_the_very_call_not_again(key: collect.NewKey) -> None:
    headers = signed(mail(), key)
    assert post(mail(), headers) == (202, "taken")
    assert post(mail(), headers) == (409, "repeated")
    assert post(mail(), signed(mail(), key, at=NOW + 1)) == (202, "duplicate")
    assert Conversation.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", ["body", "time", "secret", "none", "key", "page", "revoked"])
def test_a_call_that_is_not_ours_leaves_nothing(key: collect.NewKey, wrong: str) -> None:
    headers, body, code = signed(mail(), key), mail(), "signature_wrong"
    if wrong == "body":
        body = mail(b"Pay Cy")
    elif wrong == "time":
        headers, code = signed(mail(), key, at=NOW - 301), "signature_old"
    elif wrong == "secret":
        headers = signed(mail(), collect.NewKey(key.row, key.text, "ts_guess"))
    elif wrong == "none":
        headers, code = {"Authorization": headers["Authorization"]}, "signature_missing"
    elif wrong == "key":
        headers, code = {**headers, "Authorization": "Bearer tk_guess"}, "key_unknown"
    elif wrong == "page":
        headers, code = signed(mail(), collect.create_key("page", origins=["https://shop.example"])), "key_unknown"
    else:
        collect.revoke(key.row)
        code = "key_unknown"
    assert post(body, headers) == (401, code)
    assert (Conversation.objects.count(), HeldMail.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_the_mailbox_is_named_found_or_refused(key: collect.NewKey) -> None:
    Mailbox.objects.create(address="roof@shop.example", language="en")
    for number, (body, address, expected) in enumerate(
        (
            (mail(number=1), "/v1/mail", (202, "taken")),
            (mail(number=2), "/v1/mail?mailbox=Roof@shop.example", (202, "taken")),
            (mail(number=3), "/v1/mail?mailbox=other@shop.example", (404, "mailbox_unknown")),
            (mail(number=4).replace(b"info@", b"list@"), "/v1/mail", (404, "mailbox_unknown")),
            (b" ", "/v1/mail", (400, "mail_empty")),
            (b"x" * (10 * 2**20 + 1), "/v1/mail", (413, "body_large")),
        )
    ):
        assert post(body, signed(body, key, at=NOW + number), address) == expected
    Mailbox.objects.update(is_active=False)
    assert post(mail(number=5), signed(mail(number=5), key)) == (503, "mailbox_paused")
    assert Conversation.objects.count() == 2


def test_the_owner_adds_a_mailbox_and_nobody_sees_its_password_again(as_ana: Client, bo: User) -> None:
    told = {
        "address": "Info@shop.example", "language": "sv", "imap_host": "imap.example.org", "imap_port": "993",
        "folder": "INBOX", "smtp_port": "587", "sign_in": "password", "user": "", "password": "hemligt ord",
    }  # fmt: skip
    added = as_ana.post("/settings/mailboxes/new/", told, follow=True)
    row = Mailbox.objects.get()
    assert (row.address, row.secrets.password) == ("info@shop.example", "hemligt ord")
    assert "hemligt ord" not in added.content.decode()
    as_ana.post(f"/settings/mailboxes/{row.pk}/", {**told, "password": "", "folder": "Kunder"})
    row.refresh_from_db()
    assert (row.folder, row.secrets.password) == ("Kunder", "hemligt ord")


@pytest.mark.parametrize("field", ["address", "user"])
def test_a_colleagues_own_address_is_refused_with_a_sentence(as_ana: Client, bo: User, field: str) -> None:
    told = {"address": "info@shop.example", "language": "sv", "imap_port": "993", "folder": "INBOX"}
    told |= {"smtp_port": "587", "sign_in": "password", field: "Bo@example.org"}
    refused = as_ana.post("/settings/mailboxes/new/", told)
    assert refused.status_code == 422
    assert "own address. Only shared mailboxes are read" in refused.content.decode()
    assert Mailbox.objects.count() == 0


def test_pages_show_pause_and_remove(as_ana: Client, mailbox: Mailbox) -> None:
    assert "Mail is forwarded to tillit" in as_ana.get("/settings/mailboxes/").content.decode()
    as_ana.post(f"/settings/mailboxes/{mailbox.pk}/pause/", {"paused": "yes"})
    assert not Mailbox.objects.get().is_active
    as_ana.post(f"/settings/mailboxes/{mailbox.pk}/remove/")
    assert Mailbox.objects.count() == 0


@pytest.mark.django_db
def test_a_held_mail_is_read_as_text_and_thrown_away(as_bo: Client, key: collect.NewKey) -> None:
    body = mail(b"<script>alert(1)</script>", b"List-Id: <n.example>")
    assert post(body, signed(body, key)) == (202, "held")
    held = HeldMail.objects.get()
    assert "A roof" in as_bo.get("/mail/").content.decode()
    page = as_bo.get(f"/mail/held/{held.pk}/").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    as_bo.post(f"/mail/held/{held.pk}/throw-away/")
    assert HeldMail.objects.count() == 0


def _receive(data: Path, raw: bytes, *, fails_at: str = "") -> tuple[int, str]:
    environment = {**os.environ, "TILLIT_DATA": str(data)} | ({"TILLIT_FAULT": fails_at} if fails_at else {})
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "-m", "tillit_cli", "mail", "receive", "--data", str(data), "--to", "info@shop.example"]
    found = subprocess.run(command, input=raw, env=environment, capture_output=True, timeout=120)
    return found.returncode, found.stdout.decode().strip()


_COUNT = """
select (select count(*) from desk_conversation), (select count(*) from desk_message),
    (select count(*) from mailboxes_takenmail)
"""
_SET_UP = (
    "import sys; from pathlib import Path; from tillit_web.serving.directory import open_directory;"
    "open_directory(Path(sys.argv[1])); from tillit_web.mailboxes.models import Mailbox;"
    "Mailbox.objects.create(address='info@shop.example', language='en')"
)


def test_a_receiver_killed_before_or_after_its_commit_keeps_each_mail_once(tmp_path: Path) -> None:
    data = with_tables(tmp_path / "data")
    subprocess.run([sys.executable, "-c", _SET_UP, str(data)], check=True, timeout=120)

    def kept() -> tuple[int, ...]:
        with closing(sqlite3.connect(data / "app.sqlite")) as database:
            return tuple(database.execute(_COUNT).fetchone())

    assert _receive(data, mail(), fails_at="mail.before_commit")[0] == fault.EXIT_CODE
    assert kept() == (0, 0, 0)
    assert _receive(data, mail(), fails_at="mail.after_commit")[0] == fault.EXIT_CODE
    assert kept() == (1, 1, 1)
    assert _receive(data, mail()) == (0, "duplicate")
    assert kept() == (1, 1, 1)
