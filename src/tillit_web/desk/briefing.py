"""The page about a customer before one of us meets them: its facts, who may see what of it, and what was struck.

History enters only for a customer who has shown who they are, and what they read only with their yes and once they
have seen the page themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils import timezone

from tillit.answers.library import Point
from tillit.desk.briefing import Briefing, brief
from tillit.desk.facts import Facts, Promise, Question, Source, SourceKind, Told, Weighed
from tillit.desk.handoff import Author
from tillit.errors import QueryError
from tillit.journeys.known_by import person_known_by, subjects_of
from tillit.journeys.stage_rules import default_stage_rules
from tillit.journeys.timeline import TimelineRow, timeline, told
from tillit.vocabulary import READING_ACTIVITIES, Purpose
from tillit_web.answers.queries import published_comparisons
from tillit_web.booking.models import Booking
from tillit_web.desk.models import Conversation, Message, Shown, StruckMark
from tillit_web.desk.publishing import SOURCE
from tillit_web.meetings.needs import needs_of
from tillit_web.people import actions as people
from tillit_web.people.consents import How
from tillit_web.people.models import AccessRecord, User
from tillit_web.people.queries import agreed, company, standing_of
from tillit_web.people.wordings import wording
from tillit_web.warehouse.queries import current_view

LONGEST_SAID = 160
MOST_SAID = 20


@dataclass(frozen=True, slots=True)
class Page:
    """A briefing, and how it stands with what the customer read.

    Attributes:
        is_verified: The customer has shown who they are.
        may_read: They said yes to our staff seeing what they read.
        was_seen: They have seen this page with it; until then it is not on ours.
    """

    briefing: Briefing
    is_verified: bool
    may_read: bool
    was_seen: bool


def shown_for(meeting: Conversation | Booking) -> Shown:
    """What is kept of a meeting's page; a new row, not saved, while nobody has said anything about it."""
    about = _about(meeting)
    return Shown.objects.filter(**about).first() or Shown(**about)


def for_staff(
    meeting: Conversation | Booking,
    *,
    by: User,
    is_again: Callable[[Collection[bytes]], bool] = lambda _subjects: False,
) -> Page:
    """The page as one of us sees it; that it was opened is on record before anything is read.

    Args:
        is_again: Whether that these subjects' was opened is on record already, as part of the same opening.
    """
    subjects = _verified_subjects(meeting)
    if not is_again(subjects):
        people.record_access(
            AccessRecord.What.BRIEFING, subjects, by=by, purpose=Purpose.SERVICE, reason="briefing:" + _name(meeting)
        )
    return _page(meeting, subjects, with_reading=shown_for(meeting).seen_at is not None)


def for_customer(meeting: Conversation | Booking) -> Page:
    """The page as its customer sees it; with what they read it has been seen from now on."""
    subjects = _verified_subjects(meeting)
    page = _page(meeting, subjects, with_reading=True)
    if page.may_read:
        row = _kept(meeting)
        row.seen_at = row.seen_at or timezone.now()
        row.save(update_fields=["seen_at"])
    return page


def strike(meeting: Conversation | Booking, key: str) -> bool:
    """Take a line away for ever, with what it rests on; False where no such line is on the customer's page."""
    subjects = _verified_subjects(meeting)
    found = _page(meeting, subjects, with_reading=True).briefing
    lines = [*found.lines, *([found.challenge] if found.challenge else [])]
    line = next((one for one in lines if one.key == key), None)
    if line is None:
        return False
    row, now = _kept(meeting), timezone.now()
    owner = bytes(meeting.subject) if subjects and meeting.subject else None
    StruckMark.objects.bulk_create(
        [StruckMark(shown=row, subject=owner, mark=mark, noted_at=now) for mark in sorted(line.strikes)],
        ignore_conflicts=True,
    )
    return True


def answer_reading(meeting: Conversation | Booking, *, granted: bool, where: str) -> None:
    """Keep the customer's yes or no to our staff seeing what they read.

    Of somebody who has not shown who they are a yes waits with the meeting: anybody can type an address, and nobody
    says yes for somebody else.
    """
    words = wording(Purpose.STAFF_READING, meeting.language)
    if subjects := _verified_subjects(meeting):
        people.record_consent(
            subjects,
            Purpose.STAFF_READING,
            granted=granted,
            how=How.OWN_PAGE,
            where=where,
            wording=words.version,
            language=meeting.language,
        )
        return
    meeting.reading_wording = words.version if granted else ""
    meeting.reading_said_at = timezone.now() if granted else None
    meeting.save(update_fields=["reading_wording", "reading_said_at"])


def asks_about_reading(meeting: Conversation | Booking) -> bool:
    """Whether the customer has not said yes to our staff seeing what they read."""
    own = (bytes(meeting.subject),) if meeting.subject is not None and is_verified(meeting) else ()
    return not meeting.reading_wording and not (own and agreed(own, Purpose.STAFF_READING))


def claim(meeting: Conversation | Booking, subjects: Collection[bytes]) -> bool:
    """A customer who has shown who they are says that this is theirs; False unless it came with their address."""
    if meeting.subject is None or bytes(meeting.subject) not in subjects:
        return False
    _count_the_yes(meeting)
    if isinstance(meeting, Conversation):
        meeting.is_verified = True
        meeting.save(update_fields=["is_verified"])
    else:
        row = _kept(meeting)
        row.is_verified = True
        row.save(update_fields=["is_verified"])
    return True


def meetings_of(subjects: Collection[bytes]) -> list[Conversation | Booking]:
    """Conversations that are open and bookings to come that have one of these addresses, the next one first."""
    own = list(subjects)
    talks = Conversation.objects.filter(subject__in=own).exclude(owner=Conversation.Owned.CLOSED).order_by("-opened_at")
    booked = Booking.objects.filter(
        subject__in=own, state=Booking.State.CONFIRMED, starts_at__gt=timezone.now()
    ).select_related("kind", "host")
    return [*booked.order_by("starts_at"), *talks]


def is_verified(meeting: Conversation | Booking) -> bool:
    """Whether the customer has shown that this meeting's address is theirs."""
    return meeting.is_verified if isinstance(meeting, Conversation) else shown_for(meeting).is_verified


def struck_of(subjects: Collection[bytes]) -> QuerySet[StruckMark]:
    """What these subjects struck, for erasure."""
    return StruckMark.objects.filter(subject__in=list(subjects))


def _count_the_yes(meeting: Conversation | Booking) -> None:
    """A yes that waited is a consent of whoever has now shown who they are, unless they have answered since.

    Killed on the way, the next time completes it: the yes is on record once, and waits until it is.
    """
    if not meeting.reading_wording or meeting.reading_said_at is None:
        return
    subjects = _subjects(meeting)
    standing = standing_of(subjects).get((Purpose.STAFF_READING, None))
    if standing is None or standing.at < meeting.reading_said_at:
        people.record_consent(
            subjects,
            Purpose.STAFF_READING,
            granted=True,
            how=How.OWN_PAGE,
            where="/book/" if isinstance(meeting, Booking) else "/talk/",
            wording=meeting.reading_wording,
            language=meeting.language,
            at=meeting.reading_said_at,
            once=b"reading " + (meeting.uid if isinstance(meeting, Booking) else meeting.public_id).bytes,
        )
    meeting.reading_wording, meeting.reading_said_at = "", None
    meeting.save(update_fields=["reading_wording", "reading_said_at"])


def _page(meeting: Conversation | Booking, subjects: tuple[bytes, ...], *, with_reading: bool) -> Page:
    may_read = bool(subjects) and bool(agreed(subjects, Purpose.STAFF_READING))
    row = shown_for(meeting)
    rows = _rows(meeting, with_reading=with_reading and may_read) if subjects else ()
    struck = set(StruckMark.objects.filter(subject__in=list(subjects)).values_list("mark", flat=True))
    if row.pk is not None:
        struck |= set(row.struck.values_list("mark", flat=True))
    found = brief(_facts(meeting, subjects, rows), struck=struck)
    return Page(found, bool(subjects), may_read, row.seen_at is not None)


def _facts(meeting: Conversation | Booking, subjects: tuple[bytes, ...], rows: tuple[TimelineRow, ...]) -> Facts:
    stage_of = default_stage_rules().stage_of({row.activity for row in rows})
    needs = tuple(
        Told(str(need.get_kind_display()), _micros(need.noted_at), Source(SourceKind.NEED, str(need.pk)))
        for need in needs_of(subjects)
    )
    comparisons = tuple(
        Weighed(one.slug, one.them, tuple(Point(p.text, p.better, p.source, p.seen_on) for p in one.points.all()))
        for one in published_comparisons(meeting.language)
    )
    booked = tuple(_booked(one) for one in _bookings(meeting, subjects))
    if isinstance(meeting, Booking):
        goal = _wishes(meeting)
        return Facts(rows, stage_of, goal, needs, (), booked, (), comparisons)
    handoff = meeting.handoffs.last()
    goal = (
        None
        if handoff is None
        else Told(handoff.goal, _micros(handoff.at), Source(SourceKind.HANDOFF, str(handoff.pk)))
    )
    agreements = tuple(
        Promise(one.text, _micros(one.at), one.until, False, Source(SourceKind.AGREEMENT, str(one.pk)))
        for one in meeting.agreements.all()
    )
    questions, said = _said(meeting)
    return Facts(rows, stage_of, goal, needs, questions, (*agreements, *booked), said, comparisons)


def _rows(meeting: Conversation | Booking, *, with_reading: bool) -> tuple[TimelineRow, ...]:
    """The customer's events as the team may see them, without those of this conversation itself."""
    view = current_view(purpose=Purpose.SERVICE)
    person = None if view is None or meeting.subject is None else person_known_by(view, bytes(meeting.subject))
    if view is None or person is None:
        return ()
    try:
        rows = told(timeline(view, person), {})
    except QueryError:  # all of it is withheld, or the person has gone
        return ()
    own = str(meeting.public_id) if isinstance(meeting, Conversation) else ""
    return tuple(
        row
        for row in rows
        if (with_reading or row.activity not in READING_ACTIVITIES)
        and not (own and row.source == SOURCE and row.event_id.startswith(own))
    )


def _said(conversation: Conversation) -> tuple[tuple[Question, ...], tuple[Told, ...]]:
    """What the customer wrote: questions, and what they told us."""
    written = list(conversation.messages.exclude(author=Author.NOTE.value))
    answered = max((one.pk for one in written if one.author != Author.CUSTOMER.value), default=0)
    questions, said = [], []
    for one in [one for one in written if one.author == Author.CUSTOMER.value][-MOST_SAID:]:
        at, source = _micros(one.written_at), Source(SourceKind.MESSAGE, str(one.pk))
        if "?" in one.text or one is written[0]:
            questions.append(Question(_short(one), at, one.pk < answered, source))
        else:
            said.append(Told(_short(one), at, source))
    return tuple(questions), tuple(said)


def _bookings(meeting: Conversation | Booking, subjects: tuple[bytes, ...]) -> list[Booking]:
    found = {meeting.pk: meeting} if isinstance(meeting, Booking) else {}
    own = Booking.objects.filter(subject__in=list(subjects), state=Booking.State.CONFIRMED).select_related("kind")
    return [*(found | {one.pk: one for one in own.filter(starts_at__gt=timezone.now())}).values()]


def _booked(booking: Booking) -> Promise:
    day = booking.starts_at.astimezone(ZoneInfo(company().timezone)).date()
    source = Source(SourceKind.BOOKING, str(booking.uid))
    return Promise(booking.kind.name, _micros(booking.changed_at), day, True, source)


def _wishes(booking: Booking) -> Told | None:
    if not booking.wishes.strip():
        return None
    source = Source(SourceKind.BOOKING, f"{booking.uid} wishes")
    return Told(" ".join(booking.wishes.split())[:LONGEST_SAID], _micros(booking.changed_at), source)


def _verified_subjects(meeting: Conversation | Booking) -> tuple[bytes, ...]:
    """Every identifier of a customer who has shown who they are; none of anybody else."""
    return _subjects(meeting) if is_verified(meeting) else ()


def _subjects(meeting: Conversation | Booking) -> tuple[bytes, ...]:
    """Every identifier of the customer to whom the address belongs that somebody gave."""
    if meeting.subject is None:
        return ()
    own = bytes(meeting.subject)
    view = current_view(purpose=Purpose.SERVICE)
    person = None if view is None else person_known_by(view, own)
    return (own,) if view is None or person is None else tuple(sorted({own, *subjects_of(view, person)}))


def _kept(meeting: Conversation | Booking) -> Shown:
    return Shown.objects.get_or_create(**_about(meeting))[0]


def _about(meeting: Conversation | Booking) -> dict[str, Any]:
    return {"conversation" if isinstance(meeting, Conversation) else "booking": meeting}


def _name(meeting: Conversation | Booking) -> str:
    return "conversation" if isinstance(meeting, Conversation) else "booking"


def _short(message: Message) -> str:
    text = " ".join(message.text.split())
    return text if len(text) <= LONGEST_SAID else text[: LONGEST_SAID - 1] + "…"


def _micros(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000)
