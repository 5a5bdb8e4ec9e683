"""What was judged, and what a person has switched on."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tillit.readiness.recipe import Want

WANTS = [(want.value, want.value) for want in Want]


class Judged(models.Model):
    """A backtest as it was found on one build; the newest of a want and horizon holds, older ones stay as a record."""

    want = models.CharField(max_length=20, choices=WANTS)
    horizon_days = models.PositiveSmallIntegerField()
    judged_at = models.DateTimeField()
    build = models.CharField(max_length=200)
    found = models.JSONField()  # tillit.readiness.backtest.Backtest
    refusal = models.JSONField(null=True)  # a Sentence

    class Meta:
        ordering: ClassVar = ["-judged_at", "-id"]
        indexes: ClassVar = [models.Index(fields=["want", "horizon_days", "-judged_at"], name="newest_judged")]

    def __str__(self) -> str:
        return f"{self.want} within {self.horizon_days} days, judged {self.judged_at:%Y-%m-%d}"


class Switched(models.Model):
    """Somebody switched a want on within a horizon, or off; the newest row of a want holds."""

    want = models.CharField(max_length=20, choices=WANTS)
    horizon_days = models.PositiveSmallIntegerField()
    is_on = models.BooleanField()
    at = models.DateTimeField()
    by = models.ForeignKey("people.User", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering: ClassVar = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.want} within {self.horizon_days} days, {'on' if self.is_on else 'off'}"
