"""One line of JSON a request and a message, without personal data.

A path may hold a one-time link and a query may hold a name, so the line carries the route's pattern instead of either.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse

logger = logging.getLogger("tillit_web.requests")


class JsonLines(logging.Formatter):
    """A record as one JSON object; a traceback keeps its frames and loses its message, which may quote a value."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update(getattr(record, "facts", {}))
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            frames = []
            trace = record.exc_info[2]
            while trace is not None:
                frames.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}")
                trace = trace.tb_next
            line["frames"] = frames[-8:]
        return json.dumps(line, ensure_ascii=False)


def log_requests(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: log method, route, status and duration of each request."""

    def middleware(request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = get_response(request)
        route = request.resolver_match.route if request.resolver_match else "(none)"
        facts = {
            "method": request.method,
            "route": f"/{route}",
            "status": response.status_code,
            "milliseconds": round((time.perf_counter() - started) * 1000),
        }
        logger.info("request", extra={"facts": facts})
        return response

    return middleware
