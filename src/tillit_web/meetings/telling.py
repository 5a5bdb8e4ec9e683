"""What a log's standing means, in words and marks for a page; nothing is computed here but places on a scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tillit.evaluation.alarm import Signal
from tillit.evaluation.plan import WORTH_FINDING, plan
from tillit.evaluation.results import Span
from tillit.evaluation.standing import ALL, HourPrice, Measured, Part, Standing, Verdict, WhyNot
from tillit.meetings.policy import Policy, Stakes
from tillit.meetings.reasons import errand_words, stakes_words
from tillit.reports.interval import ShareRange, share_range
from tillit.reports.size import Size, size_of
from tillit.vocabulary import Errand, Stage
from tillit_web.meetings.models import Return
from tillit_web.ui.stages import STAGE_LABELS
from tillit_web.ui.templatetags.tillit import money, natural, number, said

ASSUMED_BASE = 0.45  # of 100 moments, those that end well with a machine, until it is known

VERDICTS: Mapping[Verdict, str | Promise] = {
    Verdict.PERSON: gettext_lazy("a person helps"),
    Verdict.MACHINE: gettext_lazy("the machine does better"),
    Verdict.AS_GOOD: gettext_lazy("the machine does as well"),
    Verdict.OPEN: gettext_lazy("no difference shown"),
}
REASONS: Mapping[WhyNot, str | Promise] = {
    WhyNot.FEW_CUSTOMERS: gettext_lazy("too few customers to compare"),
    WhyNot.NOT_ASKED: gettext_lazy("not asked: nothing is drawn here"),
    WhyNot.TOO_FEW: gettext_lazy("too few drawn to tell"),
    WhyNot.NO_OUTCOME: gettext_lazy("no outcome is old enough yet"),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A share on a scale from 0 to 100 that fills its row, with the ends of its range."""

    at: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Row:
    """A stage or moment as the page shows it.

    Attributes:
        query: What opens its decisions.
        well: Outcomes that ended well; a rate only where `size` is not cases.
        asked: Of those that a machine met, after which a person was asked for.
        truth: Simulated companies only: what a person truly adds, in 100.
    """

    label: str
    query: str
    part: Part
    size: Size
    well: ShareRange
    well_mark: Mark
    asked: ShareRange
    machine: Mark | None
    person: Mark | None
    today: Mark | None
    verdict: str | Promise
    truth: float | None

    @property
    def adds(self) -> tuple[str, str, str]:
        """What a person adds in 100, with its range."""
        if self.part.measured is None:
            return "", "", ""
        span = self.part.measured.difference
        value, low, high = (number(100 * end) for end in (span.value, span.low, span.high))
        return value, low, high

    @property
    def fixed(self) -> tuple[str, str]:
        """The range of what a person adds, for somebody who looks once."""
        measured = self.part.measured
        return ("", "") if measured is None else (number(100 * measured.fixed_low), number(100 * measured.fixed_high))

    @property
    def asked_low(self) -> float:
        return 100 * self.asked.low

    @property
    def asked_high(self) -> float:
        return 100 * self.asked.high


def rows(parts: tuple[Part, ...], truth: Mapping[str, float]) -> tuple[Row, ...]:
    """A row for each stage or moment, in the order of customers' ways."""
    order = {stage.value: place for place, stage in enumerate(Stage)}
    in_order = sorted(parts, key=lambda part: order.get(part.name, len(order)))
    return tuple(_row(part, truth.get(part.name)) for part in in_order)


def _row(part: Part, truth: float | None) -> Row:
    well = share_range(part.good, part.outcomes)
    measured = part.measured
    verdict = VERDICTS[measured.verdict] if measured else REASONS[part.why_not] if part.why_not else ""
    query = f"?moment={part.name}&drawn=lot" if "." in part.name else f"?stage={part.name or 'none'}"
    return Row(
        label=label_of(part.name),
        query="" if part.name == ALL else query,
        part=part,
        size=size_of(part.customers),
        well=well,
        well_mark=_mark(Span(well.share, well.low, well.high)),
        asked=share_range(part.asked_afterwards, part.machine_outcomes),
        machine=_mark(measured.machine) if measured else None,
        person=_mark(measured.person) if measured else None,
        today=_mark(measured.today) if measured else None,
        verdict=verdict,
        truth=None if truth is None else 100 * truth,
    )


def _mark(span: Span) -> Mark:
    return Mark(*(round(100 * min(max(end, 0.0), 1.0), 2) for end in (span.value, span.low, span.high)))


def label_of(name: str) -> str:
    """A stage, a moment such as `order.low`, or all together, in the reader's language."""
    if name == ALL:
        return _("All together")
    errand, _dot, stakes = name.partition(".")
    if stakes:
        words = f"{said(errand_words(Errand(errand)))}, {said(stakes_words(Stakes(stakes)))}"
        return words[0].upper() + words[1:]
    if not name:
        return _("stage not told")
    return str(STAGE_LABELS[Stage(name)]) if name in set(Stage) else name


def answer(known: Standing, policy: Policy) -> str:
    """The sentence that answers the page's question, with its range and its standing."""
    if not known.decisions:
        return nobody_asked()
    if known.is_contradicted:
        return _("The log was not drawn by the odds that it names, so nothing is said of persons and machines.")
    part = spoken_of(known)
    if part is not None and part.measured is not None:
        return _compared(part, part.measured)
    if policy.learning is not None and known.moments:
        return _("Too few to tell: %(n)s of about %(needed)s outcomes (for a difference of %(points)s in 100).") % {
            "n": number(known.moments[0].outcomes),
            "needed": number(plan(ASSUMED_BASE, WORTH_FINDING).decisions),
            "points": number(100 * WORTH_FINDING),
        }
    return _not_drawn(known.overall)


def spoken_of(known: Standing) -> Part | None:
    """The comparison that the answer speaks of: where a person helps most, else the first that is decided, else any."""
    told = [part for part in (*known.moments, *known.stages) if part.measured is not None]
    helped = _largest([part for part in told if _verdict(part) is Verdict.PERSON])
    decided = [part for part in told if _verdict(part) is not Verdict.OPEN]
    return helped or next(iter((*decided, *told)), None)


def return_words(row: Return) -> str:
    """What happened when a policy was taken back, and why."""
    counts = {
        "before": natural(row.before_happened, row.before_of),
        "since": natural(row.since_happened, row.since_of),
        "version": row.to_version,
    }
    if row.signal == Signal.COMPLAINTS:
        said = _(
            "More customers complained since you changed who meets whom: %(since)s, against %(before)s before. The "
            "table of version %(version)s is followed again."
        )
    else:
        said = _(
            "More customers asked for a person afterwards since you changed who meets whom: %(since)s, against "
            "%(before)s before. The table of version %(version)s is followed again."
        )
    return said % counts


def nobody_asked() -> str:
    """What is said before the first decision."""
    return _("Nobody has asked yet who should meet a customer.")


def first_reading() -> str:
    """What the page says until a large log was read once."""
    return _("The decisions are being counted.")


def asked_words(stage: str, moment: str) -> str:
    """Which decisions a list shows, in words; "" for all."""
    try:
        names = [label_of("" if stage == "none" else stage)] if stage else []
        return ", ".join([*names, label_of(moment)] if moment else names)
    except ValueError:  # an address that somebody wrote by hand
        return ""


def also(known: Standing) -> str:
    """Where the machine does better and where as well, if the answer speaks of a person; else nothing."""
    parts = (*known.moments, *known.stages)
    if not any(_verdict(part) is Verdict.PERSON for part in parts):
        return ""
    better = ", ".join(
        _better(part, part.measured) for part in parts if part.measured and part.measured.verdict is Verdict.MACHINE
    )
    as_good = ", ".join(f"“{label_of(part.name)}”" for part in parts if _verdict(part) is Verdict.AS_GOOD)
    sentences = [
        _("The machine does better than people: %(where)s.") % {"where": better} if better else "",
        _("The machine does as well as people: %(where)s.") % {"where": as_good} if as_good else "",
    ]
    return " ".join(one for one in sentences if one)


def _better(part: Part, measured: Measured) -> str:
    return _("“%(where)s” (with a person %(least)s to %(most)s fewer of 100 end well)") % {
        "where": label_of(part.name),
        "least": number(-100 * measured.difference.high),
        "most": number(-100 * measured.difference.low),
    }


def hour_words(hour: HourPrice, currency: str) -> str:
    """The price of one more hour of a person."""
    return _("One more hour of a person would bring about %(value)s (%(low)s to %(high)s) at “%(where)s”.") % {
        "value": money(hour.value_minor, currency),
        "low": money(hour.low_minor, currency),
        "high": money(hour.high_minor, currency),
        "where": label_of(hour.name),
    }


def _not_drawn(overall: Part) -> str:
    if size_of(overall.customers) is Size.CASES:
        return _("Too few to tell how meetings end: %(n)s outcomes so far. Each stands below for itself.") % {
            "n": number(overall.outcomes)
        }
    well = share_range(overall.good, overall.outcomes)
    return _(
        "%(good)s of %(of)s meetings ended well (%(low)s to %(high)s of 100). Whether a person helps is not known: "
        "nothing is drawn by lot."
    ) % {
        "good": number(well.count),
        "of": number(well.of),
        "low": number(100 * well.low),
        "high": number(100 * well.high),
    }


def _compared(part: Part, measured: Measured) -> str:
    values = {"where": label_of(part.name), **_figures(measured)}
    if measured.verdict is Verdict.PERSON:
        return (
            _(
                "“%(where)s”: a person helps. %(more)s more of 100 end well than with a machine (%(low)s to %(high)s; "
                "drawn by lot, %(n)s decisions)."
            )
            % values
        )
    if measured.verdict is Verdict.OPEN:
        return (
            _(
                "“%(where)s”: no difference between a person and a machine is shown yet. It lies between %(low)s and "
                "%(high)s of 100 (drawn by lot, %(n)s decisions)."
            )
            % values
        )
    if measured.verdict is Verdict.MACHINE:
        return (
            _(
                "“%(where)s”: the machine does better. With a person %(fewer)s fewer of 100 end well (%(least)s to "
                "%(most)s; drawn by lot, %(n)s decisions)."
            )
            % values
        )
    return (
        _(
            "“%(where)s”: the machine does as well as people. A person would add at most %(high)s of 100 "
            "(drawn by lot, %(n)s decisions)."
        )
        % values
    )


def _figures(measured: Measured) -> dict[str, str]:
    span = measured.difference
    return {
        "more": number(100 * span.value),
        "fewer": number(-100 * span.value),
        "least": number(-100 * span.high),
        "most": number(-100 * span.low),
        "low": number(100 * span.low),
        "high": number(100 * span.high),
        "n": number(measured.n),
    }


def _verdict(part: Part) -> Verdict | None:
    return None if part.measured is None else part.measured.verdict


def _largest(parts: list[Part]) -> Part | None:
    def adds(part: Part) -> float:
        return part.measured.difference.value if part.measured else 0.0

    return max(parts, key=adds, default=None)
