"""What every page of Meetings has: its tabs, who may change something, and the policy in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tillit.vocabulary import Role
from tillit_web.people.access import TeamRequest
from tillit_web.people.queries import company

MAY_EDIT = frozenset({Role.OWNER, Role.ANALYST})
TABS: tuple[tuple[str, str | Promise], ...] = (
    ("meetings:meetings", _("What came of it")),
    ("meetings:matrix", _("Who meets whom")),
    ("meetings:learn", _("Learn")),
    ("meetings:staffing", _("Who is at work")),
    ("meetings:cases", _("Decisions")),
)


@dataclass(frozen=True, slots=True)
class Tab:
    label: str | Promise
    link: str
    is_current: bool


def show(
    request: TeamRequest, template: str, current: str, context: Mapping[str, object], *, status: int = 200
) -> HttpResponse:
    """A page of Meetings."""
    tabs = [Tab(label, reverse(name), name == current) for name, label in TABS]
    return render(request, template, {"tabs": tabs, "may_edit": may_edit(request), **context}, status=status)


def may_edit(request: TeamRequest) -> bool:
    """Whether this member may change how customers are met."""
    return Role(request.user.role) in MAY_EDIT


def directory() -> Path:
    """The data directory."""
    return Path(settings.DATA_DIRECTORY)


def currency() -> str | None:
    """The company's; None before it has one."""
    return company().currency or None
