"""Calls with what justifies each, calls that are to be made, and what was offered until it is accepted in writing."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tillit.vocabulary import ContactBasis

BASIS_NAMES = (
    (ContactBasis.BOOKING.value, _("the customer booked it")),
    (ContactBasis.REQUEST.value, _("the customer asked for it")),
    (ContactBasis.RELATION.value, _("a documented relation")),
)


class CallTask(models.Model):
    """A call that one of us is to make. The database refuses one without a booking, a request or a relation."""

    class State(models.TextChoices):
        OPEN = "open", _("to be made")
        DONE = "done", _("made")
        DROPPED = "dropped", _("not needed any more")

    booking = models.ForeignKey("booking.Booking", null=True, on_delete=models.CASCADE, related_name="+")
    request = models.ForeignKey("desk.Message", null=True, on_delete=models.CASCADE, related_name="+")
    relation = models.CharField(_("What the relation is"), max_length=300, blank=True)
    relation_on = models.DateField(_("Since, or documented on"), null=True)
    phone = models.CharField(_("Phone number"), max_length=40)
    name = models.CharField(_("Name"), max_length=120, blank=True)
    about = models.CharField(_("What it is about"), max_length=300)
    subject = models.BinaryField(max_length=16, null=True, db_index=True)  # of the number
    due_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    noted_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["due_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(booking__isnull=False, request__isnull=True, relation="", relation_on__isnull=True)
                | Q(booking__isnull=True, request__isnull=False, relation="", relation_on__isnull=True)
                | (Q(booking__isnull=True, request__isnull=True, relation_on__isnull=False) & ~Q(relation="")),
                name="a_call_is_booked_asked_for_or_documented",
            )
        ]

    def __str__(self) -> str:
        return f"{self.about} {self.due_at:%Y-%m-%d %H:%M}"

    @property
    def caller(self) -> bytes | None:
        """Whose number it is."""
        return None if self.subject is None else bytes(self.subject)

    @property
    def basis(self) -> ContactBasis:
        """On what it is made."""
        if self.booking is not None:
            return ContactBasis.BOOKING
        return ContactBasis.REQUEST if self.request is not None else ContactBasis.RELATION


class Call(models.Model):
    """One call, as the telephone system or a colleague tells of it. `basis` is empty for one out that nobody wanted."""

    class Direction(models.TextChoices):
        IN = "in", _("the customer called")
        OUT = "out", _("we called")

    class Outcome(models.TextChoices):
        TALKED = "talked", _("we talked")
        NO_ANSWER = "no_answer", _("nobody answered")
        OFFERED = "offered", _("an offer was made")
        DECLINED = "declined", _("the customer said no")

    source = models.CharField(max_length=40)  # "note", or the write key that told of it
    call_id = models.CharField(max_length=120)  # the source's own
    direction = models.CharField(_("Who called"), max_length=3, choices=Direction.choices)
    started_at = models.DateTimeField(_("When"), db_index=True)
    is_answered = models.BooleanField(_("It was answered"), default=False)
    seconds = models.PositiveIntegerField(null=True)  # None while it lasts
    phone = models.CharField(_("Phone number"), max_length=40, blank=True)
    subject = models.BinaryField(max_length=16, null=True, db_index=True)  # of the number
    basis = models.CharField(max_length=16, blank=True, choices=BASIS_NAMES)
    was_blocked = models.BooleanField(default=False)  # the number was on a list of those who want no calls
    task = models.ForeignKey(CallTask, null=True, on_delete=models.SET_NULL, related_name="calls")
    conversation = models.ForeignKey("desk.Conversation", null=True, on_delete=models.SET_NULL, related_name="+")
    outcome = models.CharField(_("How it ended"), max_length=10, choices=Outcome.choices, blank=True)
    desk_knows = models.BooleanField(default=False)  # of one that nobody answered: whoever rang waits, or was reached
    published_at = models.DateTimeField(null=True)  # when its event was put into the log

    class Meta:
        ordering: ClassVar = ["-started_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "call_id"], name="a_call_is_told_once"),
            models.CheckConstraint(
                condition=Q(basis__in=("", *(value for value, _name in BASIS_NAMES))), name="a_call_has_a_known_basis"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["direction", "started_at"], name="calls_by_direction")]

    def __str__(self) -> str:
        return f"{self.direction} {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def minutes(self) -> int:
        """How long it took, in whole minutes begun."""
        return -(-(self.seconds or 0) // 60)


class Offer(models.Model):
    """What was agreed on a call. It is an offer, and no sale, until the customer has accepted it in writing.

    Whoever declined may still accept; what was accepted stays accepted.
    """

    class Where(models.TextChoices):
        MESSAGE = "message", _("in the conversation")
        LINK = "link", _("behind the signed link")
        OWN_PAGE = "own_page", _("on the customer’s own page")

    call = models.OneToOneField(Call, on_delete=models.CASCADE, related_name="offer")
    conversation = models.ForeignKey("desk.Conversation", on_delete=models.CASCADE, related_name="+")
    text = models.CharField(_("What was offered"), max_length=1000)
    price_minor = models.BigIntegerField(null=True)  # as it was said; None where no price was
    currency = models.CharField(max_length=3, blank=True)
    subject = models.BinaryField(max_length=16, null=True, db_index=True)
    noted_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    # Goes with its conversation only: alone it would leave a sale that nobody accepted.
    message = models.ForeignKey("desk.Message", null=True, on_delete=models.RESTRICT, related_name="+")
    accepted_as = models.CharField(_("Your name"), max_length=120, blank=True)  # typed by whoever accepts
    declined_at = models.DateTimeField(null=True)
    answered_where = models.CharField(max_length=8, choices=Where.choices, blank=True)  # of the last answer

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, message__isnull=True, accepted_as="")
                | Q(accepted_at__isnull=False, message__isnull=False)
                | (Q(accepted_at__isnull=False) & ~Q(accepted_as="")),
                name="sold_only_when_accepted_in_writing",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, declined_at__isnull=True, answered_where="")
                | (Q(answered_where__in=("message", "link", "own_page")) & ~Q(accepted_at=None, declined_at=None)),
                name="an_answer_was_given_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(price_minor__isnull=True, currency="") | (Q(price_minor__gte=0) & ~Q(currency="")),
                name="a_price_has_its_currency",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def state(self) -> str:
        """ "accepted", "declined" or "offered"."""
        if self.accepted_at is not None:
            return "accepted"
        return "offered" if self.declined_at is None else "declined"

    @property
    def answered_at(self) -> datetime | None:
        """When the answer that holds was given."""
        return self.accepted_at or self.declined_at
