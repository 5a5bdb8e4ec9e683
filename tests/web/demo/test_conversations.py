"""The demo's conversations: every standing that the desk can show, whichever day the demo is started."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tillit_web.demo.conversations import make_conversations
from tillit_web.demo.library import write_library
from tillit_web.desk.models import Conversation, Message
from tillit_web.desk.report import has_report, report_of, week_named
from tillit_web.people.models import User


@pytest.mark.django_db
def test_each_stands_where_a_visitor_finds_it(ana: User) -> None:
    write_library()
    now = datetime.now(UTC)
    make_conversations(now, colleague=ana)
    rows = Conversation.objects.order_by("opened_at")
    assert sorted(rows.values_list("owner", flat=True)) == ["closed"] * 4 + [
        "desk",
        "desk",
        "machine",
        "machine",
        "person",
    ]
    assert rows.get(reason="late").name == "Disa Exempel"
    assert rows.get(errand="complain").owner == "person"
    said = Message.objects.filter(author="machine").order_by("id")
    assert {one.answer is not None for one in said} == {True, False}  # of the library, and what was agreed
    assert "3 600 kr" in said.get(answer=None).text
    assert has_report(now=now)
    assert report_of(week_named("", now.date()), now=now).begun >= 3, "a week ago is in the last whole week"
