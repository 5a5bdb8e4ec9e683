"""What the stages of a customer's way are called on pages."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from tillit.vocabulary import Stage

STAGE_LABELS: dict[Stage, Promise] = {
    Stage.NEED: pgettext_lazy("stage", "Need"),
    Stage.EXPLORE: pgettext_lazy("stage", "Explore"),
    Stage.COMPARE: pgettext_lazy("stage", "Compare"),
    Stage.DECIDE: pgettext_lazy("stage", "Decide"),
    Stage.RECEIVE: pgettext_lazy("stage", "Receive"),
    Stage.USE: pgettext_lazy("stage", "Use"),
    Stage.STAY: pgettext_lazy("stage", "Stay"),
}
