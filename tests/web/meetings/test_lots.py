"""Who stays on the first table: one side for a person under every name, and on record without the asker's help."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from django.utils import timezone

from tests.journeys.logs import Link, log, subject_of, write_events, write_links
from tests.web.meetings.asking import ask
from tests.web.meetings.conftest import OWN_KEY
from tests.web.meetings.log_making import follow
from tillit.credit.assignments import trials_in, trials_on
from tillit.events.builds import make_current, new_build
from tillit.events.hot import HotEvent, unpack
from tillit.events.key import read_or_create_key
from tillit.events.log import EventLog
from tillit.events.publishing import StagedParts
from tillit.events.publishing import publish as publish_parts
from tillit.events.segments import SegmentKind
from tillit.events.subject import subject_of as events_subject
from tillit.journeys.build import build_store
from tillit.meetings.decide import Decision
from tillit.meetings.keeping import is_kept
from tillit.meetings.log import open_log
from tillit.meetings.moment import Moment
from tillit.meetings.policy import Kept
from tillit.vocabulary import Errand, IdentifierKind, Purpose, Stage
from tillit_web.collect.queries import storage
from tillit_web.meetings import erasing, inside
from tillit_web.meetings.app import Decider
from tillit_web.meetings.lots import keep_together, persons_drawn, publish
from tillit_web.people.actions import record_consent
from tillit_web.people.consents import How
from tillit_web.warehouse.jobs import seal
from tillit_web.warehouse.queries import current_view

LOT = "2026-11-22"
COOKIE = next(f"web-{n}" for n in range(999) if is_kept(subject_of(f"web-{n}").hex(), LOT))
MAIL = next(f"ana{n}@example.org" for n in range(99) if not is_kept(subject_of(f"ana{n}@example.org").hex(), LOT))


def say_yes(subjects: Sequence[bytes]) -> None:
    record_consent(subjects, Purpose.PERSONALISATION, granted=True, how=How.STAFF, where="a test")


def some_are_kept(directory: Path) -> None:
    follow(directory, lambda policy: replace(policy, kept=Kept(LOT, frozenset({Stage.DECIDE}), policy.cells, {})))


def collected() -> list[HotEvent]:
    with storage() as opened:
        return [unpack(row.event) for row in opened.unsealed(after=0, limit=100)]


def build(data: Path, *links: Link) -> None:
    """A store in which the cookie and the mail have been seen, and are linked as said."""
    read_or_create_key(data)
    events = write_events(data / "e.parquet", log((COOKIE, 1, "page_viewed"), (MAIL, 2, "page_viewed")))
    parts = StagedParts([events], [write_links(data / "l.parquet", links)] if links else [])
    with EventLog.open(data) as opened:
        publish_parts(opened, f"{len(links)} links", parts, work=data / "work")
        with new_build(opened) as (made, segments):
            of = {kind: [one.path for one in segments if one.kind is kind] for kind in SegmentKind}
            build_store(of[SegmentKind.EVENTS], of[SegmentKind.LINKS], made.directory)
            make_current(opened, made, made_at=time.time_ns() // 1000)


def met(who: str, kind: IdentifierKind) -> Decision:
    moment = Moment(subject_of(who).hex(), time.time_ns() // 1000, Errand.CHOOSE, stage=Stage.DECIDE)
    return inside.meet(moment, subject_of(who), groups={}, kind=kind)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("company")
def test_a_customer_who_becomes_known_stays_on_the_first_side(data_directory: Path) -> None:
    some_are_kept(data_directory)
    say_yes([subject_of(COOKIE), subject_of(MAIL)])
    assert met(COOKIE, IdentifierKind.ANONYMOUS).experiment == f"kept:{LOT}"
    assert keep_together(data_directory) == 0, "nothing is built"
    build(data_directory, Link(COOKIE, MAIL))
    assert [keep_together(data_directory) for _ in range(2)] == [1, 0]
    mail = met(MAIL, IdentifierKind.EMAIL)
    assert (mail.experiment, mail.moment.lot) == (f"kept:{LOT}", f"kept:{LOT}"), "by its own name it would be usual"
    assert publish(data_directory, now=timezone.now()) == 1, "one lot fell"
    erasing.erase([subject_of(COOKIE)], time.time_ns() // 1000)
    assert erasing.count([subject_of(COOKIE)], time.time_ns() // 1000) == 0
    assert met(MAIL, IdentifierKind.EMAIL).experiment == f"kept:{LOT}"
    assert erasing.count([subject_of(MAIL)], time.time_ns() // 1000) == 3, "two decisions and a side"


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("company")
def test_whoever_was_drawn_apart_goes_on_as_they_began_and_is_known_to_be_one(data_directory: Path) -> None:
    some_are_kept(data_directory)
    say_yes([subject_of(COOKIE), subject_of(MAIL)])
    first = met(MAIL, IdentifierKind.EMAIL)
    assert [first.experiment, met(COOKIE, IdentifierKind.ANONYMOUS).experiment] == [f"usual:{LOT}", f"kept:{LOT}"]
    build(data_directory, Link(COOKIE, MAIL))
    assert keep_together(data_directory) == 1
    assert met(COOKIE, IdentifierKind.ANONYMOUS).experiment == f"usual:{LOT}"
    with open_log(data_directory) as opened:
        persons = persons_drawn(opened)
    assert persons[subject_of(COOKIE).hex()] == persons[subject_of(MAIL).hex()]


def test_a_lot_reaches_credit_once_and_by_itself(decider: Decider, server_key: str, data_directory: Path) -> None:
    def identified(name: str, who: str) -> bytes:
        return events_subject(IdentifierKind(name), who, key=OWN_KEY)

    who = next(f"k-{n}" for n in range(99) if is_kept(identified("customer", f"k-{n}").hex(), LOT))
    some_are_kept(data_directory)
    moment = {"errand": "choose", "stage": "decide"}
    ask(decider, {"moment": moment | {"customer": "somebody who said nothing"}}, key=server_key)
    answers = []
    for name in ("customer", "anonymous", "customer"):
        say_yes([identified(name, who)])
        answers.append(ask(decider, {"moment": moment | {name: who}}, key=server_key)[1])
    assert [answer["holdout"] for answer in answers] == ["meetings", "meetings=0", "meetings"]
    assert [publish(data_directory, now=timezone.now()) for _ in range(2)] == [2, 0]
    marks = [(event.subject_kind, event.subject, event.event_id, event.properties) for event in collected()]
    assert marks == [
        (name, identified(name, who), answer["decision"], f'{{"holdout":"{answer["holdout"]}"}}')
        for name, answer in zip(("customer", "anonymous"), answers, strict=False)
    ]
    seal.call()
    view = current_view(purpose=Purpose.MEASUREMENT)
    assert view is not None
    (trial,) = trials_on(("email",), trials_in(view, "holdout_assigned"))
    assert (trial.name, trial.all_drawn, sorted(trial.withheld.tolist())) == ("meetings", True, [False, True])
