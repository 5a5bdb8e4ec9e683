"""Friction in English words, for the command line and the report page."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from tillit.friction.after_meetings import A_WEEK_DAYS, AfterMeeting, Chance, Meeting
from tillit.friction.find import LEAST_JOURNEYS
from tillit.friction.results import Friction, PromiseKept, StepFriction
from tillit.friction.verdicts import FALSE_SHARE
from tillit.reports.size import CASES_BELOW
from tillit.reports.wording import day, money_range, number, number_range, share

AFTER = {Meeting.VISIT: "a visit to a shop", Meeting.ADVICE: "advice", Meeting.QUOTE: "a quote"}


def sentence_of(answer: Friction) -> str:
    """What a reader should know first."""
    if not answer.enough:
        return (
            f"Not enough data to call anything friction: {number(answer.journeys[0])} and {number(answer.journeys[1])} "
            f"finished journeys in two periods, and {LEAST_JOURNEYS} are needed in each. Here are the counts."
        )
    slow = [step for step in answer.steps if step.waiting.confirmed]
    held_up = f" {len(slow)} hold more of them up than usual: {', '.join(step.step for step in slow)}." if slow else ""
    confirmed = [step for step in answer.steps if step.confirmed]
    if not confirmed:
        return "No step loses more journeys than comparable ones in two periods, one after the other." + held_up
    worst = confirmed[0]
    worth = f", worth about {value_of(worst, answer)}." if worst.value_minor is not None else "."
    return (
        f"{len(confirmed)} of {len(answer.steps)} steps lose more journeys than the median comparable step, twice in a "
        f"row. First of them {worst.step}: {excess_of(worst)} journeys of {number(worst.n)} beyond what is usual{worth}"
        + held_up
    )


def excess_of(step: StepFriction) -> str:
    """Journeys that ended here beyond the usual, with their range."""
    return number_range(step.excess_exits, step.low, step.high)


def value_of(step: StepFriction, answer: Friction) -> str:
    """What they are worth."""
    return money_range(step.value_minor, step.value_low, step.value_high, answer.currency)


def verdict_of(step: StepFriction) -> str:
    """What is known about a step; empty where it is as usual."""
    said = []
    for what, suspected, confirmed in (
        ("exits", step.suspected, step.confirmed),
        ("waits", step.waiting.suspected, step.waiting.confirmed),
    ):
        if confirmed:
            said.append(f"friction ({what})")
        elif suspected:
            said.append(f"suspected once ({what})")
    if step.natural_end:
        return "natural end"
    return ", ".join(said) or ("" if step.excess_exits is not None else "not compared")


def broken_of(kept: PromiseKept) -> str:
    """How many of those whose time is over were broken."""
    return share(kept.broken, kept.of) if kept.of >= CASES_BELOW else f"{kept.broken} of {kept.of}"


def missing_of(kept: PromiseKept) -> str:
    """Goals missing beside matched customers whose promise was kept."""
    return "not enough data" if kept.lost_goals is None else number_range(kept.lost_goals, kept.low, kept.high)


def after_sentence_of(one: AfterMeeting) -> str:
    """How many come to the goal after a meeting, and after silence."""
    met = f"After {AFTER[one.meeting]}"
    by, silent = one.said_by_day, one.said_of_silent
    if by is None or by.chance is None:
        return f"{met}: not enough data, {number(one.bought)} of {number(one.customers)} customers reached the goal."
    first = f"{met}, {in_100(by.chance)[0]} of 100 reach the goal within {by.day} days ({in_100(by.chance)[1]}; "
    first += f"{number(one.customers)} customers)."
    if silent is None or silent.chance is None:
        return first
    return (
        f"{first} Of those silent for {silent.days} days, {in_100(silent.chance)[0]} of 100 reach it in the "
        f"{A_WEEK_DAYS} days after ({in_100(silent.chance)[1]}; {number(silent.customers)} customers)."
    )


def chance_of(chance: Chance | None) -> str:
    """ "41 of 100 (35 to 47)"."""
    if chance is None:
        return "not enough data"
    share, ends = in_100(chance)
    return f"{share} of 100 ({ends})"


def in_100(chance: Chance) -> tuple[str, str]:
    """A share as so many of 100, and its range; tenths where whole numbers would read as none."""
    low, share, high = chance.low * 100, chance.share * 100, chance.high * 100
    digits = 1 if high < 2 or low > 98 or round(low) == round(high) else 0
    return f"{share:.{digits}f}", f"{low:.{digits}f} to {high:.{digits}f}"


def how_we_know(answer: Friction, zone: ZoneInfo, *, lapse_days: float | None) -> tuple[str, ...]:
    """On what the answer rests, and what it does not say."""
    if answer.first_at is None or answer.split_at is None:
        return ("There are no finished journeys.",)
    left_out = (
        "Every journey counts as over; give --lapse DAYS if some may still go on."
        if lapse_days is None
        else f"{number(answer.open_journeys)} journeys that may still go on are left out."
    )
    of_money = answer.currency or "a currency that the files do not name"
    money = (
        f"Worth is order value, not margin, in {of_money}; declare --margin to see margin."
        if answer.margin_share is None
        else f"Worth is margin in {of_money}, at the declared {answer.margin_share:.0%} of order value."
    )
    return (
        f"{number(answer.journeys[0])} journeys from {day(answer.first_at, zone)} are searched for "
        f"suspicions, {number(answer.journeys[1])} from {day(answer.split_at, zone)} on confirm or drop them, "
        "and all numbers are of those.",
        "Usual is the median step of the same stage, for journeys with the same entry channel, new or known "
        "customer, time of day and weekend. Ranges: 95 %, customers resampled.",
        f"At most {FALSE_SHARE:.0%} of the suspicions are expected to be false, before the second period sorts "
        "them. A step can lose more by its nature: this says where to look, not why.",
        left_out,
        money if answer.currency is not None else "The goal has no amounts, so nothing is valued.",
    )
