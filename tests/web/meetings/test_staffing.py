"""Who can meet customers when: a page of counts, and decisions that send nobody to somebody who is not there."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client

from tests.web.meetings.asking import ask
from tillit.meetings.log import open_log
from tillit.meetings.policy import Stakes
from tillit.vocabulary import Errand
from tillit_web.meetings.actions import follow
from tillit_web.meetings.app import OUTCOME, Decider
from tillit_web.meetings.models import Shift, Skill
from tillit_web.meetings.queries import policy
from tillit_web.meetings.staffing import add_shift, declare

PAGE = "/meetings/staff/"
ALWAYS = "mon-sun 00:00-24:00"
REPAIR = {"customer": "k-1", "errand": "repair"}


def added(client: Client, **sent: str) -> str:
    form = {"do": "add", "skill": "wood", "people": "2", "hours": "mon-fri 09:00-11:00, sat 10:00-11:00"}
    answer = client.post(PAGE, form | sent, follow=True)
    return answer.content.decode()


def test_people_are_counted_by_skill_and_hour(as_ana: Client, as_bo: Client) -> None:
    assert "Nobody is said to meet customers yet" in as_ana.get(PAGE).content.decode()
    added(as_ana)
    shown = added(as_ana, people="3", hours="mon 10:00-12:00")
    rows = {row.split("</th>")[0].rsplit(">", 1)[1]: row for row in shown.split("<tr>") if 'scope="row"' in row}
    counts = {day: [part.split("<")[0] for part in row.split('class="figure')[1:]] for day, row in rows.items()}
    assert [text.split(">")[1] for text in counts["Monday"]] == ["2", "5", "3"]
    assert [text.split(">")[1] for text in counts["Saturday"]] == ["–", "2", "–"]
    assert "Add these people" not in as_bo.get(PAGE).content.decode(), "a specialist reads"
    as_bo.post(PAGE, {"do": "remove", "shift": str(Shift.objects.first().pk)})  # type: ignore[union-attr]
    assert Shift.objects.count() == 2
    for shift in Shift.objects.all():
        as_ana.post(PAGE, {"do": "remove", "shift": str(shift.pk)})
    assert not Skill.objects.exists(), "a skill goes with its last shift"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"skill": "Bo Ek!"}, "is no skill"),
        ({"people": "0"}, "A shift has from 1"),
        ({"people": "many"}, "A shift has from 1"),
        ({"hours": "weekdays"}, "cannot be read"),
        ({"hours": ""}, "Say when"),
    ],
)
def test_what_is_no_shift_is_told_and_not_kept(as_ana: Client, sent: dict[str, str], said: str) -> None:
    assert said in added(as_ana, **sent)
    assert not Shift.objects.exists()


def test_what_is_expected_can_be_said(as_ana: Client) -> None:
    added(as_ana)
    as_ana.post(PAGE, {"do": "declare", "skill": "wood", "arrivals": "6,5", "minutes": "12"})
    assert (Skill.objects.get().arrivals_per_hour, Skill.objects.get().minutes) == (6.5, 12.0)
    refused = as_ana.post(PAGE, {"do": "declare", "skill": "wood", "arrivals": "few", "minutes": "12"})
    assert (refused.status_code, "is no number" in refused.content.decode()) == (422, True)


@pytest.mark.parametrize(("language", "said"), [("sv", "Vem som kan möta kunder när"), ("nb", "Hvem som kan møte")])
def test_it_speaks_the_readers_language(as_ana: Client, ana: object, language: str, said: str) -> None:
    added(as_ana)
    ana.language = language  # type: ignore[attr-defined]
    ana.save()  # type: ignore[attr-defined]
    assert said in as_ana.get(PAGE).content.decode()


def test_nobody_is_sent_to_somebody_who_is_not_there(decider: Decider, server_key: str) -> None:
    status, heard = ask(decider, {"moment": REPAIR}, key=server_key)
    assert (status, heard["action"]) == (200, "booked_call")
    assert heard["promised_at"] == pytest.approx(time.time() + 24 * 3600, abs=60), "no shifts: by the clock"


def test_people_at_work_are_met_until_they_are_full(decider: Decider, server_key: str, data_directory: Path) -> None:
    add_shift("service", 2, ALWAYS)
    declare("service", arrivals_per_hour=1.0, minutes=9.0)
    answers = [ask(decider, {"moment": REPAIR}, key=server_key)[1] for _ in range(6)]
    waits = [answer["wait_seconds"] for answer in answers if answer["action"] == "person_now"]
    assert waits == [0.0, 0.0, 270.0, 540.0], "each of the two takes nine minutes; then it is over ten"
    assert [answer["action"] for answer in answers[4:]] == ["booked_call", "booked_call"]
    first, second = (answer["promised_at"] for answer in answers[4:])
    assert time.time() + 5 * 60 < first <= second < time.time() + 45 * 60
    for answer in answers[:2]:
        ask(decider, {"decision": answer["decision"], "good": True, "minutes": 3}, key=server_key, path=OUTCOME)
    assert ask(decider, {"moment": REPAIR}, key=server_key)[1]["action"] == "person_now", "two are done"
    with open_log(data_directory) as log:
        queues = [capacity.queue for one in log.logged() for capacity in one.decision.desk.values()]
    assert queues == [0, 0, 0, 1, 2, 2, 0], "what was known is in the log"


def test_a_skill_that_only_others_have_is_promised_a_time(decider: Decider, server_key: str) -> None:
    add_shift("service", 2, ALWAYS)
    _, heard = ask(decider, {"moment": REPAIR | {"skill": "wood"}}, key=server_key)
    assert (heard["action"], heard["slots"]) == ("booked_call", [])


def test_what_a_desk_tells_itself_counts_before_shifts(decider: Decider, server_key: str) -> None:
    add_shift("service", 2, ALWAYS)
    full = {"service": {"free": 0, "queue": 40, "wait_seconds": 3000.0}}
    assert ask(decider, {"moment": REPAIR | {"desk": full}}, key=server_key)[1]["action"] == "booked_call"


def test_measured_waits_are_told_back(decider: Decider, server_key: str) -> None:
    add_shift("service", 50, ALWAYS)
    declare("service", arrivals_per_hour=1.0, minutes=1.0)
    for place in range(200):
        _, heard = ask(decider, {"moment": {"customer": f"k-{place}", "errand": "repair"}}, key=server_key)
        told = {"decision": heard["decision"], "delivered": "person_now", "waited": place + 1.0}
        assert ask(decider, told, key=server_key, path=OUTCOME)[0] == 200
        done = {"decision": heard["decision"], "good": True}
        ask(decider, done, key=server_key, path=OUTCOME)
    assert ask(decider, {"moment": REPAIR}, key=server_key)[1]["wait_seconds"] == 160.0


def test_what_was_measured_and_approved_tips_what_is_open(
    decider: Decider, server_key: str, data_directory: Path
) -> None:
    followed = policy(data_directory, currency="SEK")
    follow(data_directory, replace(followed, adds={(Errand.CHOOSE, Stakes.HIGH): 0.1}), currency="SEK")
    _, calm = ask(decider, {"moment": {"customer": "k", "errand": "choose", "stake": 6000}}, key=server_key)
    assert not calm["is_machine"], "worth more than it costs, and nobody else needs them"
    assert "hjälper en människa" in _said(decider, server_key, 6000)
    _, small = ask(decider, {"moment": {"customer": "k", "errand": "choose", "stake": 100}}, key=server_key)
    assert small["is_machine"]


def _said(decider: Decider, key: str, stake: int) -> str:
    body = {"moment": {"customer": "k", "errand": "choose", "stake": stake}, "language": "sv"}
    return str(ask(decider, body, key=key)[1]["reason"])
