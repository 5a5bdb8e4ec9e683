"""Table of the customer's own page: the codes that open it."""

from __future__ import annotations

import uuid

from django.db import models


class PageCode(models.Model):
    """Somebody asked for a code, or an owner handed one out. The code itself is kept nowhere: see sending.code_of.

    A code that was asked for opens the page in the browser that asked and in no other.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.BinaryField(max_length=16, db_index=True)  # of what was typed, known to us or not
    address = models.CharField(max_length=320, default="")  # where it is sent; emptied when it was, or could not be
    made_by = models.ForeignKey("people.User", null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"until {self.expires_at:%Y-%m-%d %H:%M}"
