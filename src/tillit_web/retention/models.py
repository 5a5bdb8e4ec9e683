"""Tables of retention: what the owner changed, and what went when."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models


class KeptFor(models.Model):
    """How long a class is kept, where the owner chose another length than the default.

    A shorter one waits: until `waiting_until` the old one holds, and it can be taken back.
    """

    data_class = models.CharField(max_length=24, primary_key=True)  # events.retention.DataClass
    days = models.PositiveIntegerField()
    waiting_days = models.PositiveIntegerField(null=True)
    waiting_until = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(auto_now=True)
    changed_by = models.ForeignKey("people.User", null=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return f"{self.data_class}: {self.days} days"

    def days_at(self, now: datetime) -> int:
        """How many days hold at a moment."""
        if self.waiting_days is not None and self.waiting_until is not None and self.waiting_until <= now:
            return self.waiting_days
        return self.days


class Run(models.Model):
    """One look at everything: when, and how many rows went, by class; without a word about whom."""

    began_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)  # empty where it was killed; the next one completes it
    removed = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["-began_at", "-id"]

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d}"
