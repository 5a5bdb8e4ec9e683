"""The demo's conversations: begun as customers begin them, some answered, some waiting, one late."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from importlib.resources import files

from tillit.desk.handoff import Agreed
from tillit_web.desk import actions
from tillit_web.desk.models import Conversation
from tillit_web.people.models import User


def make_conversations(now: datetime, *, colleague: User) -> None:
    """Hold the conversations of `written/conversations.toml`, each step a minute after the one before.

    Args:
        colleague: Who answers those that were answered.
    """
    read = tomllib.loads(files("tillit_web.demo").joinpath("written/conversations.toml").read_text(encoding="utf-8"))
    for one in read["conversation"]:
        at = now - timedelta(hours=one["hours_ago"])
        given = {name: one.get(name, "") for name in ("name", "email")}
        conversation = actions.open_conversation(one["asked"], language="sv", now=at, **given).conversation
        for step in one.get("steps", ()):
            at += timedelta(minutes=1)
            _take(step, conversation, colleague, at)
    actions.escalate(now=now)


def _take(step: dict[str, str], conversation: Conversation, colleague: User, at: datetime) -> None:
    if "customer" in step:
        actions.customer_writes(conversation, step["customer"], now=at)
    elif "colleague" in step:
        actions.answer(conversation, step["colleague"], colleague, now=at)
    elif "note" in step:
        actions.note(conversation, step["note"], colleague, now=at)
    elif "agreed" in step:
        until = at.date() + timedelta(days=30)
        actions.hand_back(conversation, colleague, agreed=[Agreed(step["agreed"], until)], now=at)
    else:
        actions.close(conversation, colleague, Conversation.Outcome(step["closed"]), now=at)
