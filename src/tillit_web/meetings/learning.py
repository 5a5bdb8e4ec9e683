"""What the page *Learn* says of one moment, and what may be done there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tillit.errors import QueryError
from tillit.evaluation.adoption import Adoption, adopted, adoption
from tillit.evaluation.harm import Harm, Lacking
from tillit.evaluation.prospect import Arrived, Hindrance, Prospect, may_be_watched, prospect
from tillit.evaluation.results import Span
from tillit.evaluation.standing import Part, name_of
from tillit.meetings.comparing import Changed
from tillit.meetings.policy import Cell, Learning, Policy, Stakes
from tillit.meetings.reasons import way_words
from tillit.sentences import Sentence, sentence
from tillit.vocabulary import Errand
from tillit_web.meetings import actions
from tillit_web.meetings.telling import label_of
from tillit_web.ui.templatetags.tillit import number

WEEKS = 4  # that the pace is taken from
NOTHING_COMPARED = Changed(0, 0, 0, 0)
HINDRANCES: Mapping[Hindrance, str | Promise] = {
    Hindrance.PERSON_DUE: _("A person is due there whatever the numbers say, so no machine is tried."),
    Hindrance.NO_MACHINE: _("The table gives this to a person, and a machine may not be tried there."),
    Hindrance.NOBODY_CAME: _("Nobody who could be met either way came in the last four weeks."),
    Hindrance.TOO_LONG: _("That is more than half a year, so nothing should be drawn: follow the table."),
}


LACKING: Mapping[Lacking, str | Promise] = {
    Lacking.DIFFERENCE: _("No difference is shown yet: the range still holds none at all."),
    Lacking.COMPLAINTS: _("It is not known yet that no more than 1 more of 100 would complain."),
    Lacking.ASKED_AFTERWARDS: _(
        "It is not known yet that no more than 1 more of 100 would ask for a person afterwards."
    ),
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


def learn_page(policy: Policy, lately: Iterable[Arrived], *, chosen: str, drawn_outcomes: int) -> LearnPage:
    """Everything the page says.

    Args:
        lately: What came in the last WEEKS weeks.
        chosen: A moment as `order.low`; the one being learned about, or the most frequent one, where it is none.
        drawn_outcomes: Outcomes of drawn decisions at the moment that is being learned about.
    """
    cells = {name_of(cell): cell for cell in sorted(policy.cells) if cell[0] is not Errand.COMPLAIN}
    came = {one.cell: one for one in lately}
    count = {name: came.get(cell, Arrived(cell)).count for name, cell in cells.items()}
    if policy.learning is not None:
        chosen = name_of((policy.learning.errand, policy.learning.stakes))
    elif chosen not in cells:
        chosen = max(cells, key=lambda name: count[name])
    found = {name: prospect(policy, came.get(cell, Arrived(cell)), weeks=WEEKS) for name, cell in cells.items()}
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


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learned about a moment, before and after; `lacking` empty where it may be followed."""

    name: str
    label: str
    change: Adoption
    lacking: tuple[str | Promise, ...]
    last_week: Changed
    policy: Policy

    @property
    def way(self) -> Sentence:
        return way_words(self.change.way)

    @property
    def new_way(self) -> Sentence:
        return way_words(self.change.new_way)

    @property
    def now(self) -> tuple[str, ...]:
        """In 100, with its range."""
        return _in_100(self.change.now)

    @property
    def then(self) -> tuple[str, ...]:
        """In 100, with its range."""
        return _in_100(self.change.then)

    @property
    def gain(self) -> tuple[str, ...]:
        """In 100, with its range."""
        return _in_100(self.change.gain)

    @property
    def complaints(self) -> tuple[str, str]:
        """In 100, and at most."""
        return _harm_in_100(self.change.complaints)

    @property
    def asked(self) -> tuple[str, str]:
        """In 100, and at most."""
        return _harm_in_100(self.change.asked_afterwards)


def change_of(policy: Policy, moments: Sequence[Part]) -> tuple[str, Adoption, Policy] | None:
    """The latest comparison that speaks for a change of the matrix: its moment, and the policy with that change."""
    for part in moments:
        change = None if part.measured is None else adoption(policy, cell_of(part.name), part.measured)
        if change is not None and part.measured is not None:
            return part.name, change, adopted(policy, change, person_adds=part.measured.difference.value)
    return None


def learned(policy: Policy, moments: Sequence[Part], last_week: Mapping[str, Changed]) -> Learned | None:
    """What was learned, with what following it would have changed.

    Args:
        last_week: By moment.
    """
    found = change_of(policy, moments)
    if found is None:
        return None
    name, change, new = found
    week = last_week.get(name, NOTHING_COMPARED)
    lacking = [LACKING[one] for one in change.lacking]
    if week.decisions and not week.to_person + week.to_machine:
        lacking.append(_("Nothing would change: with what is at stake there, a person adds less than they cost."))
    return Learned(name=name, label=label_of(name), change=change, lacking=tuple(lacking), last_week=week, policy=new)


def adopt(directory: Path, found: Learned | None, *, chosen: str, currency: str | None) -> Policy:
    """Follow what was learned.

    Raises:
        QueryError: It is not what the reader saw, or something is lacking.
    """
    if found is None or found.name != chosen or found.lacking:
        raise QueryError(sentence("What was learned does not speak for this change, or not yet."))
    return actions.follow(directory, found.policy, currency=currency)


def start(directory: Path, policy: Policy, lately: Iterable[Arrived], *, chosen: str, currency: str | None) -> Policy:
    """Draw at one moment from now on.

    Raises:
        QueryError: Something is being learned already, there is no such moment, or no prospect of an answer.
    """
    if policy.learning is not None:
        raise QueryError(sentence("One moment at a time: stop what is being learned first."))
    cell = cell_of(chosen)
    if not prospect(policy, _of(cell, lately), weeks=WEEKS).may_start:
        raise QueryError(sentence("Nothing is drawn without a prospect of an answer."))
    return actions.follow(directory, replace(policy, learning=Learning(*cell)), currency=currency)


def stop(directory: Path, policy: Policy, *, currency: str | None) -> Policy:
    """Follow the table everywhere again."""
    return actions.follow(directory, replace(policy, learning=None), currency=currency)


def watch(
    directory: Path, policy: Policy, lately: Iterable[Arrived], *, chosen: str, is_on: bool, currency: str | None
) -> Policy:
    """Draw the other side of a moment now and then, or no longer.

    Raises:
        QueryError: It could show nothing there.
    """
    cell = cell_of(chosen)
    if is_on and not may_be_watched(policy, prospect(policy, _of(cell, lately), weeks=WEEKS)):
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


def _of(cell: Cell, lately: Iterable[Arrived]) -> Arrived:
    return next((one for one in lately if one.cell == cell), Arrived(cell))


def _choice(name: str, count: Mapping[str, int]) -> Choice:
    return Choice(name, label_of(name), count[name] / WEEKS)


def _in_100(span: Span) -> tuple[str, ...]:
    return tuple(number(100 * end) for end in (span.value, span.low, span.high))


def _harm_in_100(harm: Harm) -> tuple[str, str]:
    return number(100 * harm.value, 1), number(100 * harm.at_most, 1)
