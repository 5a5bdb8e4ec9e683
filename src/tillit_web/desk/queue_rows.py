"""Rows of the queue, drawn once for everybody who reads them in the same language and on the same clock."""

from __future__ import annotations

import time
from collections.abc import Iterable

from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import SafeString

from tillit_web.desk.queries import InLine

SECONDS_KEPT = 60.0  # then all are drawn anew, so that nothing of whoever has left the queue stays in memory

_drawn: dict[tuple[str | None, str], tuple[float, dict[InLine, SafeString]]] = {}


def drawn(rows: Iterable[InLine]) -> list[SafeString]:
    """Each row as the reader's page shows it; it is the same for every reader, and holds no token of theirs."""
    reader = translation.get_language(), timezone.get_current_timezone_name()
    began, known = _drawn.get(reader, (0.0, {}))
    if time.monotonic() - began > SECONDS_KEPT:
        known = {}
        _drawn[reader] = time.monotonic(), known
    return [known.get(row) or known.setdefault(row, _draw(row)) for row in rows]


def _draw(row: InLine) -> SafeString:
    return render_to_string("desk/parts/row.html", {"one": row})
