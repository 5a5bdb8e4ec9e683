"""The core of the briefing beside its conversation, on record once for each opening of the conversation."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Collection
from typing import Any

from tillit.desk.facts import Section
from tillit_web.desk import briefing
from tillit_web.desk.briefing_words import HEADINGS
from tillit_web.desk.models import Conversation
from tillit_web.people.access import TeamRequest

# Whoever answers, notes and looks again within this time has the conversation open; then it is another opening.
SECONDS_OF_AN_OPENING = 30 * 60
_OPENED = "desk_opened"  # of a member's session: when they opened what, as a digest


def beside(request: TeamRequest, row: Conversation) -> dict[str, Any]:
    """What the conversation's page shows of the briefing; same purposes and same struck lines as on its own page."""
    page = briefing.for_staff(row, by=request.user, is_again=lambda subjects: _is_again(request, row, subjects))
    return {
        "page": page,
        "briefing": page.briefing,
        "sections": [(HEADINGS[section], lines) for section, lines in page.briefing.core],
        "challenge_heading": HEADINGS[Section.CHALLENGE],
    }


def _is_again(request: TeamRequest, row: Conversation, subjects: Collection[bytes]) -> bool:
    """Whether the same was opened just now; whoever shows meanwhile who they are is opened anew."""
    now = int(time.time())
    opened = {
        mark: at for mark, at in request.session.get(_OPENED, {}).items() if 0 <= now - at < SECONDS_OF_AN_OPENING
    }
    mark = hashlib.sha256(row.public_id.bytes + b"".join(sorted(subjects))).hexdigest()[:16]
    if mark in opened:
        return True
    request.session[_OPENED] = opened | {mark: now}
    return False
