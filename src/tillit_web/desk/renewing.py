"""What the page of a conversation or of the queue asks for again: of its own parts those that it does not show yet.

The page's script sends the number of the last message that it shows, and the mark that came with the rest. Without the
script nothing of this is asked for.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

AFTER, SEEN = "X-After", "X-Seen"


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a page shows already: messages up to the one with the number `after`, and what had the mark `seen`."""

    after: int
    seen: str


def renewal(request: HttpRequest) -> Renewal | None:
    """What a request says that its page shows; None where it asks for a whole page."""
    after = request.headers.get(AFTER, "")
    if not (after.isascii() and after.isdecimal() and len(after) < 16):
        return None
    return Renewal(int(after), request.headers.get(SEEN, ""))


def mark_of(*shown: Hashable) -> str:
    """A word that changes with what is shown; another process has other words, and its pages are sent anew once."""
    return f"{hash(shown) % 2**64:x}"


def renewed(template: str, shown: Mapping[str, Any], *, mark: str) -> HttpResponse:
    """The parts that are new, drawn without the frame around every page."""
    answer = HttpResponse(render_to_string(template, dict(shown)))
    answer[SEEN] = mark
    answer["Cache-Control"] = "no-store"
    return answer


def nothing_new() -> HttpResponse:
    """The page shows all there is."""
    return HttpResponse(status=204)
