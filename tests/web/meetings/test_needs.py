"""A need is said, seen, forgotten and ends; while it holds a person is due, whatever was agreed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone

from tests.web.meetings.asking import ask
from tests.web.meetings.conftest import OWN_KEY
from tillit.events.subject import subject_of
from tillit.meetings.export import COLUMNS
from tillit.meetings.log import open_log
from tillit.vocabulary import IdentifierKind
from tillit_web.meetings.app import Decider
from tillit_web.meetings.models import Need
from tillit_web.meetings.needs import end_need, forget_ended, needs_of, note_need
from tillit_web.people.erasure import counted, remove

ANA, ALSO_ANA = (subject_of(IdentifierKind.CUSTOMER, name, key=OWN_KEY) for name in ("k-1", "k-2"))
LOOK_UP = {"moment": {"customer": "k-1", "errand": "look_up"}}


def test_a_need_counts_at_the_next_decision_until_it_is_forgotten(
    decider: Decider, server_key: str, data_directory: Path
) -> None:
    assert ask(decider, LOOK_UP, key=server_key)[1]["is_machine"]
    note_need([ANA, ALSO_ANA], Need.Kind.CALL, said_to=Need.SaidTo.OWN_PAGE)
    _, heard = ask(decider, LOOK_UP | {"language": "en"}, key=server_key)
    assert (heard["is_machine"], heard["uses_history"]) == (False, False)
    assert heard["reason"].startswith("You have told us that you want a person.")
    assert not ask(decider, {"moment": LOOK_UP["moment"] | {"customer": "k-2"}}, key=server_key)[1]["is_machine"]
    assert ask(decider, {"moment": LOOK_UP["moment"] | {"customer": "k-3"}}, key=server_key)[1]["is_machine"]
    end_need([ANA, ALSO_ANA], Need.Kind.CALL)
    assert ask(decider, LOOK_UP, key=server_key)[1]["is_machine"]
    with open_log(data_directory) as log:
        assert all(b"call" not in one.decision.moment.customer.encode() for one in log.logged())


def test_it_ends_by_itself(decider: Decider, server_key: str) -> None:
    note_need([ANA], Need.Kind.PERSON, said_to=Need.SaidTo.STAFF)
    assert not ask(decider, LOOK_UP, key=server_key)[1]["is_machine"]
    with time_machine.travel(timezone.now() + timedelta(days=366), tick=True):
        assert ask(decider, LOOK_UP, key=server_key)[1]["is_machine"]
        assert needs_of([ANA]) == ()
        assert forget_ended() == 1
    assert not Need.objects.exists()


def test_no_model_sees_it() -> None:
    assert not any("need" in column for column in COLUMNS)


@pytest.mark.django_db
def test_said_again_it_holds_longer_and_is_told_once() -> None:
    with time_machine.travel(timezone.now() - timedelta(days=200), tick=True):
        note_need([ANA, ALSO_ANA], Need.Kind.TIME, said_to=Need.SaidTo.STAFF)
    note_need([ANA], Need.Kind.TIME, said_to=Need.SaidTo.OWN_PAGE)
    (need,) = needs_of([ANA, ALSO_ANA])
    assert need.ends_at > timezone.now() + timedelta(days=364)
    assert need.said_to == Need.SaidTo.OWN_PAGE


@pytest.mark.django_db
def test_erasure_reaches_it() -> None:
    note_need([ANA], Need.Kind.PERSON, said_to=Need.SaidTo.STAFF)
    assert dict(counted([ANA], until=2**62))["app.sqlite: what a customer said they need"] == 1
    remove([ANA], until=2**62)
    assert not Need.objects.exists()
