"""Tables of the warehouse: imports and what we understood of them, and mappings kept for next time."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Import(models.Model):
    """One file on its way into the log, or there. Its id is also the log's name for it."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Being read")
        UNDERSTOOD = "understood", _("Waiting for you")
        RUNNING = "running", _("Being imported")
        DONE = "done", _("Imported")
        FAILED = "failed", _("Not imported")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")
        DISCARDED = "discarded", _("Discarded")

    # Every change of state there is. A job that is run again finds its state and goes on.
    TRANSITIONS: ClassVar[dict[State, frozenset[State]]] = {
        State.UPLOADED: frozenset({State.UNDERSTOOD, State.FAILED}),
        State.UNDERSTOOD: frozenset({State.RUNNING, State.DISCARDED}),
        State.RUNNING: frozenset({State.DONE, State.FAILED}),
        State.DONE: frozenset({State.UNDOING}),
        State.FAILED: frozenset({State.UPLOADED, State.DISCARDED}),
        State.UNDOING: frozenset({State.UNDONE, State.DONE}),
        State.UNDONE: frozenset(),
        State.DISCARDED: frozenset(),  # and its row goes with it
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file_name = models.CharField(max_length=255)
    file_bytes = models.BigIntegerField()
    state = models.CharField(max_length=16, choices=State.choices, default=State.UPLOADED)
    by = models.ForeignKey("people.User", null=True, on_delete=models.SET_NULL, related_name="+")
    arrived_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    mapping = models.TextField(default="")  # TOML; what the import was, or will be, read by
    understood = models.JSONField(default=dict)  # see understanding.Understanding
    receipt = models.JSONField(default=dict)  # see receipts.Receipt
    done_bytes = models.BigIntegerField(default=0)
    rows_read = models.BigIntegerField(default=0)
    problem = models.JSONField(default=dict)  # why it failed: a Sentence, or {}
    job = models.CharField(max_length=64, default="")  # the last job that was queued for it

    class Meta:
        ordering: ClassVar = ["-arrived_at"]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.state})"

    @property
    def is_moving(self) -> bool:
        """Whether the worker has it now, so that a page should look again."""
        return self.state in {self.State.UPLOADED, self.State.RUNNING, self.State.UNDOING}


class KeptMapping(models.Model):
    """A mapping that a member corrected and kept: files with the same headers are read by it."""

    name = models.CharField(max_length=120, unique=True)
    headers = models.JSONField()  # the columns it was made for, in their order
    mapping = models.TextField()
    kept_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.name
