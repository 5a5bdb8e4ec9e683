"""Tables of meetings: who can meet customers when, what customers said they need, and what the log said.

The log of decisions itself is decisions.sqlite.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Reading(models.Model):
    """What the whole log said when it was last read: a single row with id 1, made again at any time.

    `content` is a Standing as JSON; `position` is that of the log, `policy` the version in force.
    """

    position = models.BigIntegerField()
    policy = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    seconds = models.FloatField()
    content = models.JSONField()

    def __str__(self) -> str:
        return f"at {self.position}"


class Return(models.Model):
    """That customers fared worse since a policy, so the one before it is followed again: what was seen, and when.

    `since` and `before` count customers of the decisions that the change touched; `happened` is the signal.
    """

    from_version = models.PositiveIntegerField(unique=True)
    to_version = models.PositiveIntegerField()
    new_version = models.PositiveIntegerField()  # the copy of `to_version` that is followed
    at = models.DateTimeField()
    signal = models.CharField(max_length=32)
    before_happened = models.PositiveIntegerField()
    before_of = models.PositiveIntegerField()
    since_happened = models.PositiveIntegerField()
    since_of = models.PositiveIntegerField()
    seen_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-at"]

    def __str__(self) -> str:
        return f"{self.from_version} to {self.to_version}"


class Skill(models.Model):
    """What people can help with, and what is expected to come to them until it is measured."""

    name = models.CharField(max_length=31, unique=True)
    arrivals_per_hour = models.FloatField(default=4.0)
    minutes = models.FloatField(default=10.0)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Shift(models.Model):
    """So many people with a skill in these hours of the week; never who they are."""

    skill = models.ForeignKey("meetings.Skill", on_delete=models.CASCADE, related_name="shifts")
    people = models.PositiveSmallIntegerField()
    hours = models.CharField(max_length=200)  # as OpeningHours reads them

    class Meta:
        ordering: ClassVar = ["skill__name", "id"]

    def __str__(self) -> str:
        return f"{self.people} {self.skill_id} {self.hours}"


class Need(models.Model):
    """That a customer needs a person, said by themselves or noted by staff at their wish. It ends by itself."""

    class Kind(models.TextChoices):
        PERSON = "person", _("a person, not a machine")
        CALL = "call", _("by phone, not in writing")
        TIME = "time", _("more time and no hurry")

    class SaidTo(models.TextChoices):
        OWN_PAGE = "own_page", _("yourself, on this page")
        STAFF = "staff", _("one of us, since you told us")

    subject = models.BinaryField(max_length=16)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    said_to = models.CharField(max_length=16, choices=SaidTo.choices)
    noted_at = models.DateTimeField(auto_now_add=True)
    ends_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["subject", "kind"], name="one_need_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.kind} until {self.ends_at:%Y-%m-%d}"
