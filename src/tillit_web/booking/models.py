"""Who can be met, for what, and when they are taken."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tillit.booking.replies import Answer
from tillit.booking.slots import STEP_MINUTES, MeetingKind
from tillit.errors import QueryError
from tillit.journeys.opening import OpeningHours
from tillit_web.booking.clocks import LONGEST_ZONE
from tillit_web.languages import LANGUAGES
from tillit_web.ui.templatetags.tillit import said

MOST_PLACES = 200  # at one meeting


def _of_steps(value: int) -> None:
    if value % STEP_MINUTES:
        raise ValidationError(_("Whole multiples of %(step)s minutes.") % {"step": STEP_MINUTES})


def _hours(value: str) -> None:
    try:
        OpeningHours.parse(value)
    except QueryError as error:
        raise ValidationError(said(error.sentence)) from error


class Host(models.Model):
    """A colleague who can be met."""

    name = models.CharField(_("Name"), max_length=120)
    email = models.EmailField(_("E-mail"), blank=True)
    hours = models.CharField(
        _("Can be met"),
        max_length=400,
        default="mon-fri 09:00-17:00",
        validators=[_hours],
        help_text=_("For example mon-fri 09:00-18:00, sat 10:00-15:00. Public holidays of your country are closed."),
    )
    is_active = models.BooleanField(_("Can be booked now"), default=True)
    feed = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        ordering: ClassVar = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class Room(models.Model):
    """Somewhere to meet that one meeting has at a time: a room, a shop's corner, a car to drive."""

    name = models.CharField(
        _("Name"), max_length=120, help_text=_("As customers find it: the shop in Lund, first floor")
    )
    hours = models.CharField(
        _("Open"),
        max_length=400,
        blank=True,
        validators=[_hours],
        help_text=_("For example mon-fri 09:00-18:00, sat 10:00-15:00. Empty: whenever those work who can be met."),
    )
    is_active = models.BooleanField(_("Can be booked now"), default=True)

    class Meta:
        ordering: ClassVar = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class Kind(models.Model):
    """What can be booked."""

    slug = models.SlugField(unique=True, max_length=80)
    language = models.CharField(_("Language"), max_length=2, choices=LANGUAGES)
    name = models.CharField(
        _("What it is"), max_length=120, help_text=_("As customers would say it: a call about your roof")
    )
    where = models.CharField(_("Where"), max_length=200, help_text=_("We call you, the shop in Lund, a video link"))
    minutes = models.PositiveSmallIntegerField(_("Minutes"), default=30, validators=[_of_steps, MaxValueValidator(480)])
    before = models.PositiveSmallIntegerField(_("Pause before, minutes"), default=0, validators=[_of_steps])
    after = models.PositiveSmallIntegerField(_("Pause after, minutes"), default=0, validators=[_of_steps])
    every = models.PositiveSmallIntegerField(_("A start every, minutes"), default=30, validators=[_of_steps])
    notice_hours = models.PositiveSmallIntegerField(
        _("Hours of notice"), default=2, validators=[MaxValueValidator(720)]
    )
    ahead_days = models.PositiveSmallIntegerField(_("Days ahead"), default=28, validators=[MaxValueValidator(180)])
    hosts = models.ManyToManyField(Host, verbose_name=_("Who can be met"), related_name="kinds")
    rooms = models.ManyToManyField(
        Room,
        verbose_name=_("Rooms and shops"),
        related_name="kinds",
        blank=True,
        help_text=_("It takes one of them. None: it needs no room."),
    )
    places = models.PositiveSmallIntegerField(
        _("Customers at once"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_PLACES)],
        help_text=_("More than one for a demonstration or a course. Meetings already begun to be booked keep theirs."),
    )
    skill = models.CharField(
        _("Skill"),
        max_length=31,
        blank=True,
        validators=[RegexValidator(r"\A[a-z][a-z_]*\Z", _("Small letters and underscores: heat_pumps."))],
        help_text=_("As on Who can meet customers when. Calls that are promised to customers use these times."),
    )
    is_open = models.BooleanField(_("Customers can book it"), default=True)

    class Meta:
        ordering: ClassVar = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """A start every zero minutes, or a meeting of none, is no meeting."""
        if not self.minutes or not self.every:
            raise ValidationError(_("A meeting lasts some minutes, and so does the step to the next start."))

    @property
    def meeting(self) -> MeetingKind:
        """As the core knows it."""
        return MeetingKind(self.minutes, self.before, self.after, self.every, self.notice_hours * 60)


class Booking(models.Model):
    """One booking, from the hold on: its uid stays, its sequence grows with each change that others must hear of."""

    class State(models.TextChoices):
        HELD = "held", _("held for a moment")
        CONFIRMED = "confirmed", _("booked")
        CANCELLED = "cancelled", _("cancelled")
        EXPIRED = "expired", _("not confirmed in time")
        MISSED = "missed", _("nobody came")

    class Reply(models.TextChoices):
        NONE = "", _("no answer")
        ACCEPTED = Answer.ACCEPTED.value, _("accepted")
        DECLINED = Answer.DECLINED.value, _("declined")
        TENTATIVE = Answer.TENTATIVE.value, _("perhaps")

    class Told(models.IntegerChoices):
        NOTHING = 0
        BOOKED = 1
        ENDED = 2

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    sequence = models.PositiveIntegerField(default=0)
    kind = models.ForeignKey(Kind, on_delete=models.PROTECT, related_name="bookings")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="bookings")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="bookings", null=True)
    # What it has of anybody's time; none once it was given back. One booking a place: the database says so.
    place = models.OneToOneField("Place", on_delete=models.SET_NULL, related_name="booking", null=True)
    starts_at = models.DateTimeField(db_index=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.HELD)
    held_until = models.DateTimeField(null=True)
    network = models.CharField(max_length=64, blank=True)  # of whoever holds it; emptied when the hold ends
    subject = models.BinaryField(max_length=16, null=True, db_index=True)  # of the e-mail, for erasure alone
    name = models.CharField(_("Your name"), max_length=120, blank=True)
    email = models.EmailField(_("E-mail"), blank=True)
    phone = models.CharField(_("Phone number"), max_length=40, blank=True)
    wishes = models.TextField(_("What is it about?"), blank=True, max_length=2000)
    zone = models.CharField(max_length=LONGEST_ZONE, blank=True)  # of their own clock, if they chose one
    # A yes to our staff seeing what they have read, until they have shown who they are: then it is a consent.
    reading_wording = models.CharField(max_length=16, blank=True)  # the version of the words it was said to
    reading_said_at = models.DateTimeField(null=True)
    language = models.CharField(max_length=2, choices=LANGUAGES)
    changed_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    told = models.PositiveSmallIntegerField(choices=Told.choices, default=Told.NOTHING)  # to the log of events
    reminded_at = models.DateTimeField(null=True)
    # What the calendars of the two answered to the invitation as it stands; a move asks anew.
    customer_reply = models.CharField(max_length=10, choices=Reply.choices, blank=True)
    customer_replied_at = models.DateTimeField(null=True)
    host_reply = models.CharField(max_length=10, choices=Reply.choices, blank=True)
    host_replied_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def where(self) -> str:
        """Where the two meet."""
        return f"{self.kind.where} · {self.room.name}" if self.room else self.kind.where

    @property
    def ends_at(self) -> datetime:
        """When it is over, its pauses not counted."""
        return self.starts_at + timedelta(minutes=self.kind.minutes)


class Occasion(models.Model):
    """A meeting that takes place: one host, in one room where it needs one, with as many places as it had at first."""

    kind = models.ForeignKey(Kind, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="occasions")
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+", null=True)
    starts_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} {self.starts_at:%Y-%m-%d %H:%M}"


class Place(models.Model):
    """A place at a meeting; there are no more bookings than places."""

    occasion = models.ForeignKey(Occasion, on_delete=models.CASCADE, related_name="places")
    number = models.PositiveSmallIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["occasion", "number"], name="a_place_is_there_once"),
            models.CheckConstraint(condition=models.Q(number__lt=MOST_PLACES), name="a_meeting_has_so_many_places"),
        ]

    def __str__(self) -> str:
        return f"{self.occasion} {self.number}"


class TakenStep(models.Model):
    """Five minutes of a host's time, and of a room's, that one meeting has. The database keeps two from having them."""

    occasion = models.ForeignKey(Occasion, on_delete=models.CASCADE, related_name="steps")
    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="+")
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+", null=True)
    step = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["host", "step"], name="a_hosts_time_is_taken_once"),
            # Rows without a room are never alike: nulls are not equal, in SQLite and in PostgreSQL.
            models.UniqueConstraint(fields=["room", "step"], name="a_rooms_time_is_taken_once"),
        ]

    def __str__(self) -> str:
        return f"{self.host_id} {self.step}"


class BusyCalendar(models.Model):
    """A calendar of a host's, somewhere else: it says when they are busy, and may be told of their bookings.

    Address and password are locked (`tillit_web.secret`): a published address opens the calendar to whoever has it.
    """

    class Source(models.TextChoices):
        PUBLISHED = "published", _("an address that is published (Outlook, Google)")
        CALDAV = "caldav", _("CalDAV, which takes bookings too (Nextcloud, Radicale, Fastmail)")

    UNREADABLE = "unreadable"  # a reason beside those of outgoing.Reason: it came, and cannot be read

    class Told(models.IntegerChoices):
        NOTHING = 0
        THAT_IT_WILL_END = 1
        THAT_IT_HAS_ENDED = 2

    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="calendars")
    source = models.CharField(_("What it is"), max_length=10, choices=Source.choices, default=Source.PUBLISHED)
    name = models.CharField(max_length=120, blank=True)  # as its server calls it, or the server's own name
    locked_address = models.BinaryField()
    locked_user = models.BinaryField(default=bytes)
    locked_password = models.BinaryField(default=bytes)
    writes = models.BooleanField(_("Bookings are put into it"), default=True)  # CalDAV alone
    fresh_hours = models.PositiveSmallIntegerField(
        _("Hours without an answer until nothing can be booked"),
        default=24,
        validators=[MinValueValidator(1), MaxValueValidator(336)],
        help_text=_("While the calendar is silent its last answer counts for so long. You are told after half of it."),
    )
    tried_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True)  # the last time that it was read whole
    reason = models.CharField(max_length=20, blank=True)  # why not, the last time: an outgoing.Reason, or "unreadable"
    problem = models.JSONField(default=dict)  # of "unreadable": the sentence; of "refused": the status
    digest = models.CharField(max_length=64, blank=True)  # of what was read
    known_until = models.DateTimeField(null=True)
    told = models.PositiveSmallIntegerField(choices=Told.choices, default=Told.NOTHING)

    class Meta:
        ordering: ClassVar = ["host__name", "pk"]

    def __str__(self) -> str:
        return f"{self.host}: {self.name}"

    def is_fresh(self, now: datetime) -> bool:
        """Whether what it said last still counts."""
        return self.heard_at is not None and now - self.heard_at <= timedelta(hours=self.fresh_hours)

    @property
    def warned_from(self) -> datetime | None:
        """From when on its owner is warned: half of the time that it may be silent."""
        return self.heard_at and self.heard_at + timedelta(hours=self.fresh_hours) / 2

    @property
    def closes_at(self) -> datetime | None:
        """When nothing can be booked any more, if it stays silent."""
        return self.heard_at and self.heard_at + timedelta(hours=self.fresh_hours)


class BusySpan(models.Model):
    """A time at which a host is busy by a calendar of theirs: microseconds UTC. What they do then is not kept."""

    calendar = models.ForeignKey(BusyCalendar, on_delete=models.CASCADE, related_name="spans")
    starts = models.BigIntegerField()
    ends = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["calendar", "ends"], name="busy_by_calendar_and_end")]

    def __str__(self) -> str:
        return f"{self.starts} {self.ends}"


class CalendarCopy(models.Model):
    """What a CalDAV calendar was told of a booking. It outlives a booking that is erased until it is taken back."""

    class Seen(models.TextChoices):
        AS_WRITTEN = "", _("as it was written")
        MOVED = "moved", _("moved in the calendar")
        GONE = "gone", _("deleted in the calendar")

    calendar = models.ForeignKey(BusyCalendar, on_delete=models.CASCADE, related_name="copies")
    booking = models.ForeignKey(Booking, on_delete=models.SET_NULL, null=True, related_name="copies")
    uid = models.UUIDField()
    sequence = models.PositiveIntegerField(null=True)  # of the state that it was told last; null: of none yet
    seen = models.CharField(max_length=5, choices=Seen.choices, blank=True)
    reason = models.CharField(max_length=20, blank=True)  # why it could not be told, as of its calendar

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["calendar", "uid"], name="a_calendar_has_a_booking_once")
        ]

    def __str__(self) -> str:
        return f"{self.uid} {self.sequence}"


class OutgoingMail(models.Model):
    """A mail about a booking, or about a calendar that is silent, on its way out.

    It holds no word: what it says is read from what it is about when it goes.
    """

    class What(models.TextChoices):
        STANDING = "standing", _("how it stands")
        LEFT = "left", _("that somebody else meets the customer")
        REMINDER = "reminder", _("that it is tomorrow")
        SILENCE = "silence", _("that a calendar is silent")

    class State(models.TextChoices):
        WAITING = "waiting", _("waits to be sent")
        SENDING = "sending", _("is being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("could not be sent")

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, null=True, related_name="mails")
    calendar = models.ForeignKey(BusyCalendar, on_delete=models.CASCADE, null=True, related_name="mails")
    host = models.ForeignKey(Host, on_delete=models.CASCADE, null=True, related_name="+")  # null: to the customer
    what = models.CharField(max_length=8, choices=What.choices)
    sequence = models.PositiveIntegerField()  # of the booking when it was noted; of a calendar, its `told`
    root = models.CharField(max_length=300, blank=True)  # what the address of the booking's page begins with
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    problem = models.JSONField(null=True)  # a Sentence: why not, the last time
    tries = models.PositiveSmallIntegerField(default=0)
    changed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["state"], name="booking_mail_on_its_way", condition=~models.Q(state="sent")),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(booking__isnull=True) ^ models.Q(calendar__isnull=True),
                name="a_mail_is_about_one_thing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.state} {self.changed_at:%Y-%m-%d %H:%M}"
