"""Names of touchpoints, models and ways to find out, in the reader's language."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tillit.credit.cells import ANY_PLACE, TOGETHER, Team
from tillit.credit.vocabulary import Model
from tillit.vocabulary import Channel, Function
from tillit_web.insight.words import channel_label, function_label

BY_LABELS: dict[str, Promise] = {
    "channel": _("Channel"),
    "function": _("Function"),
    "place": _("Place"),
    "campaign": _("Campaign"),
    "content": _("Content"),
}

MODEL_LABELS: dict[Model, Promise] = {
    Model.FIRST: _("First touch"),
    Model.LAST: _("Last touch"),
    Model.LINEAR: _("Equal parts"),
    Model.POSITION: _("Ends first"),
    Model.DECAY: _("Recent first"),
    Model.MARKOV: _("Chain"),
    Model.SHAPLEY: _("Coalitions"),
}

# What to do to learn what a name brings; the first that fits. The choice is by lot or by turns, never by wish.
WAYS_TO_FIND_OUT: dict[str, Promise] = {
    Channel.STORE.value: _("two weeks with and two without the booking sign, alternating"),
    Channel.EMAIL.value: _("leave every tenth customer, drawn by lot, out of the mailings of a quarter"),
    Channel.PAID_SEARCH.value: _("two weeks with and two without these ads, alternating"),
    Channel.PAID_SOCIAL.value: _("two weeks with and two without these ads, alternating"),
    Channel.DISPLAY.value: _("two weeks with and two without these ads, alternating"),
    Function.SERVICE.value: _("answer within an hour in two weeks, as today in the next two, alternating"),
}
BOTH_WAY = _("two weeks with and two without both of them, alternating")
ANOTHER_WAY = _("two weeks with and two without it, alternating")


def touch_label(by: str, name: str) -> str:
    """A touchpoint as it is shown; what stands together says so."""
    if name == TOGETHER:
        return gettext("Places together") if by == "place" else gettext("Functions together")
    labels = {"channel": channel_label, "function": function_label}
    return labels[by](name) if by in labels else name


def touches_label(by: str, names: tuple[str, ...]) -> str:
    """One name, or several that are meant together."""
    return gettext(" and ").join(touch_label(by, name) for name in names)


def team_label(team: Team) -> str:
    """A function at a place, or a function wherever it is."""
    function, place = team
    label = touch_label("function", function)
    return label if place == ANY_PLACE else f"{place} · {label}"


def is_by_lot(name: str) -> bool:
    """Whether single customers can be left without it, so that a lot is the way to find out."""
    return name == Channel.EMAIL.value


def way_to_find_out(*names: str) -> str:
    """An experiment that would show what a touchpoint brings, or several together."""
    return str(WAYS_TO_FIND_OUT.get(names[0], ANOTHER_WAY) if len(names) == 1 else BOTH_WAY)
