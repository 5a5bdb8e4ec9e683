"""What Home says of meetings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tillit.evaluation.standing import Measured, Part, Standing
from tillit.reports.interval import share_range
from tillit.reports.size import Size, size_of
from tillit_web.meetings import telling
from tillit_web.meetings.models import Return
from tillit_web.meetings.queries import policy
from tillit_web.meetings.results import has_decisions, newest
from tillit_web.ui.templatetags.tillit import number, share


@dataclass(frozen=True, slots=True)
class AtHome:
    """A sentence, and one number with its range where there is one."""

    says: str
    number: str = ""
    range: str = ""


def meetings_at_home(directory: Path, *, currency: str | None) -> AtHome:
    """What the page Meetings knows, or what somebody has to read first: why a policy was taken back.

    Nothing is evaluated here: it is what was counted last, by that page or by a job.
    """
    alarm = Return.objects.filter(seen_at=None).first()
    if alarm is not None:
        return AtHome(telling.return_words(alarm))
    found = newest(directory)
    if found is None:
        return AtHome(telling.first_reading() if has_decisions(directory) else telling.nobody_asked())
    known, followed = found.standing, policy(directory, currency=currency)
    part = telling.spoken_of(known)
    if part is not None and part.measured is not None:
        return _compared(telling.answer(known, followed), part.measured)
    if not known.decisions or known.is_contradicted or (followed.learning is not None and known.moments):
        return AtHome(telling.answer(known, followed))
    return _not_compared(known, known.overall)


def _compared(says: str, measured: Measured) -> AtHome:
    span = measured.difference
    adds = _("of 100: what a person adds (%(low)s to %(high)s)") % {
        "low": number(100 * span.low),
        "high": number(100 * span.high),
    }
    return AtHome(says, number(100 * span.value), adds)


def _not_compared(known: Standing, overall: Part) -> AtHome:
    says = ngettext(
        "%(n)s decision so far. Nothing is being compared yet: the table decides who meets whom.",
        "%(n)s decisions so far. Nothing is being compared yet: the table decides who meets whom.",
        known.decisions,
    ) % {"n": number(known.decisions)}
    if size_of(overall.customers) is Size.CASES:
        return AtHome(says)
    well = share_range(overall.good, overall.outcomes)
    ended = _("ended well (%(low)s to %(high)s of 100)") % {
        "low": number(100 * well.low),
        "high": number(100 * well.high),
    }
    return AtHome(says, share(well.share), ended)
