"""What the page Where it hurts calls patterns, promises and steps, in the reader's language."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from tillit.friction.after_meetings import Meeting
from tillit.friction.promise_rules import Clock, PromiseRule
from tillit_web.insight.words import activity_label, channel_label
from tillit_web.ui.templatetags.tillit import number

PATTERN_WORDS: dict[str, tuple[Promise, Promise]] = {
    "channel_ping_pong": (_("Sent back and forth"), _("there and back between two ways of contact, twice in 7 days")),
    "repeat_search": (_("Searching in vain"), _("three searches in a row within 30 minutes")),
    "form_loop": (_("Stuck in a form"), _("the same form of the checkout three times within 30 minutes")),
    "price_shock": (_("Price shock"), _("a price seen, and nothing more for 7 days")),
    "out_of_stock_visit": (_("Out of stock"), _("out of stock, and nothing else taken within 24 hours")),
    "login_wall": (_("Stopped by a log-in"), _("a log-in demanded, and not got past within 30 minutes")),
    "dead_end": (_("No way to a person"), _("looked for a person, and met none within 24 hours")),
    "missed_call": (_("Rang in vain"), _("rang in vain, and talked with nobody within 24 hours")),
    "waiting_for_an_answer": (_("Waiting for an answer"), _("asked, and no answer for more than 24 hours")),
    "contact_again": (_("Had to ask again"), _("asked again within 7 days after an answer")),
    "silent_leaver": (_("Left in silence"), _("not heard of again after a visit, advice or a quote")),
    "rework_after_delivery": (_("Trouble after delivery"), _("case, complaint or return within 30 days of a delivery")),
}

MEETING_WORDS: dict[Meeting, tuple[Promise, Promise]] = {
    Meeting.VISIT: (_("After a visit to a shop"), _("a visit to a shop")),
    Meeting.ADVICE: (_("After advice"), _("advice")),
    Meeting.QUOTE: (_("After a quote"), _("a quote")),
}


def after_label(meeting: Meeting) -> str:
    return str(MEETING_WORDS[meeting][0])


def meeting_label(meeting: Meeting) -> str:
    return str(MEETING_WORDS[meeting][1])


def days_label(days: int) -> str:
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": number(days)}


def pattern_label(name: str) -> str:
    return str(PATTERN_WORDS[name][0])


def pattern_meaning(name: str) -> str:
    return str(PATTERN_WORDS[name][1])


def step_name(activity: str, by: str | None, part: str | None) -> str:
    """A step, with its channel or place where steps are told apart by it."""
    if part is None:
        return activity_label(activity)
    return f"{activity_label(activity)} · {channel_label(part) if by == 'channel' else part}"


def within_label(rule: PromiseRule) -> str:
    """ "4 opening hours", "3 days"."""
    hours = rule.within_hours
    if rule.clock is Clock.OPENING:
        count = {"n": number(hours, 0 if hours == int(hours) else 1)}
        return ngettext("%(n)s opening hour", "%(n)s opening hours", int(hours)) % count
    if hours % 24 == 0:
        return days_label(int(hours // 24))
    return ngettext("%(n)s hour", "%(n)s hours", int(hours)) % {"n": number(hours, 0 if hours == int(hours) else 1)}


def country_label(code: str) -> str:
    """A country whose public holidays can be chosen."""
    return {"SE": gettext("Sweden"), "NO": gettext("Norway"), "DK": gettext("Denmark"), "FI": gettext("Finland")}[code]
