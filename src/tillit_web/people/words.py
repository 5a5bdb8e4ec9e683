"""Names of purposes, bases and answers in the reader's language."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tillit.vocabulary import ContactBasis, ContactChannel, MeasurementMode, Purpose
from tillit_web.people.consents import How
from tillit_web.people.contact_rules import Refusal

PURPOSES: dict[Purpose, Promise] = {
    Purpose.MEASUREMENT: _("Numbers about all customers"),
    Purpose.SERVICE: _("To do what you asked for"),
    Purpose.STAFF_READING: _("Our staff see what you have read"),
    Purpose.PERSONALISATION: _("Decisions that suit you"),
    Purpose.VARIATION: _("A lot may decide how we meet you"),
    Purpose.MARKETING: _("Offers you have not asked for"),
    Purpose.RIGHTS: _("Your rights"),
}
# The same, as the team says it of a customer.
OF_THEM: dict[Purpose, Promise] = PURPOSES | {
    Purpose.SERVICE: _("To do what they asked for"),
    Purpose.RIGHTS: _("Their rights"),
    Purpose.STAFF_READING: _("Our staff see what they have read"),
    Purpose.PERSONALISATION: _("Decisions that use what they have done"),
    Purpose.VARIATION: _("A lot may decide how we meet them"),
    Purpose.MARKETING: _("Offers they have not asked for"),
}
CHANNELS: dict[ContactChannel, Promise] = {
    ContactChannel.EMAIL: _("by e-mail"),
    ContactChannel.PHONE: _("by phone"),
    ContactChannel.SMS: _("by text message"),
}
BASES: dict[ContactBasis, Promise] = {
    ContactBasis.BOOKING: _("They booked it"),
    ContactBasis.REQUEST: _("They asked for it"),
    ContactBasis.RELATION: _("It is about something they bought or have with us"),
    ContactBasis.CONSENT: _("They agreed to offers by this way"),
    ContactBasis.RIGHTS: _("They use a right: to see, correct or erase"),
}
# The same, as a customer reads it; that they use a right needs no reason.
YOUR_BASES: dict[ContactBasis, Promise] = {
    ContactBasis.BOOKING: _("you booked it"),
    ContactBasis.REQUEST: _("you asked for it"),
    ContactBasis.RELATION: _("it is about something you bought or have with us"),
    ContactBasis.CONSENT: _("you agreed to offers by this way"),
}
REFUSALS: dict[Refusal, Promise] = {
    Refusal.NO_BASIS: _("Held back: no reason for contact is documented."),
    Refusal.BLOCKED: _("Held back: this customer does not want to be contacted."),
    Refusal.REGISTER: _("Held back: it is on a register of people who want no calls."),
    Refusal.NO_CONSENT: _("Held back: there is no yes to offers by this way."),
}
HOWS: dict[How, Promise] = {
    How.OWN_PAGE: _("on the customer’s own page"),
    How.SITE: _("on our site"),
    How.STAFF: _("told to our staff"),
    How.FILE: _("in an imported file"),
    How.SIGNAL: _("sent by the browser"),
}
MODES: dict[MeasurementMode, tuple[Promise, Promise]] = {
    MeasurementMode.COUNT_ONLY: (
        _("Count only"),
        _("Visits are counted with no identifier at all. No journeys from the site, and nobody need be asked."),
    ),
    MeasurementMode.OWN_AUDIENCE: (
        _("Our own audience"),
        _(
            "Visits of one day on our own site hang together, with nothing stored in the browser. For us alone, never "
            "across sites. Whoever says no is left out. Whether this needs a yes depends on the country: see below."
        ),
    ),
    MeasurementMode.WITH_CONSENT: (
        _("With consent"),
        _("Until somebody says yes, their visits are only counted. After a yes, they hang together as a journey."),
    ),
}


def refusal_meaning(refused: Refusal | None) -> str:
    """Why a contact detail is not shown; "" where it is."""
    return "" if refused is None else str(REFUSALS[refused])
