"""How what is said reaches customers who look at no page: ways that apps above know, by channel."""

from __future__ import annotations

from collections.abc import Callable

from tillit.desk.handoff import Author
from tillit_web.desk.models import Message

Way = Callable[[Message], None]
_ways: dict[str, Way] = {}


def also_deliver(channel: str, way: Way) -> None:
    """Have what we and the machine say in conversations of a channel go this way; called from `AppConfig.ready`.

    Args:
        way: Notes in the transaction that keeps the message that it is to be sent; it sends nothing itself.
    """
    _ways[channel] = way


def deliver(message: Message) -> None:
    """Note that a message is to be sent, where its channel has a way and it is no customer's and no note."""
    way = _ways.get(message.conversation.channel)
    if way is not None and message.author in (Author.PERSON.value, Author.MACHINE.value):
        way(message)
