"""What the page *Learn* says of one moment, and what may be done there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tillit.errors import QueryError
from tillit.evaluation.prospect import Hindrance, Prospect, could_go_either_way, may_be_watched, prospect
from tillit.evaluation.standing import name_of
from tillit.meetings.log import Logged
from tillit.meetings.policy import Cell, Learning, Policy, Stakes
from tillit.sentences import sentence
from tillit.vocabulary import Errand
from tillit_web.meetings import actions
from tillit_web.meetings.telling import label_of

WEEKS = 4  # that the pace is taken from
HINDRANCES: Mapping[Hindrance, str | Promise] = {
    Hindrance.PERSON_DUE: _("A person is due there whatever the numbers say, so no machine is tried."),
    Hindrance.NO_MACHINE: _("The table gives this to a person, and a machine may not be tried there."),
    Hindrance.NOBODY_CAME: _("Nobody who could be met either way came in the last four weeks."),
    Hindrance.TOO_LONG: _("That is more than half a year, so nothing should be drawn: follow the table."),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A moment to choose."""

    name: str
    label: str
    weekly: float


@dataclass(frozen=True, slots=True)
class LearnPage:
    """The whole page.

    Attributes:
        found: What the chosen moment takes.
        hours: A week, that persons would have to spend more; below 0, less.
        known: Outcomes of drawn decisions at the moment that is being learned about.
        watched: Moments whose other side is drawn now and then, and those where that could show something.
    """

    choices: tuple[Choice, ...]
    chosen: str
    label: str
    found: Prospect
    hours: float
    hindrances: tuple[str | Promise, ...]
    known: int
    watched: tuple[Choice, ...]
    watchable: tuple[Choice, ...]

    @property
    def known_share(self) -> int:
        """Of what is needed, in 100."""
        return min(100, round(100 * self.known / self.found.plan.decisions))


def learn_page(policy: Policy, lately: Sequence[Logged], *, chosen: str, drawn_outcomes: int) -> LearnPage:
    """Everything the page says.

    Args:
        lately: The decisions of the last WEEKS weeks.
        chosen: A moment as `order.low`; the one being learned about, or the most frequent one, where it is none.
        drawn_outcomes: Outcomes of drawn decisions at the moment that is being learned about.
    """
    cells = {name_of(cell): cell for cell in sorted(policy.cells) if cell[0] is not Errand.COMPLAIN}
    count = {name: sum(could_go_either_way(policy, cell, one) for one in lately) for name, cell in cells.items()}
    if policy.learning is not None:
        chosen = name_of((policy.learning.errand, policy.learning.stakes))
    elif chosen not in cells:
        chosen = max(cells, key=lambda name: count[name])
    found = {name: prospect(policy, cell, lately, weeks=WEEKS) for name, cell in cells.items()}
    one = found[chosen]
    return LearnPage(
        choices=tuple(_choice(name, count) for name in cells),
        chosen=chosen,
        label=label_of(chosen),
        found=one,
        hours=one.people_weekly * policy.costs.minutes / 60,
        hindrances=tuple(HINDRANCES[hindrance] for hindrance in one.hindrances),
        known=drawn_outcomes,
        watched=tuple(_choice(name, count) for name, cell in cells.items() if cell in policy.floors),
        watchable=tuple(
            _choice(name, count)
            for name, cell in cells.items()
            if cell not in policy.floors and may_be_watched(policy, found[name])
        ),
    )


def start(directory: Path, policy: Policy, lately: Sequence[Logged], *, chosen: str, currency: str | None) -> Policy:
    """Draw at one moment from now on.

    Raises:
        QueryError: Something is being learned already, there is no such moment, or no prospect of an answer.
    """
    if policy.learning is not None:
        raise QueryError(sentence("One moment at a time: stop what is being learned first."))
    cell = cell_of(chosen)
    if not prospect(policy, cell, lately, weeks=WEEKS).may_start:
        raise QueryError(sentence("Nothing is drawn without a prospect of an answer."))
    return actions.follow(directory, replace(policy, learning=Learning(*cell)), currency=currency)


def stop(directory: Path, policy: Policy, *, currency: str | None) -> Policy:
    """Follow the table everywhere again."""
    return actions.follow(directory, replace(policy, learning=None), currency=currency)


def watch(
    directory: Path, policy: Policy, lately: Sequence[Logged], *, chosen: str, is_on: bool, currency: str | None
) -> Policy:
    """Draw the other side of a moment now and then, or no longer.

    Raises:
        QueryError: It could show nothing there.
    """
    cell = cell_of(chosen)
    if is_on and not may_be_watched(policy, prospect(policy, cell, lately, weeks=WEEKS)):
        raise QueryError(sentence("Nothing is drawn without a prospect of an answer."))
    floors = policy.floors | {cell} if is_on else policy.floors - {cell}
    return actions.follow(directory, replace(policy, floors=floors), currency=currency)


def cell_of(name: str) -> Cell:
    """The moment of this name.

    Raises:
        QueryError: There is none.
    """
    errand, _dot, stakes = name.partition(".")
    try:
        return Errand(errand), Stakes(stakes)
    except ValueError:
        raise QueryError(sentence("There is no moment {name}.", name=name[:40])) from None


def _choice(name: str, count: Mapping[str, int]) -> Choice:
    return Choice(name, label_of(name), count[name] / WEEKS)
