"""Killed at every fault point, again and again on the same data: 0 lost, 0 double, 0 silently wrong."""

from __future__ import annotations

import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.torture.company import ROOT, Tortured
from tillit import fault

pytestmark = pytest.mark.torture

CYCLES = int(os.environ.get("TORTURE_CYCLES", "1"))
POINT = re.compile(r"fault\.point\(\s*\"([a-z_.]+)\"")


def every_point() -> set[str]:
    """The names of the fault points in the source."""
    return {name for path in (ROOT / "src").rglob("*.py") for name in POINT.findall(path.read_text(encoding="utf-8"))}


def collecting(tortured: Tortured, point: str) -> int:
    with tortured.serving(fault=f"{point}:{tortured.dice.randrange(1, 20)}") as (_, port):
        return fault.EXIT_CODE if tortured.send_until_it_dies(port) else 0


def sealing(tortured: Tortured, point: str) -> int:
    some_more(tortured)
    return tortured.do("seal", fault=f"{point}:{tortured.dice.choice((1, 2)) if 'segment' in point else 1}")[0]


def compacting(tortured: Tortured, point: str) -> int:
    for _ in range(2):
        some_more(tortured)
        tortured.done("seal")
    tortured.done("build")
    return tortured.do("compact", fault=point)[0]


def importing(tortured: Tortured, point: str) -> int:
    code = tortured.bring_in(fault=point)
    check(tortured)
    tortured.done("import", [*tortured.imported][-1])
    return code


def undoing(tortured: Tortured, point: str) -> int:
    assert tortured.bring_in() == 0
    some_more(tortured, again=[*tortured.imported.values()][-1])
    tortured.done("seal")
    name = [*tortured.imported][-1]
    code = tortured.do("undo", name, fault=point)[0]
    check(tortured)
    tortured.done("undo", name)
    return code


def building(tortured: Tortured, point: str) -> int:
    some_more(tortured)
    tortured.done("seal")
    return tortured.do("build", fault=point)[0]


WAYS: dict[str, Callable[[Tortured, str], int]] = {
    "collect.before_commit": collecting,
    "collect.after_commit": collecting,
    "seal.intent": sealing,
    "seal.after_rename": sealing,
    "seal.before_commit": sealing,
    "seal.after_commit": sealing,
    "segment.before_rename": sealing,
    "segment.after_rename": sealing,
    "compact.begun": compacting,
    "compact.before_commit": compacting,
    "compact.after_commit": compacting,
    "publish.begun": importing,
    "publish.before_commit": importing,
    "publish.after_commit": importing,
    "undo.begun": undoing,
    "undo.before_commit": undoing,
    "undo.after_commit": undoing,
    "build.before_commit": building,
    "build.after_commit": building,
}


def some_more(tortured: Tortured, *, again: list[str] | None = None) -> None:
    """A few requests to a collector that is killed at any moment between two of them."""
    with tortured.serving() as (child, port):
        for _ in range(tortured.dice.randrange(2, 6)):
            tortured.send(port, tortured.new_names(tortured.dice.randrange(1, 30)))
        if again:
            tortured.oracle.sent.update(again)
            tortured.send(port, again)
        os.kill(child, signal.SIGKILL)


def check(tortured: Tortured) -> None:
    found = tortured.audit()
    assert found.is_clean, found


@pytest.fixture(scope="module")
def tortured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tortured]:
    """One data directory for all kills."""
    found = Tortured(tmp_path_factory.mktemp("torture"), seed=4)
    try:
        yield found
    finally:
        found.close()


def test_every_point_in_the_source_has_a_way_to_die_there() -> None:
    """Points of a room that is killed by tests of its own are named there; none is left out."""
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    points = every_point()
    assert points >= set(WAYS)
    assert {point for point in points - set(WAYS) if f'"{point}"' not in tests} == set()


@pytest.mark.parametrize("cycle", range(CYCLES))
@pytest.mark.parametrize("point", WAYS)
def test_nothing_is_lost_or_counted_twice(tortured: Tortured, point: str, cycle: int) -> None:
    if not tortured.oracle.sent:
        some_more(tortured)
    assert WAYS[point](tortured, point) == fault.EXIT_CODE
    check(tortured)
    tortured.send_what_is_unanswered()
    tortured.done("seal")
    check(tortured)
    tortured.done("build")
    assert tortured.done("built") == tortured.audit().count
    assert tortured.done("verified") == []


@pytest.mark.parametrize("cycle", range(CYCLES))
def test_killed_from_outside_at_any_moment(tortured: Tortured, cycle: int) -> None:
    for _ in range(3):
        with tortured.serving() as (child, port):
            killer = threading.Timer(tortured.dice.random() * 0.5, os.kill, (child, signal.SIGKILL))
            killer.start()  # it does not wait for an answer
            assert tortured.send_until_it_dies(port, most=2_000)
            killer.join()
        check(tortured)
    tortured.send_what_is_unanswered()
    check(tortured)


def test_a_collector_that_answers_before_the_commit_is_caught(tmp_path: Path) -> None:
    """The same harness, on one that cheats, must find what it lost; otherwise its silence means nothing."""
    cheated = Tortured(tmp_path, seed=1)
    try:
        with cheated.serving(fault="collect.before_commit:5", cheats=True) as (_, port):
            assert cheated.send_until_it_dies(port)
        assert cheated.audit().lost
    finally:
        cheated.close()
