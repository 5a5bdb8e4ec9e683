"""What pages call the classes of data."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tillit.events.retention import DataClass
from tillit_web.retention.actions import CONTACTS, LINKS

# Name, and what is in it.
CLASSES: dict[str, tuple[Promise, Promise]] = {
    DataClass.WEB: (
        _("Visits to the site"),
        _("pages and products viewed, searches, carts, clicks on e-mails and ads"),
    ),
    DataClass.ORDERS: (_("Orders"), _("orders, payments, deliveries, returns, contracts")),
    DataClass.CALLS: (_("Calls"), _("calls booked and held, whatever came by phone")),
    DataClass.TEXTS: (_("Questions and answers"), _("chat, e-mail, support, complaints, reviews, with their words")),
    DataClass.OTHER_EVENTS: (_("Other events"), _("visits to a shop, accounts, activities of your own")),
    DataClass.FAILED_BOX: (_("Refused calls"), _("what was sent to us and could not be taken, as it came")),
    DataClass.IMPORT_FILES: (_("Files of imports"), _("rejected rows, and files that nobody brought in")),
    DataClass.ACCESS_RECORD: (_("Who looked"), _("the record of who opened whose page")),
    DataClass.BOOKINGS: (_("Bookings"), _("who booked what, counted from the day of the meeting")),
    DataClass.CONVERSATIONS: (_("Conversations"), _("what was said with the desk, counted from the last word")),
    DataClass.QUESTIONS: (_("Questions to the library"), _("what customers asked, without who it was")),
    DataClass.CORRECTIONS: (_("Corrections"), _("what customers said is wrong, counted from when it was mended")),
    DataClass.DECISIONS: (
        _("Decisions about meetings"),
        _("what was decided about whom, and what came of it; that there was a decision stays"),
    ),
    DataClass.WORKING_RECORDS: (
        _("Working records"),
        _("jobs that are done, codes and links that ended, sign-ins that failed"),
    ),
}
WITH_THEM: dict[str, Promise] = {
    LINKS: _("links between identifiers of customers without an event left"),
    CONTACTS: _("contact details of customers without an event left"),
}


def name_of(key: str) -> Promise:
    """What a class, or what goes with events, is called."""
    return WITH_THEM[key] if key in WITH_THEM else CLASSES[key][0]
