"""Tables of collection: the write keys. What arrives is in `events.sqlite`, not here."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class WriteKey(models.Model):
    """A key that lets somebody send events. It is shown once and kept as a digest."""

    class Kind(models.TextChoices):
        BROWSER = "browser", _("Web pages")  # anybody can read it in the page: it may not speak of known customers
        SERVER = "server", _("Servers and tills")

    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    key_digest = models.BinaryField(max_length=32, unique=True)
    beginning = models.CharField(max_length=12)  # of the key, for telling keys apart
    origins = models.JSONField(default=list)  # of a browser's key: scheme, host and port, each a text
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey("people.User", null=True, on_delete=models.SET_NULL, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["made_at", "id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.beginning}…)"


class SeenSignature(models.Model):
    """A signed call that came, for as long as its signature would let it in again."""

    digest = models.BinaryField(max_length=32, unique=True)
    received_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.received_at:%Y-%m-%d %H:%M:%S}"
