"""Home: the five questions, what the orders say about coming back, and the first week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tillit.reports.interval import ShareRange
from tillit.reports.outcomes import Outcomes
from tillit.reports.repeat import WITHIN_DAYS, RepeatPurchase
from tillit.reports.size import Size, size_of
from tillit.reports.unanswered import Waiting
from tillit_web.insight.templatetags.insight import count_of, in_100, range_of
from tillit_web.insight.words import activity_label
from tillit_web.meetings.for_home import AtHome
from tillit_web.ui.templatetags.tillit import natural, number, share

ENOUGH_ANSWERS = 10  # to have learned what writing them is like, and for a machine to begin with


@dataclass(frozen=True, slots=True)
class HomeQuestion:
    """One of the five: a sentence, one number with its range, one next step. `is_here` False: the part is coming."""

    key: str
    asks: str
    says: str
    is_here: bool = False
    number: str = ""
    range: str = ""
    number_link: str = ""
    next_label: str = ""
    next_link: str = ""


@dataclass(frozen=True, slots=True)
class Headline:
    """How the company is doing, in one sentence; and what waits for it most, where something does."""

    says: str
    waits: str = ""
    waits_link: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str
    range: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class WeekDay:
    """A line of the first week: `coming` where this version has no such part yet."""

    when: str
    what: str
    gives: str
    done: bool = False
    coming: bool = False
    link: str = ""


@dataclass(frozen=True, slots=True)
class HomeLinks:
    """Where Home leads; "" where this reader or these data have nothing to open."""

    map: str = ""
    imports: str = ""
    goal: str = ""
    again: str = ""
    credit: str = ""
    answers: str = ""
    meetings: str = ""
    bookings: str = ""
    report: str = ""
    showroom: str = ""


def headline(known: Outcomes, goal: str | None, waiting: Sequence[Waiting], waiting_links: Sequence[str]) -> Headline:
    """The sentence that Home begins with: a share only with its range and what it was counted on."""
    unanswered = [
        (item, link) for item, link in zip(waiting, waiting_links, strict=True) if item.answers_known and item.journeys
    ]
    if not unanswered:
        return Headline(_how_it_goes(known, goal))
    most, link = max(unanswered, key=lambda pair: pair[0].journeys)
    waits = _("In %(count)s journeys, “%(activity)s” has had no answer yet.") % {
        "activity": activity_label(most.owed.ask),
        "count": natural(most.journeys, most.of),
    }
    return Headline(_how_it_goes(known, goal), waits, link)


def _how_it_goes(known: Outcomes, goal: str | None) -> str:
    reached = known.reached
    if goal is None:
        return _("Your customers' journeys are here, and no sale in them yet.")
    if not reached.of:
        return _("Your customers' journeys have begun, and none is old enough to be counted.")
    names = {"goal": activity_label(goal), "of": number(reached.of)}
    if size_of(reached.of) is Size.CASES:
        return ngettext(
            "Too few to tell how it goes: %(count)s of %(of)s counted journey reached “%(goal)s”.",
            "Too few to tell how it goes: %(count)s of %(of)s counted journeys reached “%(goal)s”.",
            reached.of,
        ) % {**names, "count": number(reached.count)}
    low, middle, high = in_100(reached)
    return _("About %(middle)s of 100 journeys reach “%(goal)s” (%(low)s to %(high)s; counted on %(of)s).") % {
        **names,
        "low": low,
        "middle": middle,
        "high": high,
    }


def questions(
    known: Outcomes | None,
    goal: str | None,
    links: HomeLinks,
    *,
    answers: int,
    meetings: AtHome,
    showroom: ShareRange | None = None,
) -> tuple[HomeQuestion, ...]:
    """The five questions in the order of the rail.

    Args:
        answers: How many stand on pages of the company's own.
        meetings: What the page Meetings knows.
        showroom: Web orders that a visit to the shop was part of; None where too little is known of visits.
    """
    return (
        _found(answers, links),
        _journeys(known, goal, links),
        HomeQuestion(
            "meetings",
            _("Who should meet the customer, a person or a machine?"),
            meetings.says,
            is_here=True,
            number=meetings.number,
            range=meetings.range,
            number_link=links.meetings,
            next_label=_("Meetings"),
            next_link=links.meetings,
        ),
        HomeQuestion(
            "promises",
            _("Do we keep what we promise?"),
            _("We do not know yet: the part that remembers promises until they are kept comes later."),
        ),
        _credit(showroom, links),
    )


def _found(answers: int, links: HomeLinks) -> HomeQuestion:
    says = ngettext(
        "%(n)s answer by a named colleague is open to customers. Whether they find it from elsewhere is not known.",
        "%(n)s answers by named colleagues are open to customers. Whether they find them from elsewhere is not known.",
        answers,
    ) % {"n": number(answers)}
    if not answers:
        says = _("Nothing that your people know stands open to customers yet.")
    label = _("Answers") if answers else _("Write the first answer")
    return HomeQuestion("found", _("Are we found?"), says, True, next_label=label, next_link=links.answers)


def _credit(showroom: ShareRange | None, links: HomeLinks) -> HomeQuestion:
    asks, label = _("Who contributed?"), _("Who contributed")
    if showroom is None:
        says = _("Shares with their ranges, and every number opens the journeys behind it.")
        return HomeQuestion("credit", asks, says, is_here=True, next_label=label, next_link=links.credit)
    return HomeQuestion(
        "credit",
        asks,
        _("A visit to the shop was part of %(count)s web orders; shares, not causes.") % {"count": count_of(showroom)},
        is_here=True,
        number=share(showroom.share),
        range=range_of(showroom),
        number_link=links.showroom,
        next_label=label,
        next_link=links.credit,
    )


def _journeys(known: Outcomes | None, goal: str | None, links: HomeLinks) -> HomeQuestion:
    asks = _("How do customers go?")
    if known is None:
        return HomeQuestion(
            "journeys",
            asks,
            _("Bring in one file of orders, and see how customers come back and where they wait."),
            is_here=True,
            next_label=_("Import a file") if links.imports else _("An owner or an analyst brings in the first file."),
            next_link=links.imports,
        )
    if goal is None:
        says = _(
            "We see journeys, and nothing in them that is a goal: no event is called what you said a sale is called."
        )
        return HomeQuestion("journeys", asks, says, True, next_label=_("Open the map"), next_link=links.map)
    name = activity_label(goal)
    reached = known.reached
    if size_of(reached.of) is Size.CASES:
        says = ngettext(
            "%(n)d journey is old enough to be counted: too few for a share.",
            "%(n)d journeys are old enough to be counted: too few for a share.",
            reached.of,
        )
        count = number(reached.count)
        return HomeQuestion(
            "journeys",
            asks,
            says % {"n": reached.of},
            True,
            count,
            _("reached “%(goal)s”") % {"goal": name},
            links.goal,
            _("Open the map"),
            links.map,
        )
    says = _("%(share)s journeys reached “%(goal)s”.") % {"share": count_of(reached), "goal": name}
    return HomeQuestion(
        "journeys",
        asks,
        says,
        True,
        share(reached.share),
        range_of(reached),
        links.goal,
        _("See where they wait"),
        links.map,
    )


def facts(
    repeat: RepeatPurchase, waiting: tuple[Waiting, ...], waiting_links: tuple[str, ...], links: HomeLinks
) -> tuple[Fact, ...]:
    """What one file of orders gives on the first day."""
    found = []
    if repeat.customers:
        found.append(_again(repeat.again, links.again))
        if repeat.days_between is not None:
            found.append(
                Fact(
                    _("Median days from one order to the same customer's next"),
                    number(repeat.days_between, 0 if repeat.days_between >= 10 else 1),
                    ngettext("over %(n)s pair of orders", "over %(n)s pairs of orders", repeat.pairs)
                    % {"n": number(repeat.pairs)},
                )
            )
    for item, link in zip(waiting, waiting_links, strict=True):
        label = _("“%(activity)s” without an answer") % {"activity": activity_label(item.owed.ask)}
        if not item.answers_known:
            found.append(Fact(label, _("cannot be told: no event in your files is an answer to it")))
        else:
            of = _("of %(n)s") % {"n": number(item.of)}
            found.append(Fact(label, number(item.journeys), of, link if item.journeys else ""))
    return tuple(found)


def _again(again: ShareRange, link: str) -> Fact:
    label = _("Customers with a second order within %(days)d days") % {"days": WITHIN_DAYS}
    if not again.of:
        return Fact(label, _("nobody's first order is that old yet"))
    if size_of(again.of) is Size.CASES:
        return Fact(label, count_of(again), _("too few for a share"), link if again.count else "")
    return Fact(label, count_of(again), range_of(again), link if again.count else "")


def first_week(*, orders: bool, answers: int, bookable: bool, reported: bool, links: HomeLinks) -> tuple[WeekDay, ...]:
    """The checklist of the first week; what is done is computed from the data."""
    return (
        WeekDay(
            _("Day 1"),
            _("One file of orders"),
            _("gives how many come back, the days between orders, and orders that nobody answered"),
            done=orders,
            link="" if orders else links.imports,
        ),
        WeekDay(
            _("Day 2"),
            _("The counter: three taps after each visit"),
            _("gives what the shop means for the web"),
            coming=True,
        ),
        WeekDay(
            _("Day 3"),
            _("Ten answers to ten real questions"),
            _("gives a page that answers before anyone calls"),
            done=answers >= ENOUGH_ANSWERS,
            link="" if answers >= ENOUGH_ANSWERS else links.answers,
        ),
        WeekDay(
            _("Day 5"),
            _("Calls that customers book themselves"),
            _("gives calls that are wanted"),
            done=bookable,
            link="" if bookable else links.bookings,
        ),
        WeekDay(
            _("Day 7"),
            _("The team's first report"),
            _("replaces the status meeting"),
            done=reported,
            link="" if reported else links.report,
        ),
    )
