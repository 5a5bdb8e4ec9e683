"""A shop whose customers write to info@shop.example."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.web.mailboxes.fake_servers import certificate
from tillit_web.mailboxes.models import Mailbox
from tillit_web.people.models import Company


@pytest.fixture
def mailbox(company: Company) -> Mailbox:
    """info@shop.example, whose mail is forwarded."""
    Company.objects.update(language="en")  # in which colleagues are told things
    return Mailbox.objects.create(address="info@shop.example", name="The Shop", language="en")


@pytest.fixture
def pem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """A certificate for this machine that is trusted in this test."""
    found = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(found[0]))
    return found
