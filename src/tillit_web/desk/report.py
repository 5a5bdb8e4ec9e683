"""What happened in a week, what waits and what was promised: of the team, and of nobody in it.

No count here is by employee, and none can be: nothing that names one is read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, QuerySet

from tillit.desk.handoff import Author, Reason, reason_words
from tillit.sentences import Sentence
from tillit_web.answers.models import AskedQuestion
from tillit_web.answers.queries import Group, unanswered
from tillit_web.booking.models import Booking
from tillit_web.desk.models import Agreement, Conversation, Handoff, Message
from tillit_web.people.queries import company

WEEK = timedelta(days=7)
MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class ByChannel:
    """Conversations that began by one channel, and how they stand."""

    channel: str
    begun: int
    by_machine_alone: int
    solved: int
    promised: int
    unsolved: int
    is_open: int


@dataclass(frozen=True, slots=True)
class Owed:
    """Something that was agreed with a customer."""

    text: str
    until: date | None
    conversation: str
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Report:
    """One week on the company's calendar.

    Attributes:
        begins: Its Monday.
        by_channel: Conversations that began in it; `topics` the same by topic, the most asked first.
        reasons: Why people were asked to answer, in it.
        escalated: Promised times that passed without an answer, in it.
        agreed: What was agreed in it.
        overdue: Of all that was agreed, whatever the week, what was due before today in conversations still open.
        waiting: Customers who wait for us now; `late` of them past the time promised.
        asked: Questions put to the machine in it, by what came of them.
        open_questions: The largest groups of questions that nobody has answered.
        met: Booked times in it by how they ended.
    """

    begins: date
    by_channel: tuple[ByChannel, ...]
    topics: tuple[tuple[str, int], ...]
    reasons: tuple[tuple[Sentence, int], ...]
    escalated: int
    agreed: tuple[Owed, ...]
    overdue: tuple[Owed, ...]
    waiting: int
    late: int
    asked: tuple[tuple[str, int], ...]
    open_questions: tuple[Group, ...]
    met: tuple[tuple[str, int], ...]

    @property
    def begun(self) -> int:
        """How many conversations began."""
        return sum(one.begun for one in self.by_channel)

    @property
    def is_empty(self) -> bool:
        """Whether nothing happened and nothing waits."""
        return not (self.begun or self.waiting or self.agreed or self.overdue or self.asked or self.met)


def week_named(text: str, today: date) -> date:
    """The Monday of a week such as 2026-W45; of the last whole week where none is named or it cannot be read."""
    last = today - timedelta(days=today.weekday()) - WEEK
    year, _, week = text.partition("-W")
    if not (year.isdecimal() and week.isdecimal() and len(year) == 4 and len(week) <= 2):
        return last
    try:
        monday = date.fromisocalendar(int(year), int(week), 1)
    except ValueError:
        return last
    return min(monday, last + WEEK)


def has_report(*, now: datetime) -> bool:
    """Whether a whole week in which customers asked is over."""
    zone = ZoneInfo(company().timezone)
    this_week = week_named("", now.astimezone(zone).date()) + WEEK
    return Conversation.objects.filter(opened_at__lt=datetime.combine(this_week, time(), zone)).exists()


def report_of(monday: date, *, now: datetime) -> Report:
    """The report of the week that begins on a Monday, as it is known now."""
    zone = ZoneInfo(company().timezone)
    first = datetime.combine(monday, time(), zone)
    last = datetime.combine(monday + WEEK, time(), zone)
    today = now.astimezone(zone).date()
    begun = Conversation.objects.filter(opened_at__gte=first, opened_at__lt=last)
    handed = Handoff.objects.filter(at__gte=first, at__lt=last)
    waiting = Conversation.objects.filter(promised_at__isnull=False)
    agreed = Agreement.objects.filter(at__gte=first, at__lt=last)
    overdue = Agreement.objects.filter(until__lt=today).exclude(conversation__owner=Conversation.Owned.CLOSED)
    asked = AskedQuestion.objects.filter(asked_at__gte=first, asked_at__lt=last)
    booked = Booking.objects.filter(starts_at__gte=first, starts_at__lt=min(last, now))
    reasons = Counter(handed.exclude(reason=Reason.LATE.value).values_list("reason", flat=True))
    return Report(
        begins=monday,
        by_channel=_by_channel(begun),
        topics=tuple(_most(begun.values_list("topic", flat=True))),
        reasons=tuple((reason_words(Reason(reason)), count) for reason, count in reasons.most_common()),
        escalated=handed.filter(reason=Reason.LATE.value).count(),
        agreed=_owed(agreed, today),
        overdue=_owed(overdue, today),
        waiting=waiting.count(),
        late=waiting.filter(promised_at__lt=now).count(),
        asked=_labelled(asked.values_list("outcome", flat=True), dict(AskedQuestion.Outcome.choices)),
        open_questions=tuple(unanswered()[:5]),
        met=_labelled(
            booked.filter(state__in=("confirmed", "missed", "cancelled")).values_list("state", flat=True),
            dict(Booking.State.choices),
        ),
    )


def _by_channel(begun: QuerySet[Conversation]) -> tuple[ByChannel, ...]:
    answered = Message.objects.filter(conversation=OuterRef("pk"), author=Author.PERSON.value)
    handed = Handoff.objects.filter(conversation=OuterRef("pk"))
    rows = list(begun.annotate(met=Exists(answered) | Exists(handed)).values_list("channel", "owner", "outcome", "met"))
    found = []
    for value, label in Conversation.Channel.choices:
        own = [row for row in rows if row[0] == value]
        outcomes = Counter(outcome for _, _, outcome, _ in own)
        if own:
            found.append(
                ByChannel(
                    str(label),
                    len(own),
                    sum(not met for *_, met in own),
                    outcomes[Conversation.Outcome.SOLVED],
                    outcomes[Conversation.Outcome.PROMISED],
                    outcomes[Conversation.Outcome.UNSOLVED],
                    outcomes[None],
                )
            )
    return tuple(found)


def _most(texts: Iterable[str]) -> list[tuple[str, int]]:
    counted = Counter(" ".join(text.lower().split()) for text in texts)
    return sorted(counted.items(), key=lambda each: (-each[1], each[0]))[:MOST_SHOWN]


def _labelled(values: Iterable[str], labels: dict[str, object]) -> tuple[tuple[str, int], ...]:
    return tuple((str(labels[value]), count) for value, count in Counter(values).most_common())


def _owed(rows: QuerySet[Agreement], today: date) -> tuple[Owed, ...]:
    wanted = rows.order_by("until", "at").values_list("text", "until", "conversation__public_id", "conversation__owner")
    return tuple(
        Owed(text, until, str(public_id), until is not None and until < today and owner != Conversation.Owned.CLOSED)
        for text, until, public_id, owner in wanted[:MOST_SHOWN]
    )
