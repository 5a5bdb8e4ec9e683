"""What a team believed before it looked: its own picture of its customers' way."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tillit.vocabulary import Stage


class OwnWay(models.Model):
    """One picture, kept as it was written; the newest is the one in use."""

    written_at = models.DateTimeField()
    written_by = models.ForeignKey("people.User", null=True, on_delete=models.SET_NULL, related_name="+")
    before_data = models.BooleanField()  # no event had been imported when it was written

    class Meta:
        ordering: ClassVar = ["-written_at", "-id"]

    def __str__(self) -> str:
        return f"our customers' way of {self.written_at:%Y-%m-%d}"


class OwnStage(models.Model):
    """One stage of such a picture: what the team calls it, what the customer asks there, how many come so far."""

    way = models.ForeignKey(OwnWay, on_delete=models.CASCADE, related_name="stages")
    place = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=16, choices=[(stage.value, stage.value) for stage in Stage])
    name = models.CharField(max_length=60)
    question = models.CharField(max_length=160, blank=True)
    of_ten = models.PositiveSmallIntegerField(null=True)  # of ten customers who begin; None = no expectation

    class Meta:
        ordering: ClassVar = ["place"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["way", "stage"], name="one_line_a_stage")]

    def __str__(self) -> str:
        return self.name


class NaturalEnd(models.Model):
    """An activity at which customers' ways end for a good reason, as the team says: no friction is named there."""

    activity = models.CharField(max_length=120, unique=True)
    declared_at = models.DateTimeField()
    declared_by = models.ForeignKey("people.User", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering: ClassVar = ["activity"]

    def __str__(self) -> str:
        return self.activity


class ServiceHours(models.Model):
    """When the company is open, in the form of `tillit.journeys.opening`. Without this row the defaults hold."""

    week = models.CharField(max_length=400, blank=True)
    holidays = models.CharField(max_length=2, blank=True)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="one_week")]

    def __str__(self) -> str:
        return self.week


class ServicePromise(models.Model):
    """What the company promises to those who ask. A removed one is kept, so that it can be put back."""

    ask = models.CharField(max_length=120)
    answers = models.JSONField()
    within_hours = models.FloatField()
    clock = models.CharField(max_length=16)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.ask


class TeamGoal(models.Model):
    """What a team, or all of the company, wants to reach together: one sentence, for a quarter or longer."""

    words = models.CharField(max_length=200)
    whose = models.CharField(max_length=200)  # "company", "function:sales", "place:Malmö"; never a person
    from_on = models.DateField()
    to_on = models.DateField()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey("people.User", null=True, on_delete=models.SET_NULL, related_name="+")
    talked_at = models.DateTimeField(null=True)  # when the team last said that it had talked about it
    ended_at = models.DateTimeField(null=True)  # taken down before its time

    class Meta:
        ordering: ClassVar = ["to_on", "id"]

    def __str__(self) -> str:
        return self.words
