"""One installation of the demo: filled, then served, in a process that ends with the one that started it."""

from __future__ import annotations

import os
import secrets
import signal
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tillit.simulate import company
from tillit.simulate.files import write_files
from tillit.vocabulary import Role
from tillit_web.demo.tabs import Kind
from tillit_web.serving.directory import open_directory
from tillit_web.serving.start import ServeOptions, serve

SEED = 20260105
# Name, time zone, currency.
COMPANIES = {
    Kind.EXAMPLE: (company.NAME, "Europe/Stockholm", "SEK"),
    Kind.RECEIPTS: ("Real receipts", "America/New_York", "USD"),
    Kind.OWN: ("", "Europe/Stockholm", "SEK"),
}


@dataclass(frozen=True, slots=True)
class Installation:
    """Where one installation lives while the demo runs."""

    kind: Kind
    data: Path
    port: int
    token: str

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def entrance(self) -> str:
        """The link that opens it, signed in; where nothing is yet, on the page that brings a file in."""
        link = f"{self.address}/demo/enter/{self.token}"
        return f"{link}?next=/import/" if self.kind is Kind.OWN else link

    @property
    def said(self) -> Path:
        """Where its log goes, beside its data."""
        return self.data.with_suffix(".log")

    def last_words(self) -> str:
        """The end of its log."""
        return "\n".join(self.said.read_text(encoding="utf-8", errors="replace").splitlines()[-20:])


def run(installation: Installation) -> int:
    """Fill the installation and serve it until told to stop, or until standard input ends."""
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    os.environ["TILLIT_DEMO_TOKEN"] = installation.token
    open_directory(installation.data)
    _fill(installation)
    options = ServeOptions(data=installation.data, port=installation.port, demo_token=installation.token)
    return serve(options, say=_silence)


def _fill(installation: Installation) -> None:
    from django.utils import timezone

    # Their tables exist only after Django is set up.
    from tillit_web.demo import bookings, calls, conversations, decisions, jobs, library, loading
    from tillit_web.jobs.actions import enqueue
    from tillit_web.people.actions import NewMember, describe_company, make_member

    kind = installation.kind
    name, zone, currency = COMPANIES[kind]
    describe_company(name, zone=zone, currency=currency, language="en", is_simulated=kind is Kind.EXAMPLE)
    colleague = make_member(NewMember("demo@example.com", secrets.token_urlsafe(24), "en"), Role.OWNER)
    if kind is Kind.EXAMPLE:
        made = company.simulate(np.random.default_rng(SEED))
        rng = np.random.default_rng([SEED, 1])
        decisions.bring_decisions_in(made, installation.data, rng, currency=currency, now=timezone.now())
        library.write_library()
        bookings.make_bookings(timezone.now())
        conversations.make_conversations(timezone.now(), colleague=colleague)
        calls.make_calls(timezone.now(), colleague=colleague)
        with tempfile.TemporaryDirectory(prefix="tillit-example-") as exported:
            files = write_files(made, Path(exported))
            loading.bring_in((file.path, file.mapping) for file in files)
    elif kind is Kind.RECEIPTS:
        enqueue(jobs.load_receipts)


def _silence(line: str) -> None:
    """Say nothing."""


def _end_with_parent() -> None:
    """Wait for the end of standard input: whoever started us holds it open for as long as it lives."""
    while os.read(sys.stdin.fileno(), 1):  # not through sys.stdin, whose lock would outlive the interpreter
        pass
    os.kill(os.getpid(), signal.SIGTERM)
