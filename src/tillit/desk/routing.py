"""Which colleague meets a customer who waits, or how long the customer waits for one. Pure: no clock, no dice."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum

from scipy.special import gammaincinv

from tillit.errors import QueryError
from tillit.meetings.waits import STATED_QUANTILE
from tillit.sentences import Sentence, sentence

MICROS_PER_SECOND = 1_000_000
MOST_AT_ONCE = 50  # conversations that one person has at the same time


class Level(IntEnum):
    """How a colleague knows a topic. There is no level for passing questions on: that is nobody's skill."""

    ANSWERS = 1  # knows it well enough to answer
    DOES = 2  # does the work itself


class Wish(StrEnum):
    """What the customer said about whom they meet."""

    ANYONE = "anyone"
    SAME_IF_FREE = "same_if_free"
    SAME_OR_WAIT = "same_or_wait"


class Why(StrEnum):
    """Why a customer is with somebody, or waits."""

    WISHED = "wished"  # the customer wished for the same person again
    DOES = "does"  # does the work itself
    ANSWERS = "answers"  # nobody who does the work is free
    SPEAKS = "speaks"  # nobody of the team has the topic: by language
    ANYBODY = "anybody"  # nor the language
    ALL_BUSY = "all_busy"
    WAITS_FOR_SAME = "waits_for_same"
    NOBODY_HERE = "nobody_here"  # whoever could is not at work


@dataclass(frozen=True, slots=True)
class Skill:
    """A topic in a language, and how well."""

    topic: str
    language: str
    level: Level


@dataclass(frozen=True, slots=True)
class Specialist:
    """A colleague as routing sees one.

    Attributes:
        skills: Those that the colleague has confirmed.
        capacity: Conversations at the same time; 0 for somebody who takes none.
        load: Conversations in hand now.
        here_until: Microseconds UTC; None for somebody who is not at work.
        owed: Cases that are still theirs by turn; below 0 those they had before their turn.
    """

    id: int
    skills: frozenset[Skill]
    capacity: int
    load: int = 0
    here_until: int | None = None
    owed: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what no colleague is."""
        if not 0 <= self.capacity <= MOST_AT_ONCE or self.load < 0:
            raise QueryError(
                sentence(
                    "A colleague has from 0 to {most} conversations at once, not {capacity} with {load} in hand.",
                    most=MOST_AT_ONCE,
                    capacity=self.capacity,
                    load=self.load,
                )
            )

    def is_here(self, now: int) -> bool:
        """Is the colleague at work at this instant?"""
        return self.here_until is not None and now < self.here_until

    def is_free(self, now: int) -> bool:
        """Is the colleague at work, with room for one more?"""
        return self.is_here(now) and self.load < self.capacity


@dataclass(frozen=True, slots=True)
class Case:
    """A customer who needs somebody.

    Attributes:
        id: Unique among those who wait; settles who comes first where two asked at the same instant.
        topic: What it is about; "" where nothing says.
        asked_at: When they asked for a person; microseconds UTC.
        previous: The colleague whom they met before; None: nobody.
        needs: The level it takes; DOES where an answer is not enough.
    """

    id: int
    topic: str
    language: str
    asked_at: int
    wish: Wish = Wish.ANYONE
    previous: int | None = None
    needs: Level = Level.ANSWERS


@dataclass(frozen=True, slots=True)
class Routed:
    """Where a case goes.

    Attributes:
        to: A colleague; None: it waits.
        wait_seconds: Four of five wait no longer; 0 for those with somebody, None where no wait can be told and a
            time must be promised.
        owed: What each colleague is owed from now on, where turns were counted.
    """

    case: Case
    to: int | None
    why: Why
    wait_seconds: float | None
    owed: Mapping[int, float]


def route_all(
    waiting: Iterable[Case], team: Iterable[Specialist], *, handling_seconds: float, now: int
) -> tuple[Routed, ...]:
    """Everyone who waits, the longest first: to whom each goes now, or how long each still waits.

    Nobody goes to somebody who is away or full, and nobody is overtaken by a later case that the same colleague takes.

    Args:
        team: All of it, also those who are away.
        handling_seconds: How long a conversation takes, on average.
        now: Microseconds UTC.
    """
    known = {one.id: one for one in team}
    found: list[Routed] = []
    line: list[frozenset[int]] = []
    for case in sorted(waiting, key=lambda case: (case.asked_at, case.id)):
        takers, why = _wished(case, known, now) or _takers(case, known)
        free = tuple(one for one in takers if one.is_free(now))
        if free:
            to, routed = _given(case, free, why)
            known |= {colleague: replace(known[colleague], owed=owed) for colleague, owed in routed.owed.items()}
            known[to] = replace(known[to], load=known[to].load + 1)
        else:
            own = frozenset(one.id for one in takers)
            ahead = sum(bool(own & others) for others in line)
            line.append(own)
            routed = _left_waiting(case, takers, why, ahead=ahead, handling_seconds=handling_seconds, now=now)
        found.append(routed)
    return tuple(found)


def wait_seconds(takers: Sequence[Specialist], *, ahead: int, handling_seconds: float, now: int) -> float | None:
    """How long four of five wait for one of these colleagues, if all of them are full.

    Each conversation in hand ends at random, and each that ends takes the next of the line, until the colleague leaves:
    the ends are a Poisson process whose rate falls as colleagues go.

    Args:
        ahead: How many before them wait for any of these colleagues.

    Returns:
        None where nobody is there, or everybody leaves before it is likely enough: then a time must be promised.

    Source: the quantile of an Erlang distribution; Cooper (1981), Introduction to Queueing Theory, section 3.5.
    """
    needed = float(gammaincinv(ahead + 1, STATED_QUANTILE)) * handling_seconds  # conversation-seconds to go by
    here = sorted((one.here_until, one.capacity) for one in takers if one.is_here(now) and one.here_until is not None)
    capacity, since, gone_by = sum(size for _, size in here), now, 0.0
    for until, size in here:
        passes = capacity * (until - since) / MICROS_PER_SECOND
        if capacity and gone_by + passes >= needed:
            return (since - now) / MICROS_PER_SECOND + (needed - gone_by) / capacity
        gone_by, since, capacity = gone_by + passes, until, capacity - size
    return None


def most_unequal(team: Collection[Specialist]) -> int:
    """The bound on how far anybody can be from their share by turn, whoever is here when, in cases: one less than the
    team. docs/methods/routing.md has the proof."""
    return max(0, len(team) - 1)


def _given(case: Case, free: tuple[Specialist, ...], why: Why) -> tuple[int, Routed]:
    if why is Why.WISHED:
        return free[0].id, Routed(case, free[0].id, why, 0.0, {})  # a wish is nobody's turn
    if why is Why.ANSWERS:
        doing = tuple(one for one in free if _level(one, case) is Level.DOES)
        free, why = (doing, Why.DOES) if doing else (free, why)
    chosen, owed = _by_turn(free)
    return chosen, Routed(case, chosen, why, 0.0, owed)


def _left_waiting(
    case: Case, takers: tuple[Specialist, ...], why: Why, *, ahead: int, handling_seconds: float, now: int
) -> Routed:
    if not any(one.is_here(now) and one.capacity for one in takers):
        return Routed(case, None, Why.NOBODY_HERE, None, {})
    wait = wait_seconds(takers, ahead=ahead, handling_seconds=handling_seconds, now=now)
    return Routed(case, None, Why.WAITS_FOR_SAME if why is Why.WISHED else Why.ALL_BUSY, wait, {})


def _wished(case: Case, team: Mapping[int, Specialist], now: int) -> tuple[tuple[Specialist, ...], Why] | None:
    """The same person again, where the customer wants that and it can be; None: anybody who takes it."""
    same = None if case.previous is None else team.get(case.previous)
    if same is None or case.wish is Wish.ANYONE:
        return None
    return ((same,), Why.WISHED) if case.wish is Wish.SAME_OR_WAIT or same.is_free(now) else None


def _takers(case: Case, team: Mapping[int, Specialist]) -> tuple[tuple[Specialist, ...], Why]:
    """Those who take this case, here or not, and what makes them so.

    A topic or a language that nobody has leaves no customer standing: then it is for whoever comes nearest.
    """
    everyone = tuple(team[colleague] for colleague in sorted(team))
    skilled = tuple(one for one in everyone if (level := _level(one, case)) and level >= case.needs)
    if skilled:
        return skilled, Why.ANSWERS
    # Whoever answers is better than nobody where the work is no one's.
    near = tuple(one for one in everyone if _level(one, case))
    if near:
        return near, Why.ANSWERS
    speaking = tuple(one for one in everyone if any(skill.language == case.language for skill in one.skills))
    return (speaking, Why.SPEAKS) if speaking else (everyone, Why.ANYBODY)


def _level(one: Specialist, case: Case) -> Level | None:
    levels = [skill.level for skill in one.skills if (skill.topic, skill.language) == (case.topic, case.language)]
    return max(levels, default=None)


def _by_turn(free: Sequence[Specialist]) -> tuple[int, dict[int, float]]:
    """Whose turn it is among colleagues who could all take it, and what each is owed afterwards.

    Each earns the share of a case that their capacity is of all; whoever is owed most takes it and pays one.
    """
    capacity = sum(one.capacity for one in free)
    earned = {one.id: one.owed + one.capacity / capacity for one in free}
    # Rounded, so that sums of thirds are as equal as they are meant; then the least busy, then the oldest number.
    chosen = min(free, key=lambda one: (-round(earned[one.id], 9), one.load / one.capacity, one.id)).id
    earned[chosen] -= 1
    return chosen, earned


def why_words(why: Why) -> Sentence:
    """Why a customer is with somebody or waits, as the desk says it."""
    return _WORDS[why]


_WORDS: dict[Why, Sentence] = {
    Why.WISHED: sentence("The customer wants the same person again."),
    Why.DOES: sentence("Who has it does this work."),
    Why.ANSWERS: sentence("Nobody who does this work is free; who has it can answer."),
    Why.SPEAKS: sentence("Nobody has this topic; who has it speaks the language."),
    Why.ANYBODY: sentence("Nobody has this topic or speaks the language."),
    Why.ALL_BUSY: sentence("Everyone who can take it is busy."),
    Why.WAITS_FOR_SAME: sentence("The customer waits for the same person."),
    Why.NOBODY_HERE: sentence("Nobody who can take it is at work."),
}
