"""Readiness in the words of the pages: what is known of customers, how they stand to us, what speaks against offers."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from tillit.readiness.now import Hold
from tillit.readiness.recipe import (
    BOUGHT,
    HALF_LIVES_DAYS,
    LAST_DAY,
    OPEN_COMPLAINT,
    OTHER,
    SINCE_BOUGHT,
    SINCE_LAST,
    TENURE,
    Feature,
    Want,
)
from tillit.readiness.relation import Relation
from tillit_web.insight.words import activity_label

WANT_LABELS: dict[Want, Promise] = {
    Want.BUYS: pgettext_lazy("readiness", "Near a purchase"),
    Want.PERSON: pgettext_lazy("readiness", "Wants to talk"),
}
RELATION_LABELS: dict[Relation, Promise] = {
    Relation.NEW: pgettext_lazy("relation", "has not bought yet"),
    Relation.ONCE: pgettext_lazy("relation", "has bought"),
    Relation.BACK: pgettext_lazy("relation", "comes back, or is a member"),
}
HOLD_LABELS: dict[Hold, Promise] = {
    Hold.JUST_BOUGHT: _("Has just bought: nothing more is offered for a week."),
    Hold.OPEN_COMPLAINT: _("Has a complaint that is not solved: solve it first."),
    Hold.LEFT_ALONE: _("Asked to be left alone."),
    Hold.CALM: _("Reads and compares in peace: be there, and do not press."),
}
_PLAIN: dict[str, Promise] = {
    LAST_DAY: _("What happened in the last day"),
    SINCE_LAST: _("Days since the last sign"),
    TENURE: _("Days since the first sign"),
    BOUGHT: _("How often it came before"),
    SINCE_BOUGHT: _("Days since it came before"),
    OPEN_COMPLAINT: _("A complaint that is not solved"),
}


def feature_words(feature: Feature) -> str:
    """What a feature is, for a reader."""
    if feature.kind != "faded":
        return str(_PLAIN[feature.kind])
    what = gettext("Anything else") if feature.activity == OTHER else activity_label(feature.activity)
    if feature.half_life_days == min(HALF_LIVES_DAYS):
        return gettext("%(what)s, in the last days") % {"what": what}
    return gettext("%(what)s, in the last weeks") % {"what": what}


def relation_words(relations: tuple[Relation, ...]) -> str:
    """How customers of a line stand to us."""
    return gettext(" or ").join(str(RELATION_LABELS[one]) for one in relations)
