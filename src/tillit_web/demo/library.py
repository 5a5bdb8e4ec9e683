"""What the simulated company has answered, and what its customers asked in vain."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from importlib.resources import files

from django.utils import timezone

from tillit_web.answers import actions
from tillit_web.answers.finding import find
from tillit_web.answers.models import AnswerRules, Comparison, Expert, LibraryAnswer
from tillit_web.ui.slugs import free_slug

LANGUAGE_ASKED_IN = "sv"
LOOKED_AT_LONG_AGO = 3  # of the answers one is to be looked at again, as in any library


def write_library() -> None:
    """Keep the answers of `written/library.toml`, and ask the questions that nobody answered."""
    read = tomllib.loads(files("tillit_web.demo").joinpath("written/library.toml").read_text(encoding="utf-8"))
    now, today = timezone.now(), timezone.localdate()
    experts = {
        one["name"]: Expert.objects.create(slug=free_slug(Expert, one["name"]), agreed_at=now, **one)
        for one in read["expert"]
    }
    for number, one in enumerate(read["answer"]):
        checked_on = today - timedelta(days=200 if number == LOOKED_AT_LONG_AGO else 20)
        LibraryAnswer.objects.create(
            slug=free_slug(LibraryAnswer, one["question"]),
            checked_on=checked_on,
            is_published=True,
            **{**one, "expert": experts[one["expert"]], "variants": "\n".join(one["variants"])},
        )
    for one in read["comparison"]:
        points = one.pop("points")
        slug = free_slug(Comparison, one["title"])
        made = Comparison.objects.create(slug=slug, is_published=True, **{**one, "expert": experts[one["expert"]]})
        for point in points:
            made.points.create(seen_on=today, **point)
    AnswerRules.objects.create(pk=1, reach=read["rules"]["reach"])
    for question in read["rules"]["asked"]:
        found = find(question, LANGUAGE_ASKED_IN, today)
        actions.keep_question(question, LANGUAGE_ASKED_IN, found, answered=False, at=now)
