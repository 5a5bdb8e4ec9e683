"""What is on record: who opened what of whom, what was held back, and what customers say is wrong."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from tillit_web.people.consents import being_erased
from tillit_web.people.models import AccessRecord, BlockedAttempt, Correction

SAME_OPENING = timedelta(seconds=2)  # rows of one opening, one for each identifier of the person
SAME_VISIT = timedelta(minutes=30)  # of the customer to their own page
# As the customer reads it of what they did themselves.
BY_THEMSELVES: dict[str, Promise] = {
    AccessRecord.What.OWN_PAGE: gettext_lazy("You opened this page"),
    AccessRecord.What.DOWNLOAD: gettext_lazy("You took your data along"),
}
AT_SERVER = gettext_lazy("at the server")
# What takes along whoever has an event; a log of decisions has a row for each customer in it.
OF_EVERYBODY = (AccessRecord.What.EVERYTHING, AccessRecord.What.EVENTS)


@dataclass(frozen=True, slots=True)
class Access:
    """One opening, as the customer sees it: what and when, for what, by which role; no member's name."""

    at: datetime
    what: str
    role: str  # "" where it was the customer
    purpose: str  # "" where no gate was passed
    basis: str
    reason: str


def accesses_of(subjects: Collection[bytes], *, events_since: datetime | None = None) -> tuple[Access, ...]:
    """Every opening of a person's page or details, the latest first; a row for each identifier is told once.

    Args:
        subjects: All identifiers of one person.
        events_since: When we received the first event of theirs; from then on it was among whatever was taken out of
            everybody. None if we have none.
    """
    theirs = Q(subject__in=list(subjects))
    if events_since is not None:
        theirs |= Q(subject=None, what__in=OF_EVERYBODY, opened_at__gte=events_since)
    rows = AccessRecord.objects.filter(theirs).select_related("member").order_by("-id")
    found: list[Access] = []
    last: AccessRecord | None = None
    for row in rows:
        same = last is not None and _told(row) == _told(last)
        apart = SAME_OPENING if row.member_id or row.at_server else SAME_VISIT
        if last is None or not same or last.opened_at - row.opened_at > apart:
            role = row.member.get_role_display() if row.member else str(AT_SERVER) if row.at_server else ""
            what = str(BY_THEMSELVES.get(row.what) or row.get_what_display())
            found.append(Access(row.opened_at, what, role, row.purpose, row.basis, row.reason))
        last = row
    return tuple(found)


def _told(row: AccessRecord) -> tuple[object, ...]:
    return row.what, row.member_id, row.at_server, row.reason


def recent_accesses() -> QuerySet[AccessRecord]:
    """What members and customers opened, the latest first."""
    return AccessRecord.objects.select_related("member")


def attempts_held_back(*, days: int) -> dict[str, int]:
    """How many contact details were held back in these last days, for each reason."""
    since = timezone.now() - timedelta(days=days)
    rows = BlockedAttempt.objects.filter(tried_at__gte=since).order_by().values("refusal").annotate(n=Sum("details"))
    return {row["refusal"]: row["n"] for row in rows}


def ask_correction(subject: bytes, text: str) -> None:
    """Keep what a customer says is wrong about them."""
    Correction.objects.create(subject=subject, text=text.strip()[:2000])


def open_corrections() -> QuerySet[Correction]:
    """What nobody has mended yet, the oldest first."""
    return Correction.objects.filter(settled_at=None).exclude(subject__in=being_erased()).order_by("id")


def settle_correction(number: int) -> None:
    """Say that what a customer called wrong is mended."""
    Correction.objects.filter(pk=number, settled_at=None).update(settled_at=timezone.now())
