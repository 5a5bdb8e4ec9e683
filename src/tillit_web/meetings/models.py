"""Tables of meetings: what was last counted from the log of decisions. The log itself is decisions.sqlite."""

from __future__ import annotations

from django.db import models


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
