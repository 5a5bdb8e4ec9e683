"""The line under the answer names what the machine does better and what it does as well, each for what it is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.utils import translation

from tillit.evaluation.results import Span
from tillit.evaluation.standing import ALL, Measured, Part, Standing, Verdict
from tillit_web.meetings.telling import also

ANY = Span(0.5, 0.4, 0.6)


def part(name: str, verdict: Verdict, difference: Span) -> Part:
    measured = Measured(900, 800, 400.0, 2.0, "A", difference, 0.0, 0.0, ANY, ANY, ANY, verdict)
    return Part(name, 900, 450, 800, 900, 450, 450, 9, 3, measured)


ORDERING = part("order.low", Verdict.PERSON, Span(0.20, 0.08, 0.32))
CHOOSING = part("choose.medium", Verdict.MACHINE, Span(-0.16, -0.30, -0.02))
LOOKING = part("look_up.low", Verdict.AS_GOOD, Span(0.0, -0.03, 0.03))


def known(*moments: Part) -> Standing:
    overall = replace(ORDERING, name=ALL, measured=None)
    return Standing(2700, 2700, 1.0, 0.0, overall, (), moments, None, is_contradicted=False)


BETTER = {
    "en": "The machine does better than people: “Choosing, medium stakes” (with a person 2 to 30 fewer of 100",
    "sv": "Maskinen klarar det bättre än människor: ”",
    "nb": "Maskinen klarer det bedre enn mennesker: «",
}


@pytest.mark.parametrize("language", sorted(BETTER))
def test_what_the_machine_does_better_is_not_said_to_be_as_good(language: str) -> None:
    with translation.override(language):
        said = also(known(ORDERING, CHOOSING))
    assert said.startswith(BETTER[language])
    assert said.count(".") == 1, "one sentence, for one verdict"
    assert "2 " in said
    assert "30 " in said


def test_both_are_named_apart() -> None:
    with translation.override("en"):
        better, as_good = also(known(ORDERING, LOOKING, CHOOSING)).split(". ")
    assert ("Choosing" in better, "Looking" in better) == (True, False)
    assert as_good.startswith("The machine does as well as people: “")
    assert "Choosing" not in as_good


def test_where_no_person_helps_the_answer_alone_speaks() -> None:
    assert also(known(CHOOSING, LOOKING)) == ""
