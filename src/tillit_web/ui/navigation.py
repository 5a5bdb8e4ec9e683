"""The rail: which pages there are, in which order, for whom. The commit that makes a page work adds its entry."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tillit.vocabulary import Role

EVERYONE = frozenset(Role)
READERS = frozenset({Role.OWNER, Role.ANALYST})


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the rail.

    `url_name` is the page; the entry is marked as current on every page whose namespaced name starts with one of
    `covers`. `icon` names a symbol of templates/ui/icons.html. `lower` entries stand under the rule.
    """

    url_name: str
    label: str | Promise
    icon: str
    covers: tuple[str, ...]
    roles: frozenset[Role] = EVERYONE
    lower: bool = False


_MAILBOXES = ("mailboxes:overview", "mailboxes:new", "mailboxes:one", "mailboxes:examine")

RAIL: tuple[Entry, ...] = (
    Entry("insight:home", _("Home"), "home", ("insight:home",)),
    Entry(
        "insight:map",
        _("Journeys"),
        "journeys",
        (
            "insight:map",
            "insight:stages",
            "insight:funnel",
            "insight:paths",
            "insight:ways",
            "insight:friction",
            "insight:natural_end",
            "insight:promises",
            "insight:our_way",
            "insight:journeys",
            "insight:find",
            "insight:customer",
            "insight:contacts",
        ),
    ),
    Entry("insight:credit", _("Who contributed"), "credit", ("insight:credit",)),
    Entry("meetings:meetings", _("Meetings"), "meetings", ("meetings:", "insight:near")),
    Entry(
        "desk:queue",
        _("Desk"),
        "desk",
        ("desk:", "skills:", "briefing:", "week:", "calls:", "mailboxes:aside", "mailboxes:held"),
        lower=True,
    ),
    Entry("booking:coming", _("Bookings"), "bookings", ("booking:",), lower=True),
    Entry("answers:library", _("Answers"), "answers", ("answers:",), lower=True),
    Entry("warehouse:imports", _("Import"), "import", ("warehouse:",), roles=READERS, lower=True),
    Entry("identity:held", _("Who is who"), "person", ("identity:",), roles=READERS, lower=True),
    Entry(
        "people:settings",
        _("Settings"),
        "settings",
        ("people:", "retention:", "site:", "robots:", "insight:employees", *_MAILBOXES),
        lower=True,
    ),
)


# The page that finds a customer by an identifier: the search in the bar is the same form, on every page.
SEARCH_URL_NAME = "insight:find"


@dataclass(frozen=True, slots=True)
class RailLine:
    """An entry as one reader sees it on one page."""

    entry: Entry
    is_current: bool


def rail_for(role: Role, view_name: str) -> tuple[RailLine, ...]:
    """The entries that a member with `role` may open, with the current page's marked."""
    return tuple(
        RailLine(entry, any(view_name.startswith(prefix) for prefix in entry.covers))
        for entry in RAIL
        if role in entry.roles
    )
