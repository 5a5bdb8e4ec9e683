"""A moment: what is known of a customer's errand when it is decided how to meet them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from msgspec import UNSET, UnsetType

from tillit.errors import QueryError
from tillit.meetings.actions import ANYONE, PEOPLE, Action
from tillit.readiness.now import Hold
from tillit.sentences import sentence
from tillit.vocabulary import Errand, Stage

_SKILL = re.compile(r"[a-z][a-z_]{0,30}")


# Errands in which a customer looks around: whoever wants something done is never left alone with it.
LOOKING_AROUND = frozenset({Errand.LOOK_UP, Errand.CHOOSE, Errand.RENEW})


@dataclass(frozen=True, slots=True)
class Near:
    """What a customer is near, as far as the company switched it on and they agreed; never who deserves a person.

    Attributes:
        chances: By what they may be near (`Want`): the calibrated chance, in [0, 1].
        holds: Why they are left in peace.
    """

    chances: Mapping[str, float] = field(default_factory=dict)
    holds: tuple[Hold, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is no chance."""
        if not all(0 <= chance <= 1 for chance in self.chances.values()):
            raise QueryError(sentence("A chance lies between 0 and 1: {what}.", what=str(dict(self.chances))))


@dataclass(frozen=True, slots=True)
class Moment:
    """Everything a decision may use, each value with the time from which it was known.

    Attributes:
        customer: A pseudonym.
        at: When it is decided; microseconds UTC.
        stake_minor: What the errand is worth to customer and company, in minor units; 0 where nobody knows.
        has_stated_need: The customer, or staff at their wish, said that a person is needed. Never inferred.
        has_open_case: Something that this customer told of is not solved.
        broken_promises: What was promised to them and not kept.
        skill: What a person must know to help here; None where anyone can.
        offers: What can be done at this place; the first machine among them is the one that would meet them. A booked
            call is always possible.
        may_vary: The customer has not said "do not vary my service".
        known_at: By name of a value, when it was known if that was before `at`; microseconds UTC.
        near: What they are near; unset where nothing is switched on, agreed or known in time.
        lot: The side of the lot that they were drawn on before, as `keeping.experiment_of` names it: under this
            identifier, or under another of the same person. Unset where they were not.
    """

    customer: str
    at: int
    errand: Errand
    stage: Stage | None = None
    stake_minor: int = 0
    asked_for_person: bool = False
    complaint: bool = False
    has_stated_need: bool = False
    is_known_customer: bool = False
    has_open_case: bool = False
    broken_promises: tuple[str, ...] = ()
    skill: str | None = None
    offers: tuple[Action, ...] = (Action.SELF_SERVICE, *sorted(PEOPLE))
    may_vary: bool = True
    known_at: Mapping[str, int] = field(default_factory=dict)
    near: Near | UnsetType = UNSET  # unset, it is not written either: rows from before are read to the byte
    lot: str | UnsetType = UNSET

    def __post_init__(self) -> None:
        """Refuse what was known too late, or is no value of a moment."""
        if not self.customer:
            raise QueryError(sentence("A decision is about somebody: give a pseudonym."))
        if self.stake_minor < 0:
            raise QueryError(sentence("A stake is 0 or more, not {stake}.", stake=self.stake_minor))
        if self.skill is not None:
            check_skill(self.skill)
        for name, known_at in self.known_at.items():
            if name not in self.__dataclass_fields__:
                raise QueryError(
                    sentence("A moment has no value {name}, so nothing can be known of when it came.", name=name)
                )
            if known_at > self.at:
                raise QueryError(
                    sentence(
                        "{name} was known only after the decision. Leave it out, or give the value there was then.",
                        name=name,
                    )
                )

    @property
    def is_left_in_peace(self) -> bool:
        """Whether something speaks against an offer, where the customer only looks around."""
        return self.errand in LOOKING_AROUND and self.near is not UNSET and bool(self.near.holds)


@dataclass(frozen=True, slots=True)
class Capacity:
    """How much one skill can take on now.

    Attributes:
        free: People with this skill who can begin at once.
        queue: Customers who wait for them.
        wait_seconds: How long the next one waits; None where nobody is at work.
        price_minor: The shadow price of a minute, in minor units.
        next_call_at: The first time that can be promised, microseconds UTC; None where no calendar says.
    """

    free: int = 0
    queue: int = 0
    wait_seconds: float | None = None
    price_minor: float = 0.0
    next_call_at: int | None = None

    def __post_init__(self) -> None:
        """Refuse numbers that no desk has."""
        waits = 0.0 if self.wait_seconds is None else self.wait_seconds
        if self.free < 0 or self.queue < 0 or not (math.isfinite(waits) and waits >= 0 <= self.price_minor):
            raise QueryError(sentence("Nobody has fewer than 0 people, customers or seconds: {what}.", what=str(self)))
        if not math.isfinite(self.price_minor):
            raise QueryError(sentence("A price is a number, not {price}.", price=str(self.price_minor)))


Desk = Mapping[str, Capacity]  # by skill; a skill that is not there has nobody at work


def check_skill(skill: str) -> None:
    """Refuse what could be somebody's name.

    Raises:
        QueryError: It is not written in small letters and underscores.
    """
    if not _SKILL.fullmatch(skill):
        raise QueryError(
            sentence(
                "{skill} is no skill. Write it in small letters, such as {example}; people have no place in the log.",
                skill=repr(skill),
                example=ANYONE,
            )
        )
