"""Who owns a conversation: the machine, the desk, one person, or nobody any more because it is closed.

The whole of it is one table. What is not in the table is refused, so there is never no owner, and never two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tillit.errors import QueryError
from tillit.sentences import Sentence, sentence


class Owner(StrEnum):
    """Who answers next."""

    MACHINE = "machine"
    DESK = "desk"  # it waits for anyone of us
    PERSON = "person"  # one of us has it
    CLOSED = "closed"


class Event(StrEnum):
    """What can happen to a conversation, by who does it."""

    CUSTOMER_WRITES = "customer_writes"
    CUSTOMER_ASKS_FOR_PERSON = "customer_asks_for_person"
    CUSTOMER_IS_DONE = "customer_is_done"
    MACHINE_ANSWERS = "machine_answers"
    MACHINE_HANDS_OVER = "machine_hands_over"
    PERSON_TAKES = "person_takes"
    PERSON_TAKES_OVER = "person_takes_over"  # from a colleague, and says so
    PERSON_ANSWERS = "person_answers"
    PERSON_LETS_GO = "person_lets_go"  # back to the desk
    PERSON_HANDS_BACK = "person_hands_back"  # to the machine
    PERSON_CLOSES = "person_closes"
    PERSON_OPENS_AGAIN = "person_opens_again"
    NOBODY_ANSWERED = "nobody_answered"  # the promised time has passed


BY_PEOPLE = frozenset(event for event in Event if event.startswith("person_"))

_STAYS = "stays"
_Next = Owner | str

# A customer who comes back to a closed conversation was not helped by it: a person looks, not the machine again.
TABLE: Mapping[Owner, Mapping[Event, _Next]] = {
    Owner.MACHINE: {
        Event.CUSTOMER_WRITES: _STAYS,
        Event.CUSTOMER_ASKS_FOR_PERSON: Owner.DESK,
        Event.CUSTOMER_IS_DONE: Owner.CLOSED,
        Event.MACHINE_ANSWERS: _STAYS,
        Event.MACHINE_HANDS_OVER: Owner.DESK,
        Event.PERSON_TAKES: Owner.PERSON,
        Event.PERSON_CLOSES: Owner.CLOSED,
    },
    Owner.DESK: {
        Event.CUSTOMER_WRITES: _STAYS,
        Event.CUSTOMER_ASKS_FOR_PERSON: _STAYS,
        Event.CUSTOMER_IS_DONE: Owner.CLOSED,
        Event.PERSON_TAKES: Owner.PERSON,
        Event.PERSON_CLOSES: Owner.CLOSED,
        Event.NOBODY_ANSWERED: _STAYS,
    },
    Owner.PERSON: {
        Event.CUSTOMER_WRITES: _STAYS,
        Event.CUSTOMER_ASKS_FOR_PERSON: _STAYS,
        Event.CUSTOMER_IS_DONE: Owner.CLOSED,
        Event.PERSON_TAKES: _STAYS,  # a second click of the same person
        Event.PERSON_TAKES_OVER: Owner.PERSON,
        Event.PERSON_ANSWERS: _STAYS,
        Event.PERSON_LETS_GO: Owner.DESK,
        Event.PERSON_HANDS_BACK: Owner.MACHINE,
        Event.PERSON_CLOSES: Owner.CLOSED,
        Event.NOBODY_ANSWERED: Owner.DESK,  # whoever took it does not answer: anyone may
    },
    Owner.CLOSED: {
        Event.CUSTOMER_WRITES: Owner.DESK,
        Event.CUSTOMER_ASKS_FOR_PERSON: Owner.DESK,
        Event.CUSTOMER_IS_DONE: _STAYS,
        Event.PERSON_CLOSES: _STAYS,
        Event.PERSON_OPENS_AGAIN: Owner.PERSON,
    },
}

# Of these, only the person who has it may do what another did not ask for.
_HANDLERS_ALONE = frozenset(
    {
        Event.PERSON_TAKES,
        Event.PERSON_ANSWERS,
        Event.PERSON_LETS_GO,
        Event.PERSON_HANDS_BACK,
        Event.PERSON_CLOSES,
    }
)


class NotNow(QueryError):
    """This cannot happen to a conversation as it stands; nothing was changed."""


class SomebodyElseHasIt(NotNow):
    """Another person owns the conversation; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Ownership:
    """Who owns a conversation now.

    Attributes:
        handler: Which person, by number; there is one if and only if a person owns it.
    """

    owner: Owner
    handler: int | None = None

    def __post_init__(self) -> None:
        """Refuse a person without a number, and a number without a person."""
        if (self.owner is Owner.PERSON) != (self.handler is not None):
            raise QueryError(
                sentence(
                    "A conversation is owned by one person or by none: {owner}, {handler}.",
                    owner=self.owner.value,
                    handler=str(self.handler),
                )
            )

    def after(self, event: Event, *, by: int | None = None) -> Ownership:
        """Who owns it once this has happened.

        Args:
            by: The person who does it; None where a customer, the machine or the clock does.

        Raises:
            SomebodyElseHasIt: It is another person's to do.
            NotNow: It cannot happen to a conversation that stands like this.
        """
        if (event in BY_PEOPLE) != (by is not None):
            raise QueryError(sentence("Say who does it, if and only if one of us does: {event}.", event=event.value))
        following = TABLE[self.owner].get(event)
        if following is None:
            raise NotNow(_refusal(self.owner, event))
        if self.owner is Owner.PERSON and event in _HANDLERS_ALONE and by != self.handler:
            raise SomebodyElseHasIt(sentence("One of your colleagues has this conversation. Take it over first."))
        if following is Owner.PERSON:
            return Ownership(Owner.PERSON, by)
        return self if following == _STAYS else Ownership(Owner(following))

    def may(self, event: Event, *, by: int | None = None) -> bool:
        """Whether `after` would let it happen."""
        try:
            self.after(event, by=by)
        except NotNow:
            return False
        return True


def _refusal(owner: Owner, event: Event) -> Sentence:
    if event is Event.MACHINE_ANSWERS or event is Event.MACHINE_HANDS_OVER:
        return sentence("A person has the word here, so the machine says nothing.")
    if owner is Owner.CLOSED:
        return sentence("This conversation is closed. Open it again first.")
    if event is Event.PERSON_OPENS_AGAIN:
        return sentence("This conversation is open.")
    return sentence("Nobody has taken this conversation. Take it first.")
