"""Every address and every command is a door: a new one fails here until it says how it keeps sales from names."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from django.urls import URLPattern, URLResolver, get_resolver

from tillit_cli.commands import COMMANDS
from tillit_web.asgi import BESIDE_DJANGO


class Door(StrEnum):
    """Why a door tells no sale of fewer than five employees."""

    ATTACKED = "a test of this folder opens it and finds nothing"
    NO_SALES = "it gives no order, neither its time, place nor amount"
    OWN_FILE = "it gives back a file to whoever brought it, or reads files that its user holds"
    THE_CUSTOMER = "it gives customers what is known about themselves; who lets one in is put on record"


ADDRESSES: dict[Door, set[str]] = {
    Door.ATTACKED: {
        *("insight:home", "insight:map", "insight:stages", "insight:funnel", "insight:paths", "insight:ways"),
        *("insight:friction", "insight:friction_csv", "insight:promises", "insight:our_way", "insight:journeys"),
        *("insight:find", "insight:customer", "insight:near", "insight:credit", "insight:credit_without"),
        *("insight:credit_statement", "insight:credit_statement_file", "meetings:meetings", "meetings:cases"),
    },
    Door.NO_SALES: {
        *("front", "people:welcome", "people:enter_demo", "people:language", "people:new_password"),
        *("people:settings", "people:company", "people:privacy", "people:wordings", "people:block_list"),
        "people:be_called",
        *("people:settle", "people:openings", "people:team", "people:invite", "people:member", "people:change_role"),
        *("retention:overview", "retention:change", "retention:keep"),
        *("people:new_password_link", "people:pause", "people:resume", "people:erasures"),
        *("insight:natural_end", "insight:contacts", "insight:employees"),
        *("insight:near_switch", "insight:near_again"),
        *("insight:credit_goal", "insight:credit_goal_talked", "insight:credit_goal_end"),
        *("site:overview", "site:one", "site:let_in", "robots:overview", "robots:switch"),
        *("meetings:matrix", "meetings:learn", "meetings:trying", "meetings:see_return"),
        # Evidence of a link tells its month.
        *("identity:held", "identity:decide", "identity:undo", "identity:identifier"),
        *("meetings:staffing", "meetings:need", "skills:overview", "week:report"),
        # What happened with people is told by its month there, and no amount.
        *("briefing:conversation", "briefing:booking"),
        *(
            "booking:coming",
            "booking:cancel",
            "booking:send_again",
            "booking:missed",
            "booking:kinds",
            "booking:new_kind",
            "booking:kind",
        ),
        *("booking:new_host", "booking:host", "book:calendar", "booking:new_room", "booking:room"),
        # Busy times of a host, without what they do then; customers are in none of it.
        *("booking:calendars", "booking:connect_calendar", "booking:calendar", "booking:read_calendar"),
        "booking:forget_calendar",
        *("answers:library", "answers:new", "answers:write", "answers:still_right", "answers:publish", "answers:sure"),
        *("answers:experts", "answers:new_expert", "answers:expert", "answers:agree", "answers:unanswered"),
        *("answers:judge", "answers:comparisons", "answers:new_comparison", "answers:comparison"),
        *("answers:publish_comparison", "help:front", "help:ask", "help:sitemap", "help:feed", "help:helped"),
        *("help:expert", "help:comparison", "help:answer"),
        *("desk:queue", "desk:conversation", "desk:answer", "desk:note", "desk:take", "desk:let_go", "desk:hand_back"),
        *("desk:close", "desk:open_again"),
        # Mails of customers, each to whoever works at the desk; no order stands in them that the shop did not write.
        *("mailboxes:overview", "mailboxes:new", "mailboxes:one", "mailboxes:examine", "mailboxes:pause"),
        *("mailboxes:remove", "mailboxes:aside", "mailboxes:held", "mailboxes:take_in", "mailboxes:throw_away"),
        *("mailboxes:send_again", "mailboxes:sign_in", "mailboxes:signed_in", "receive_mail"),
        # Calls, and what was offered on them, to whoever made them; never of another shop's sales.
        *("calls:overview", "calls:note", "calls:plan", "calls:plan_booked", "calls:plan_requested", "calls:settle"),
        *("calls:offer", "receive_call"),
        *("collect:overview", "collect:create_key", "collect:revoke_key", "collect:replay", "collect:discard"),
    },
    Door.OWN_FILE: {
        *("warehouse:imports", "warehouse:import", "warehouse:now", "warehouse:look", "warehouse:again"),
        *("warehouse:discard", "warehouse:undo", "warehouse:rejected", "warehouse:mapping"),
        *("import_file", "import_receipt", "collect:failed"),
    },
    Door.THE_CUSTOMER: {
        *("me:start", "me:code", "me:page", "me:answer", "me:need", "me:no_contact", "me:correct", "me:download"),
        *("me:erase", "me:meetings", "me:offer", "me:talk"),
        *("briefing:own", "briefing:of_talk", "briefing:of_booking", "briefing:strike", "briefing:reading"),
        *("book:kinds", "book:booking", "book:details", "book:move", "book:cancel", "book:invite", "book:times"),
        *("talk:start", "talk:thread", "talk:write", "talk:person", "talk:done", "talk:reach"),
        "accept_offer",
        *("me:close", "me:hand_out", "me:receipt"),
    },
}
# What is answered beside Django: those that end with a slash are all below them.
BESIDE: dict[Door, set[str]] = {
    Door.NO_SALES: {
        *("/static/", "/tillit.js", "/widget.js", "/healthz"),
        *("/v1/", "/v1/decide", "/v1/outcome"),  # a server tells, and hears who meets whom: no order comes back
        "/desk/live",  # that something changed at the desk, and in which conversation
    },
    Door.THE_CUSTOMER: {"/widget/", "/v1/talk/"},  # a conversation, to whoever holds its token
}
COMMANDS_OF: dict[Door, set[str]] = {
    Door.ATTACKED: {"credit", "export", "export-decisions", "friction", "journeys", "report"},
    Door.NO_SALES: {
        *(
            "backup",
            "demo",
            "doctor",
            "evaluate",
            "fairness",
            "forget",
            "key",
            "mail",
            "plan",
            "restore",
            "retention",
            "serve",
            "simulate",
            "upgrade",
        ),
        "verify",
    },
    Door.OWN_FILE: {
        *("funnel", "identity", "inspect", "readiness", "whatif"),
        "import",
    },
}


def _names(resolver: URLResolver, space: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _names(pattern, f"{pattern.namespace}:" if pattern.namespace else space)
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}"


def test_every_address_says_how_it_keeps_sales_from_names() -> None:
    known = [name for names in ADDRESSES.values() for name in names]
    assert len(known) == len(set(known)), "an address stands under two reasons"
    found = {name for name in _names(get_resolver()) if not name.startswith(("account_", "mfa_"))}
    assert found == set(known), "say in ADDRESSES why a new address tells no sale of few employees, or attack it"


def test_every_address_beside_django_says_so_too() -> None:
    known = [path for paths in BESIDE.values() for path in paths]
    assert sorted(known) == sorted(BESIDE_DJANGO)


def test_every_command_says_so_too() -> None:
    known = [name for names in COMMANDS_OF.values() for name in names]
    assert sorted(known) == sorted(command.name for command in COMMANDS)
