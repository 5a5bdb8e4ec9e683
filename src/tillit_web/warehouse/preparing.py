"""What pages will ask of a build, answered by the job that made it, so that nobody waits for it on a page.

Apps say at start what their pages ask (`PAGES`), before a build is shown or after it. A build that somebody was
erased from is shown at once, and all is answered right after. What changes without a build (a promise, the company's
goal, who said no yesterday) is answered by the next look, a minute later at most.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tillit.errors import TillitError
from tillit.events.builds import Build, current_build, made_at, reading
from tillit_web.warehouse import queries
from tillit_web.warehouse.cached import keeping
from tillit_web.warehouse.folders import open_log

# Of fewer a page counts in less time than anybody notices, so that nothing is done ahead that nobody may ask for.
LEAST_CUSTOMERS = 10_000

logger = logging.getLogger("tillit_web.warehouse")

Question = tuple[str, Callable[[], object]]  # its name in the log of failures, and what asks it as a page does
Questions = Callable[[], Iterable[Question]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What pages ask of a build that nobody has chosen anything in.

    Attributes:
        ahead: Answered before it is shown.
        afterwards: Answered as soon as it is shown, or a minute later.
        least_customers: A smaller build is left to the pages.
    """

    ahead: list[Questions] = field(default_factory=list)
    afterwards: list[Questions] = field(default_factory=list)
    least_customers: int = LEAST_CUSTOMERS


PAGES = Asked()  # apps add to it in `AppConfig.ready`
_failed: set[tuple[Path, str]] = set()


def prepare(build: Build, *, made: datetime, asked: Asked = PAGES) -> None:
    """Answer ahead what pages will ask of a build, and keep it there; what is kept already costs next to nothing.

    A question that fails is left to the page that asks it: no mistake in one of them may hold up a build.

    Args:
        made: The moment from which the build counts; answers follow the consents of then.
        asked: What pages ask.
    """
    _prepare(build, asked.ahead, made=made, least=asked.least_customers)


def prepare_current(*, asked: Asked = PAGES) -> None:
    """Answer what is not answered yet of the build that readers take; `asked` as for `prepare`."""
    with open_log() as log:
        build, at = current_build(log), made_at(log)
        if build is None or at is None:
            return
        with reading(build) as kept:
            if kept:
                made = datetime.fromtimestamp(at / 1_000_000, UTC)
                _prepare(build, [*asked.ahead, *asked.afterwards], made=made, least=asked.least_customers)


def _prepare(build: Build, asked: Iterable[Questions], *, made: datetime, least: int) -> None:
    with queries.looking_at(build, made=made), keeping():
        if queries.customers() < least:
            return
        for questions in asked:
            for name, ask in questions():
                _answer(build, name, ask)


def _answer(build: Build, name: str, ask: Callable[[], object]) -> None:
    if (build.directory, name) in _failed:
        return
    try:
        ask()
    except TillitError:
        pass  # these data cannot be asked this, and the page says so
    except Exception:
        _failed.add((build.directory, name))
        logger.exception("a page's question was not answered ahead", extra={"facts": {"question": name}})
