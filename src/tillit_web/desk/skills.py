"""What colleagues know, as each says of themselves, and until when they are here."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from tillit.answers.terms import WORD, stems
from tillit.desk.routing import Specialist, most_unequal
from tillit.errors import QueryError
from tillit.meetings.actions import ANYONE
from tillit.sentences import sentence
from tillit_web.answers.models import Expert, LibraryAnswer
from tillit_web.desk.models import Colleague, ColleagueSkill, Conversation
from tillit_web.languages import LANGUAGES
from tillit_web.meetings.models import Skill as StaffedSkill
from tillit_web.meetings.staffing import staffed
from tillit_web.people.models import User

MOST_TOPICS = 200
MOST_SKILLS = 60  # of one colleague
MOST_HOURS = 12


@dataclass(frozen=True, slots=True)
class Suggested:
    """A skill that a colleague's answers speak for; nothing until that colleague says so."""

    topic: str
    language: str
    answers: tuple[LibraryAnswer, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """A topic in a language: who knows it, how many of them are here, how many are by the shifts (None: no shift)."""

    topic: str
    language: str
    doing: tuple[Colleague, ...]
    answering: tuple[Colleague, ...]
    here: int
    by_shifts: int | None


@dataclass(frozen=True, slots=True)
class Turns:
    """How unequal turns can be, and how unequal they are now: of the whole team, never of anyone."""

    colleagues: int
    bound: int
    most_now: float


def topic_of(text: str) -> str:
    """A topic as it is compared: lower case, single spaces, at most 60 letters."""
    return " ".join(text.lower().split())[:60]


def colleagues() -> QuerySet[Colleague]:
    """Everyone who meets customers at the desk."""
    rows = Colleague.objects.filter(member__is_active=True).select_related("member", "expert")
    return rows.prefetch_related("skills")


def colleague_of(member: User) -> Colleague:
    """The member as a colleague; a new row, not saved, while they have said nothing."""
    return Colleague.objects.filter(member=member).first() or Colleague(member=member)


def topics() -> list[str]:
    """Topics in use: what colleagues named, what shifts have, what customers came with."""
    named = ColleagueSkill.objects.filter(is_theirs=True).values_list("topic", flat=True).distinct()
    shifts = StaffedSkill.objects.exclude(name=ANYONE).values_list("name", flat=True)
    asked = Conversation.objects.exclude(topic="").values_list("topic", flat=True).distinct()[:MOST_TOPICS]
    found = {topic_of(one.replace("_", " ")) for one in (*named, *shifts, *asked)}
    return sorted(found - {""})[:MOST_TOPICS]


def suggested(colleague: Colleague) -> list[Suggested]:
    """Topics in use whose every word stands in a question that this colleague has answered publicly."""
    if colleague.expert_id is None:
        return []
    said = set() if colleague.pk is None else set(colleague.skills.values_list("topic", "language"))
    answers: defaultdict[str, list[tuple[frozenset[str], LibraryAnswer]]] = defaultdict(list)
    for one in LibraryAnswer.objects.filter(expert=colleague.expert_id, is_published=True):
        answers[one.language].append((_stems(one.questions, one.language), one))
    found = []
    for language, written in sorted(answers.items()):
        for topic in topics():
            wanted = _stems([topic], language)
            about = tuple(one for words, one in written if wanted and wanted <= words)
            if about and (topic, language) not in said:
                found.append(Suggested(topic, language, about))
    return found


def known(rows: Iterable[Colleague], now: datetime) -> list[Known]:
    """What the team knows, by topic and language."""
    staffing = staffed().staffing
    of: defaultdict[tuple[str, str], list[tuple[int, Colleague]]] = defaultdict(list)
    for one in rows:
        for skill in one.skills.all():
            if skill.is_theirs:
                of[skill.topic, skill.language].append((skill.level, one))
    at = time.time_ns() // 1000
    found = []
    for (topic, language), those in sorted(of.items()):
        by_level = {level: tuple(one for has, one in those if has == level) for level in ColleagueSkill.Knows}
        shift = topic.replace(" ", "_")
        found.append(
            Known(
                topic,
                language,
                by_level[ColleagueSkill.Knows.DOES],
                by_level[ColleagueSkill.Knows.ANSWERS],
                sum(is_here(one, now) for _, one in those),
                staffing.at_work(shift, at) if shift in staffing.skills else None,
            )
        )
    return found


def turns(rows: list[Colleague]) -> Turns:
    """The bound on turns, and the largest difference now."""
    team = [Specialist(one.pk, frozenset(), one.capacity) for one in rows]
    return Turns(len(rows), most_unequal(team), max((abs(one.owed) for one in rows), default=0.0))


def is_here(colleague: Colleague, now: datetime) -> bool:
    """Whether a colleague is at the desk."""
    return colleague.here_until is not None and colleague.here_until > now


def come(member: User, *, hours: int, now: datetime) -> None:
    """Be here for so many hours from now on; 0 to leave.

    Raises:
        QueryError: Nobody works for so long.
    """
    if not 0 <= hours <= MOST_HOURS:
        raise QueryError(sentence("Say for 1 to {most} hours that you are here.", most=MOST_HOURS))
    row = _kept(member)
    row.here_until = now + timedelta(hours=hours) if hours else None
    row.save(update_fields=["here_until"])


def take_at_once(member: User, capacity: int) -> None:
    """Say how many conversations at once are enough.

    Raises:
        QueryError: Nobody has so many.
    """
    Specialist(0, frozenset(), capacity)  # refuses what no colleague has
    row = _kept(member)
    row.capacity = capacity
    row.save(update_fields=["capacity"])


def say_skill(member: User, topic: str, language: str, *, level: int, is_theirs: bool = True) -> None:
    """Say of oneself that one knows a topic, or, asked, that one does not. Nobody says it of anybody else.

    Raises:
        QueryError: No topic, no language of ours, no such level, or more topics than anybody knows.
    """
    named = topic_of(topic)
    if not named or language not in dict(LANGUAGES) or level not in ColleagueSkill.Knows:
        raise QueryError(sentence("Name a topic and its language, such as roofs in Swedish."))
    row = _kept(member)
    if row.skills.count() >= MOST_SKILLS:
        raise QueryError(sentence("That is more than {most} topics. Take one away first.", most=MOST_SKILLS))
    row.skills.update_or_create(topic=named, language=language, defaults={"level": level, "is_theirs": is_theirs})


def forget_skill(member: User, number: int) -> None:
    """Take a skill of one's own away; it may be suggested again."""
    ColleagueSkill.objects.filter(pk=number, colleague__member=member).delete()


def answer_as(member: User, expert: int | None) -> None:
    """Say which author of the library one is; None: none.

    Raises:
        QueryError: A colleague is that author already, or there is none.
    """
    row = _kept(member)
    author = None if expert is None else Expert.objects.filter(pk=expert).first()
    taken = author is not None and Colleague.objects.filter(expert=author).exclude(pk=row.pk).exists()
    if (expert is not None and author is None) or taken:
        raise QueryError(sentence("A colleague writes under that name already. Choose your own."))
    row.expert = author
    row.save(update_fields=["expert"])


@transaction.atomic
def stop(member: User) -> None:
    """Meet no more customers at the desk. Turns begin anew for those who stay."""
    Colleague.objects.filter(member=member).delete()
    Colleague.objects.update(owed=0.0)


def free_authors(colleague: Colleague) -> list[Expert]:
    """Authors of the library whom no other colleague is."""
    taken = Colleague.objects.exclude(pk=colleague.pk).exclude(expert=None).values("expert")
    return list(Expert.objects.exclude(pk__in=taken))


def _kept(member: User) -> Colleague:
    return Colleague.objects.get_or_create(member=member)[0]


def _stems(texts: Iterable[str], language: str) -> frozenset[str]:
    return frozenset(stems((word for text in texts for word in WORD.findall(text.lower())), language))
