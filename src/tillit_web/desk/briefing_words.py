"""Headings of a briefing."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tillit.desk.facts import Section

# For the customer and for us the same: nobody is "they" on a page that both read.
HEADINGS: dict[Section, Promise] = {
    Section.NEED: _("The need"),
    Section.STAGE: _("Where in the purchase"),
    Section.ASKED: _("Asked"),
    Section.PROMISED: _("Promised and booked"),
    Section.NOT_AGAIN: _("Not to be asked again"),
    Section.COMPARED: _("Compared"),
    Section.PRICES: _("Prices seen"),
    Section.READ: _("Read here"),
    Section.CHALLENGE: _("Worth challenging"),
}
