"""A data directory in which Ana is everywhere, planted and asked by processes of their own, as people do."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from tests.web.serving.running import with_tables
from tillit.events.key import read_or_create_key
from tillit.journeys.locked import read_locked, store_key

ROOT = Path(__file__).parents[3]

# What nobody may find in any file afterwards: e-mail in three ways of writing, phones, name, notes, orders, ids.
CANARIES = (
    "ana.canary@example.org",
    "Ana.Canary@Example.org",
    "+46701740605",
    "070-174 06 05",
    "Ana Canarysson",
    "note-about-the-blue-bicycle",
    "order-canary-4711",
    "customer-canary-17",
    "device-canary-99",
    "search-canary-helmet",
    "shop-canary-receipt-3",
    "she-said-canary-at-the-till",
)
EMAIL, _, PHONE, DIALLED, NAME, NOTE, ORDER, CUSTOMER, DEVICE, SEARCH, TILL, SAID = CANARIES

ORDERS = f"""order_id,email,phone,ordered_at,total,currency,note
{ORDER},{CANARIES[1]},{DIALLED},2026-03-01 10:00:00,199.00,SEK,{NOTE}
o-2,bo@example.org,,2026-03-01 11:00:00,299.00,SEK,quick
o-3,cy@example.org,,2026-03-02 11:00:00,99.00,SEK,slow
o-4,{EMAIL},,not a time,99.00,SEK,{SAID}
o-5,dag@example.org,,not a time,99.00,SEK,other
""" + "".join(f"p-{n},eva{n}@example.org,,2026-03-01 12:00:00,10.00,SEK,fine\n" for n in range(20))

PLANT = """
import sys
from pathlib import Path
from tests.web.warehouse import erasure_stage
erasure_stage.plant(Path(sys.argv[1]))
"""


def plant(folder: Path) -> None:
    """Put Ana into the failed box, hot rows, contacts, consents, corrections, the access log and a waiting upload."""
    from tillit_web.serving.directory import open_directory

    open_directory(folder)
    import msgspec
    from django.core.files.uploadedfile import SimpleUploadedFile

    from tillit.events.calls import Refused
    from tillit.events.key import read_or_create_key
    from tillit.events.subject import subject_of
    from tillit.vocabulary import IdentifierKind, Purpose, Role
    from tillit_web.collect import actions as collect
    from tillit_web.collect.keyring import KeyFacts, read_ring
    from tillit_web.collect.queries import storage
    from tillit_web.collect.reading import ALONE, Sender, call_of, read_call, refusal_of
    from tillit_web.collect.storage import Arrival, Refusal
    from tillit_web.people import actions, consents
    from tillit_web.people.models import AccessRecord, Contact
    from tillit_web.warehouse.actions import receive

    key = read_or_create_key(folder)
    ana = subject_of(IdentifierKind.EMAIL, EMAIL, key=key)
    collect.create_key("till", origins=[])
    ring = read_ring()
    facts: KeyFacts = next(iter(ring.keys.values()))
    sender = Sender(facts, ring)
    now = time.time_ns() // 1_000
    arrived: list[Arrival | Refusal] = []
    calls: tuple[dict[str, object], ...] = (
        {"type": "identify", "userId": CUSTOMER, "anonymousId": DEVICE, "traits": {"email": EMAIL, "phone": PHONE}},
        {"type": "track", "event": "Product Viewed", "anonymousId": DEVICE, "properties": {"query": SEARCH}},
        {"type": "track", "event": "Store Visited", "userId": CUSTOMER, "properties": {"receipt": TILL}},
        {"type": "track", "event": "Product Viewed", "userId": "bo-1"},
    )
    for number, call in enumerate(calls):
        raw = msgspec.json.encode({**call, "messageId": f"m-{number}", "timestamp": "2026-03-02T10:00:00Z"})
        arrived.append(read_call(call_of(raw, ALONE), sender, received_at=now, own_key=key).arrival)
    for who in (EMAIL, CUSTOMER, "bo@example.org"):
        raw = msgspec.json.encode({"type": "track", "userId": who, "traits": {"email": who}, "properties": {"n": NOTE}})
        if who == "bo@example.org":
            raw = msgspec.json.encode({"type": "track", "userId": who})
        try:
            read_call(call_of(raw, ALONE), sender, received_at=now, own_key=key)
            raise AssertionError("a track call without an event was taken")
        except Refused as refused:
            arrived.append(refusal_of(raw, ALONE, refused, key_id=facts.id, received_at=now))
    with storage() as opened:
        opened.accept(arrived)
    Contact.objects.create(subject=ana, kind="name", value=NAME)
    Contact.objects.create(
        subject=subject_of(IdentifierKind.EMAIL, "bo@example.org", key=key), kind="name", value="Bo B"
    )
    consents.record_consent([ana], Purpose.MEASUREMENT, granted=True, how=consents.How.STAFF, where=SAID)
    actions.ask_correction(ana, f"my name is {NAME}")
    owner = actions.make_member(actions.NewMember("owner@example.org", "spruce lantern harbour", "en"), Role.OWNER)
    actions.record_access(
        AccessRecord.What.PAGE, [ana], by=owner, purpose=Purpose.SERVICE, reason=f"call about {ORDER}"
    )
    receive(SimpleUploadedFile("later.csv", ORDERS.encode()), by=owner)
    _decide(folder, [subject_of(IdentifierKind.CUSTOMER, who, key=key).hex() for who in (CUSTOMER, "bo-1")], at=now)


def _decide(folder: Path, customers: list[str], *, at: int) -> None:
    """A decision about each, and what came of it."""
    from tests.meetings.making import DEFAULT
    from tillit.meetings.actions import ANYONE
    from tillit.meetings.decide import decide
    from tillit.meetings.log import Entry, Outcome, open_log
    from tillit.meetings.moment import Capacity, Moment
    from tillit.meetings.policy_files import default_policy_text
    from tillit.vocabulary import Errand

    desk = {ANYONE: Capacity(free=1)}
    entries: list[Entry] = []
    for customer in customers:
        moment = Moment(customer, at, Errand.REPAIR)
        entries.append(decide(moment, DEFAULT, desk, draw=0.25, decision_id=f"of {customer}"))
        entries.append(Outcome(f"of {customer}", good=True, matured_at=at))
    with open_log(folder) as log:
        log.save_policy(default_policy_text(), at=at, name="policy.toml", currency="SEK")
        log.append([(entry, os.urandom(16)) for entry in entries], at=at)


def tillit(*arguments: object, fault: str = "") -> subprocess.CompletedProcess[str]:
    """The command line, in a process of its own."""
    return run("-m", "tillit_cli", *map(str, arguments), fault=fault)


def run(*arguments: str, fault: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "TILLIT_FAULT": fault}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    return subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, text=True)


def staged(folder: Path) -> Path:
    """A data directory with all of it."""
    data = with_tables(folder / "data")
    orders = folder / "orders.csv"
    orders.write_text(ORDERS, encoding="utf-8")
    imported = tillit("import", orders, "--data", data)
    assert imported.returncode == 0, imported.stderr + imported.stdout
    planted = run("-c", PLANT, str(data))
    assert planted.returncode == 0, planted.stderr
    return data


def _unlocked(data: Path, path: Path) -> bytes:
    """The bytes of a file, and of a locked one of the store what stands in it."""
    content = path.read_bytes()
    if content[-4:] != b"PARE":  # the end of a Parquet file whose footer is encrypted
        return content
    return repr(read_locked(path, store_key(read_or_create_key(data))).to_pylist()).encode()


def found_in_files(data: Path) -> dict[str, list[str]]:
    """The canaries that stand in clear bytes in any file, whatever the letters' case, with the files."""
    found: dict[str, list[str]] = {}
    for path in sorted(data.rglob("*")):
        if path.is_file():
            content = _unlocked(data, path).lower()
            for canary in CANARIES:
                if canary.lower().encode() in content:
                    found.setdefault(canary, []).append(str(path.relative_to(data)))
    return found
