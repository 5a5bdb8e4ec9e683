"""How far a browser is measured, end to end: what a running tillit has on its disk in each of the three modes.

One server for all: a change in Settings → Privacy counts within seconds, for what is kept and for the script.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.collect.running_shop import Shop, running_shop
from tillit.events.counted import COUNTED
from tillit.events.key import read_or_create_key
from tillit.events.subject import subject_of
from tillit.vocabulary import IdentifierKind, MeasurementMode

VISITOR = "visitor-7f3a91"  # looked for in every file
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with running_shop(tmp_path_factory.mktemp("modes")) as shop:
        yield shop


def send(shop: Shop, *calls: dict[str, Any], agent: str = FIREFOX) -> dict[str, Any]:
    _, said, _ = shop.post("/v1/batch", {"batch": list(calls)}, key=shop.browser_key, user_agent=agent)
    return said


@pytest.mark.parametrize("mode", MeasurementMode)
def test_a_browser_is_followed_as_far_as_the_mode_says(running: Shop, mode: MeasurementMode) -> None:
    running.measure(mode)
    visitor = f"{VISITOR}-{mode}"
    own = subject_of(IdentifierKind.ANONYMOUS, visitor, key=read_or_create_key(running.data))

    def page(name: str) -> dict[str, Any]:
        properties = {"path": "/", "email": f"{mode}@b.se"}
        return {"type": "page", "messageId": f"{mode} {name}", "anonymousId": visitor, "properties": properties}

    assert send(running, page("one"), page("two"), page("three") | {"anonymousId": None})["accepted"] == 3
    assert send(running, page("other"), agent=CHROME)["accepted"] == 1
    assert send(running, page("one"))["duplicate"] == 1
    yes = page("yes") | {"type": "track", "event": "Consent Given"}
    assert send(running, yes, page("after"))["accepted"] == 2
    no = page("no") | {"type": "track", "event": "Consent Withdrawn"}
    assert send(running, page("before-no"), no, page("after-no"))["accepted"] == 3
    assert send(running, page("before-no"))["duplicate"] == 1, "what was said is the same, whoever agreed meanwhile"
    assert send(running, page("refused") | {"type": "nonsense"})["rejected"]

    stored = {
        name.removeprefix(f"{mode} "): event for name, event in running.stored().items() if name.startswith(f"{mode} ")
    }
    kinds = {name: event.subject_kind for name, event in stored.items()}
    subjects = {name: event.subject for name, event in stored.items()}
    followed = {name for name, kind in kinds.items() if kind == "anonymous"}
    counted = [subjects[name] for name in kinds.keys() - followed]
    assert {kinds[name] for name in kinds.keys() - followed} <= {COUNTED}
    assert len(set(counted)) == len(counted), "nothing ties two counted events together"
    agreed = {name for name, subject in subjects.items() if subject == own}
    said = [granted for whose, granted in running.said("measurement") if whose == own]
    if mode is MeasurementMode.COUNT_ONLY:
        assert (followed, agreed) == (set(), set())
        assert said == [False], "a yes would be about nothing"
    else:
        assert agreed == {"yes", "after", "before-no"}
        assert said == [True, False]
    if mode is MeasurementMode.OWN_AUDIENCE:
        assert subjects["one"] == subjects["two"] == subjects["three"] != subjects["other"]
        assert followed == stored.keys() - {"no"}
    if mode is MeasurementMode.WITH_CONSENT:
        assert followed == agreed
    assert running.holds(visitor) == []
    assert f"{mode}@b.se" not in str([event.properties for name, event in stored.items() if name not in agreed])
