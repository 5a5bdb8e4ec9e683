"""Who knows what, and who is here: each colleague says it of themselves."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from tillit.errors import InputError
from tillit.sentences import Sentence
from tillit.vocabulary import Role
from tillit_web.desk import skills
from tillit_web.desk.assigning import assign
from tillit_web.desk.models import ColleagueSkill
from tillit_web.languages import LANGUAGES
from tillit_web.people.access import TeamRequest, access
from tillit_web.people.models import User

HOURS = (1, 2, 4, 8)


@access(*Role)
@require_http_methods(["GET", "POST"])
def show_skills(request: TeamRequest) -> HttpResponse:
    """The page, and what its forms change: only what whoever sends them says of themselves."""
    refused: Sentence | None = None
    if request.method == "POST":
        try:
            _DO.get(request.POST.get("do", ""), _nothing)(request.user, request.POST)
            assign()
            return redirect("skills:overview")
        except InputError as error:
            refused = error.sentence
    now = timezone.now()
    rows = list(skills.colleagues())
    mine = skills.colleague_of(request.user)
    context = {
        "refused": refused,
        "mine": mine,
        "is_colleague": mine.pk is not None,
        "is_here": skills.is_here(mine, now),
        "own": [] if mine.pk is None else [skill for skill in mine.skills.all() if skill.is_theirs],
        "suggested": skills.suggested(mine),
        "authors": skills.free_authors(mine),
        "topics": skills.topics(),
        "known": skills.known(rows, now),
        "colleagues": len(rows),
        "here": sum(skills.is_here(one, now) for one in rows),
        "turns": skills.turns(rows),
        "levels": ColleagueSkill.Knows.choices,
        "languages": LANGUAGES,
        "hours": HOURS,
    }
    return render(request, "desk/skills.html", context, status=422 if refused else 200)


def _come(member: User, sent: QueryDict) -> None:
    skills.come(member, hours=_whole(sent, "hours"), now=timezone.now())


def _capacity(member: User, sent: QueryDict) -> None:
    skills.take_at_once(member, _whole(sent, "capacity"))


def _add(member: User, sent: QueryDict) -> None:
    skills.say_skill(member, sent.get("topic", "")[:200], sent.get("language", ""), level=_whole(sent, "level"))


def _not_mine(member: User, sent: QueryDict) -> None:
    level = ColleagueSkill.Knows.ANSWERS
    topic, language = sent.get("topic", "")[:200], sent.get("language", "")
    skills.say_skill(member, topic, language, level=level, is_theirs=False)


def _forget(member: User, sent: QueryDict) -> None:
    skills.forget_skill(member, _whole(sent, "skill"))


def _author(member: User, sent: QueryDict) -> None:
    skills.answer_as(member, _whole(sent, "expert") or None)


def _stop(member: User, _sent: QueryDict) -> None:
    skills.stop(member)


def _nothing(_member: User, _sent: QueryDict) -> None:
    """A form that is none of ours changes nothing."""


_DO: dict[str, Callable[[User, QueryDict], None]] = {
    "come": _come,
    "capacity": _capacity,
    "add": _add,
    "not_mine": _not_mine,
    "forget": _forget,
    "author": _author,
    "stop": _stop,
}


def _whole(sent: QueryDict, name: str) -> int:
    """A number as it was chosen; what is none is one that nothing allows."""
    text = sent.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 9 else (0 if not text else -1)
