"""`{% load insight %}`: names from the data, ranges, and marks, as every page of insight writes them."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext

from tillit.friction.after_meetings import Chance, Meeting
from tillit.friction.promise_rules import PromiseRule
from tillit.reports.interval import ShareRange
from tillit.reports.size import MEDIAN_FROM, NINE_OF_TEN_FROM
from tillit.vocabulary import Stage
from tillit_web.insight import friction_words, words
from tillit_web.ui.identifiers import identifier_label
from tillit_web.ui.templatetags.tillit import duration, natural, number

register = template.Library()

NO_BREAK = "\u00a0"  # a range is read as one; broken over two lines it is not


@register.filter
def activity(name: str, forward: bool = True) -> str:
    """An activity in the reader's words; the stop mark of a path is "Nothing more", or "Nothing before"."""
    return words.step_label(name, forward=forward)


@register.filter
def stage(value: Stage | None) -> str:
    return words.stage_label(value) if value else ""


@register.filter
def channel(name: str) -> str:
    return words.channel_label(name)


@register.filter
def place(name: str) -> str:
    return words.place_label(name)


@register.filter
def identifier(kind: str) -> str:
    return identifier_label(kind)


@register.filter
def actor(name: str) -> str:
    return words.actor_label(name)


@register.filter
def median_wait(seconds: float | None, count: int) -> str:
    """The median of `count` waits, or a dash where there are too few to speak of half of them."""
    return duration(seconds if count >= MEDIAN_FROM else None)


@register.filter
def nine_of_ten_wait(seconds: float | None, count: int) -> str:
    """What nine of ten of `count` waits stay below, or a dash where there are too few."""
    return duration(seconds if count >= NINE_OF_TEN_FROM else None)


@register.simple_tag
def note_on_waits() -> str:
    """From how many waits a page speaks of half and of nine of ten of them."""
    return gettext(
        "Half of the waits are spoken of where there are at least %(half)d, nine of ten where there are at least "
        "%(nine)d; a dash means fewer."
    ) % {"half": MEDIAN_FROM, "nine": NINE_OF_TEN_FROM}


@register.filter
def range_of(share: ShareRange | Chance) -> str:
    """ "38 to 52 of 100": the range of a share as people count it; tenths where whole numbers would read as none."""
    low, _, high = in_100(share)
    text = gettext("%(low)s to %(high)s of 100") % {"low": low, "high": high}
    return text.replace(" ", NO_BREAK)


@register.filter
def ends_of(share: ShareRange | Chance) -> str:
    """ "38 to 52": the range alone, where a heading says of how many."""
    low, _, high = in_100(share)
    return (gettext("%(low)s to %(high)s") % {"low": low, "high": high}).replace(" ", NO_BREAK)


@register.filter
def of_100(share: ShareRange | Chance) -> str:
    """ "41": a share as so many of 100, as fine as its range."""
    return in_100(share)[1]


def in_100(share: ShareRange | Chance) -> tuple[str, str, str]:
    """The low end of a share's range, the share itself and the high end, each as so many of 100."""
    low, middle, high = share.low * 100, share.share * 100, share.high * 100
    decimals = 1 if high < 2 or low > 98 or round(low) == round(high) else 0
    return number(low, decimals), number(middle, decimals), number(high, decimals)


@register.filter
def count_of(share: ShareRange) -> str:
    """ "90 of 200"."""
    return natural(share.count, share.of)


@register.simple_tag
def after_label(meeting: Meeting) -> str:
    """ "After a quote"."""
    return friction_words.after_label(meeting)


@register.simple_tag
def pattern_words(name: str) -> str:
    """A pattern's name as people say it."""
    return friction_words.pattern_label(name)


@register.simple_tag
def pattern_meaning_of(name: str) -> str:
    return friction_words.pattern_meaning(name)


@register.simple_tag
def promise_words(rule: PromiseRule) -> str:
    """A promise as a sentence: what is asked, and within what time it is answered."""
    return gettext("“%(ask)s” answered within %(within)s") % {
        "ask": words.activity_label(rule.ask),
        "within": friction_words.within_label(rule),
    }
