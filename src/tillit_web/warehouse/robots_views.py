"""Settings → Robots: what was left out of the numbers, why, and how it comes back."""

from __future__ import annotations

import time

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tillit.events.builds import current_build
from tillit.events.robots import RULES
from tillit.vocabulary import Role
from tillit_web.jobs.actions import enqueue
from tillit_web.people.access import TeamRequest, access
from tillit_web.warehouse import jobs, queries, robots
from tillit_web.warehouse.folders import data_directory, open_log


@access(Role.OWNER, Role.ANALYST)
@require_GET
def overview(request: TeamRequest) -> HttpResponse:
    """Every rule, what it found, and the latest of it."""
    with open_log() as log:
        build = current_build(log)
    folder = None if build is None else build.directory
    facts = robots.rule_facts(folder, data_directory())
    acting = [one for one in facts if one.off is None and one.events]
    return render(
        request,
        "warehouse/robots.html",
        {
            "facts": facts,
            "events": sum(one.events for one in acting),
            "has_build": build is not None,
            "counted": queries.counted_only(),
            "mails": None if folder is None else robots.mail_counts(folder),
            "is_changing": build is not None
            and robots.digest_noted(build.directory) != robots.digest_now(data_directory()),
            "as_of": queries.as_of(),
        },
    )


@access(Role.OWNER, Role.ANALYST)
@require_POST
def switch(request: TeamRequest, rule: str) -> HttpResponse:
    """Let a rule take nothing out any more, or again."""
    if rule not in {one.name for one in RULES}:
        raise Http404
    off = request.POST.get("off") == "1"
    robots.switch(data_directory(), rule, off=off, by=request.user.email, at=time.time_ns() // 1000)
    with transaction.atomic():
        enqueue(jobs.build)
    if off:
        messages.success(request, _("What this rule took out comes back; the numbers are being made anew."))
    else:
        messages.success(request, _("What this rule finds is left out; the numbers are being made anew."))
    return redirect("robots:overview")
