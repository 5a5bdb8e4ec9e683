"""Conversations: who owns each, what was said, what went with it when it changed hands, and what was agreed."""

from __future__ import annotations

import uuid
from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tillit.desk.handoff import Agreed, Author, Packet, Reason
from tillit.desk.owner import Owner, Ownership
from tillit.desk.routing import Level
from tillit.meetings.actions import ANYONE
from tillit.vocabulary import Errand
from tillit_web.languages import LANGUAGES

LONGEST_TEXT = 4_000  # of what one of us or a customer writes at once
LONGEST_ANSWER = 12_000  # as in the library
CAPACITY = 3  # conversations at once, until a colleague says otherwise


class Conversation(models.Model):
    """One conversation. The database refuses one without an owner, and one with two."""

    class Channel(models.TextChoices):
        CHAT = "chat", _("chat")
        MAIL = "mail", _("e-mail")
        PHONE = "phone", _("phone")

    class Owned(models.TextChoices):
        MACHINE = Owner.MACHINE.value, _("a machine")
        DESK = Owner.DESK.value, _("waits for one of us")
        PERSON = Owner.PERSON.value, _("a person")
        CLOSED = Owner.CLOSED.value, _("closed")

    class Outcome(models.TextChoices):
        SOLVED = "solved", _("solved")
        PROMISED = "promised", _("something was promised")
        UNSOLVED = "unsolved", _("not solved")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    token_digest = models.BinaryField(max_length=32, unique=True)  # of what opens the customer's page
    channel = models.CharField(max_length=5, choices=Channel.choices, default=Channel.CHAT)
    language = models.CharField(max_length=2, choices=LANGUAGES)
    topic = models.CharField(max_length=60, blank=True)
    errand = models.CharField(max_length=16, default=Errand.LOOK_UP.value)
    skill = models.CharField(max_length=31, default=ANYONE)  # who it waits for; never a name
    subject = models.BinaryField(max_length=16, null=True, db_index=True)  # of the e-mail or phone they gave
    name = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    is_verified = models.BooleanField(default=False)  # they have shown that the address is theirs
    # A yes to our staff seeing what they have read, until they have shown who they are: then it is a consent.
    reading_wording = models.CharField(max_length=16, blank=True)  # the version of the words it was said to
    reading_said_at = models.DateTimeField(null=True)
    owner = models.CharField(max_length=7, choices=Owned.choices, default=Owned.MACHINE)
    handler = models.ForeignKey("people.User", null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=16, blank=True)  # a Reason, from the first handover on
    waits_since = models.DateTimeField(null=True)  # the customer's first word that none of us has answered
    promised_at = models.DateTimeField(null=True)  # by when one of us answers it
    escalated_at = models.DateTimeField(null=True)  # nobody had, by then
    routed = models.CharField(max_length=16, blank=True)  # a Why, while it is with whom routing gave it to
    decision = models.CharField(max_length=32, blank=True)  # the last one, in the log of decisions
    rang_count = models.PositiveSmallIntegerField(default=0)  # times they rang in vain; 0 for what began otherwise
    rang_at = models.DateTimeField(null=True)  # the last time
    wants_same_person = models.BooleanField(default=False)
    network = models.CharField(max_length=64, blank=True)  # where it was opened from; emptied within the hour
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField(db_index=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(owner__in=[one.value for one in Owner]), name="a_conversation_has_an_owner"
            ),
            models.CheckConstraint(
                condition=Q(owner="person", handler__isnull=False) | (~Q(owner="person") & Q(handler__isnull=True)),
                name="a_person_has_it_or_nobody",
            ),
            models.CheckConstraint(
                condition=~Q(owner="desk") | (Q(promised_at__isnull=False) & ~Q(reason="")),
                name="who_waits_was_promised",
            ),
            models.CheckConstraint(
                condition=Q(owner="closed", closed_at__isnull=False, outcome__isnull=False)
                | (~Q(owner="closed") & Q(closed_at__isnull=True, outcome__isnull=True)),
                name="closed_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=Q(promised_at__isnull=True, waits_since__isnull=True)
                | Q(promised_at__isnull=False, waits_since__isnull=False, waits_since__lte=F("promised_at")),
                name="a_promise_is_to_somebody_who_waits",
            ),
            models.CheckConstraint(
                condition=Q(rang_count=0, rang_at__isnull=True) | Q(rang_count__gt=0, rang_at__isnull=False),
                name="who_rang_rang_at_some_time",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["owner", "promised_at"], name="conversations_in_line")]

    def __str__(self) -> str:
        return f"{self.public_id} {self.owner}"

    @property
    def ownership(self) -> Ownership:
        """As the core knows it."""
        return Ownership(Owner(self.owner), self.handler_id)


class Message(models.Model):
    """One message, in the order of its number. Written once, however often it is sent."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    written_at = models.DateTimeField()
    author = models.CharField(max_length=8, choices=[(one.value, one.value) for one in Author])
    handler = models.ForeignKey("people.User", null=True, on_delete=models.SET_NULL, related_name="+")
    said_as = models.CharField(max_length=60, blank=True)  # what the customer may call whoever of us wrote it
    text = models.TextField(max_length=LONGEST_ANSWER)
    answer = models.ForeignKey("answers.LibraryAnswer", null=True, on_delete=models.SET_NULL, related_name="+")
    client_id = models.CharField(max_length=64)  # the sender's own, so that what is sent twice is there once

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conversation", "client_id"], name="a_message_is_written_once"),
            models.CheckConstraint(
                condition=Q(author__in=("person", "note")) | Q(handler__isnull=True), name="who_wrote_it_is_one_of_us"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.author} {self.written_at:%Y-%m-%d %H:%M}"


class Handoff(models.Model):
    """That a conversation changed hands, and what went with it."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="handoffs")
    at = models.DateTimeField()
    reason = models.CharField(max_length=16, choices=[(one.value, one.value) for one in Reason])
    goal = models.CharField(max_length=500)
    tried = models.JSONField(default=list)
    said = models.JSONField(default=list)
    version = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.reason} {self.at:%Y-%m-%d %H:%M}"

    @property
    def packet(self) -> Packet:
        """As the core knows it.

        Raises:
            QueryError: The row was changed by somebody who does not know its form.
        """
        kept = {name: getattr(self, name) for name in ("reason", "goal", "tried", "said", "version")}
        return Packet.from_json(kept)


class Agreement(models.Model):
    """What one of us agreed with the customer: the machine says the same when it has the word again."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="agreements")
    at = models.DateTimeField()
    handler = models.ForeignKey("people.User", null=True, on_delete=models.SET_NULL, related_name="+")
    text = models.CharField(max_length=500)
    until = models.DateField(null=True)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.text

    def holds(self, today: date) -> bool:
        """Whether the machine may still say so."""
        return Agreed(self.text, self.until).holds(today)


class Milestone(models.Model):
    """Something that happened, on its way to the log of events; written with what it tells of, sent a moment later."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="milestones")
    activity = models.CharField(max_length=32)
    at = models.DateTimeField()
    properties = models.JSONField(default=dict)
    published_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.activity} {self.at:%Y-%m-%d %H:%M}"


class Colleague(models.Model):
    """A member of the team who meets customers at the desk, as they said themselves. It counts nothing they did."""

    member = models.OneToOneField("people.User", on_delete=models.CASCADE, related_name="+")
    expert = models.OneToOneField("answers.Expert", null=True, on_delete=models.SET_NULL, related_name="+")
    capacity = models.PositiveSmallIntegerField(default=CAPACITY)
    here_until = models.DateTimeField(null=True)
    owed = models.FloatField(default=0.0)  # cases by turn, docs/methods/routing.md

    class Meta:
        ordering: ClassVar = ["member__email"]

    def __str__(self) -> str:
        return str(self.member)


class ColleagueSkill(models.Model):
    """That a colleague knows a topic in a language; or, where it was suggested to them, that they do not."""

    class Knows(models.IntegerChoices):
        ANSWERS = Level.ANSWERS.value, _("can answer")
        DOES = Level.DOES.value, _("does the work")

    colleague = models.ForeignKey(Colleague, on_delete=models.CASCADE, related_name="skills")
    topic = models.CharField(max_length=60)  # as `topic_of` writes it
    language = models.CharField(max_length=2, choices=LANGUAGES)
    level = models.PositiveSmallIntegerField(choices=Knows.choices, default=Knows.ANSWERS)
    is_theirs = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["topic", "language"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["colleague", "topic", "language"], name="one_skill_of_a_colleague")
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.language}"


class Shown(models.Model):
    """What of a customer is shown to whoever meets them: for one conversation, or for one booking."""

    conversation = models.OneToOneField(Conversation, null=True, on_delete=models.CASCADE, related_name="shown")
    booking = models.OneToOneField("booking.Booking", null=True, on_delete=models.CASCADE, related_name="+")
    is_verified = models.BooleanField(default=False)  # of a booking: it was made by whose address it has
    seen_at = models.DateTimeField(null=True)  # the customer has seen the page with what they read

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(conversation__isnull=False, booking__isnull=True)
                | Q(conversation__isnull=True, booking__isnull=False),
                name="shown_for_one_meeting",
            )
        ]

    def __str__(self) -> str:
        return str(self.conversation or self.booking)


class StruckMark(models.Model):
    """Something that a customer struck from what we are shown, as a digest: it never comes back."""

    shown = models.ForeignKey(Shown, on_delete=models.CASCADE, related_name="struck")
    subject = models.BinaryField(max_length=16, null=True, db_index=True)  # of a customer who has shown who they are
    mark = models.CharField(max_length=32)
    noted_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["shown", "mark"], name="struck_once")]

    def __str__(self) -> str:
        return self.mark
