"""The page Meetings: useful before the first decision, and every change can be tried, followed and undone."""

from __future__ import annotations

import hashlib
import itertools
import time
from pathlib import Path

import pytest
from django.test import Client

from tillit.meetings.actions import ANYONE
from tillit.meetings.decide import decide
from tillit.meetings.log import Outcome, open_log
from tillit.meetings.moment import Capacity, Moment
from tillit.meetings.policy import Policy, Stakes, Way
from tillit.vocabulary import Errand, Stage
from tillit_web.meetings.queries import policy

PAGE = "/meetings/who/"
FREE = {ANYONE: Capacity(free=1)}
SALTS = (hashlib.sha256(str(place).encode()).digest()[:16] for place in itertools.count())


def form(followed: Policy, **changes: object) -> dict[str, object]:
    """The page's form as a browser sends it."""
    cells = {f"{errand}.{stakes}": way.value for (errand, stakes), way in followed.cells.items()}
    return {"known_for": "", "medium_from": "500", "high_from": "5000", "person_from": "", **cells, **changes}


def decided(directory: Path, errands: list[Errand], *, outcomes: bool = False) -> None:
    """Decisions of this hour, one customer each."""
    followed = policy(directory, currency="SEK")
    now = time.time_ns() // 1000
    with open_log(directory) as log:
        for place, errand in enumerate(errands):
            moment = Moment(f"c{place}", now, errand, stage=Stage.DECIDE)
            decision = decide(moment, followed, FREE, draw=0.5, decision_id=f"d{place}")
            log.append([(decision, next(SALTS))], at=now)
            if outcomes:
                log.append([(Outcome(f"d{place}", good=place % 4 > 0, matured_at=now), next(SALTS))], at=now)


def text(client: Client) -> str:
    answer = client.get(PAGE)
    assert answer.status_code == 200
    return answer.content.decode()


def test_before_the_first_decision_it_is_a_plan(as_bo: Client, as_ana: Client) -> None:
    shown = text(as_ana)
    assert "Nothing is drawn: the table below decides every time." in shown
    assert "getting something repaired" in shown
    read_only = text(as_bo)
    assert "Follow this from now on" not in read_only
    assert "offer a person" in read_only


def test_a_change_is_tried_then_followed_then_undone(as_ana: Client, data_directory: Path) -> None:
    decided(data_directory, [Errand.ORDER] * 5 + [Errand.REPAIR] * 3)
    first = policy(data_directory, currency="SEK")
    sent = form(first, known_for="We  call back", person_always=["order"], **{"repair.low": "machine"})
    tried = as_ana.post(PAGE, sent | {"do": "try"}).content.decode()
    assert "Of 8 decisions, 5 would have gone to a person instead of a machine, and 3 to a machine" in tried
    assert policy(data_directory, currency="SEK") == first, "only tried"

    assert as_ana.post(PAGE, sent | {"do": "follow"}).status_code == 302
    second = policy(data_directory, currency="SEK")
    assert (second.version, second.known_for, second.brand_errands) == (2, "We call back", (Errand.ORDER,))
    assert second.cells[Errand.REPAIR, Stakes.LOW] is Way.MACHINE
    assert "Last week this gave 5 customers a person" in text(as_ana)
    assert as_ana.post(PAGE, sent | {"do": "follow"}).status_code == 302
    assert policy(data_directory, currency="SEK").version == 2, "the same again is no new version"

    as_ana.post(PAGE, {"do": "back"})
    third = policy(data_directory, currency="SEK")
    assert (third.version, third.cells, third.brand_errands) == (3, first.cells, ())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"person_always": ["order", "start", "renew", "choose"]}, "at most 3 errands; 4 are named"),
        ({"medium_from": "much"}, "is no amount"),
        ({"medium_from": "9000"}, "High stakes begin where medium ones do or above"),
    ],
)
def test_what_is_no_policy_is_told_and_not_followed(
    as_ana: Client, data_directory: Path, change: dict[str, object], said: str
) -> None:
    first = policy(data_directory, currency="SEK")
    answer = as_ana.post(PAGE, form(first, **change) | {"do": "follow"})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert policy(data_directory, currency="SEK") == first


def test_a_specialist_changes_nothing(as_bo: Client, data_directory: Path) -> None:
    first = policy(data_directory, currency="SEK")
    as_bo.post(PAGE, form(first, known_for="mine") | {"do": "follow"})
    assert policy(data_directory, currency="SEK") == first


@pytest.mark.parametrize(("language", "said"), [("sv", "Inget lottas"), ("nb", "Ingenting loddtrekkes")])
def test_it_speaks_the_readers_language(as_ana: Client, ana: object, language: str, said: str) -> None:
    as_ana.cookies["django_language"] = language
    ana.language = language  # type: ignore[attr-defined]
    ana.save()  # type: ignore[attr-defined]
    assert said in text(as_ana)
