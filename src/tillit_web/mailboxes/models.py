"""Shared mailboxes, which mails were taken, what could not be, and what is to go out."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import msgspec
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tillit_web.languages import LANGUAGES
from tillit_web.secret import lock_text, unlock_text


class Secrets(msgspec.Struct, frozen=True):
    """What opens a mailbox at its server; kept locked, and never shown again."""

    password: str = ""
    client_secret: str = ""
    refresh_token: str = ""
    access_token: str = ""
    access_ends_at: int = 0  # seconds since 1970


class Mailbox(models.Model):
    """An address of the company's, never of one employee."""

    class SignIn(models.TextChoices):
        PASSWORD = "password", _("a password")
        XOAUTH2 = "xoauth2", _("a token (XOAUTH2: Microsoft 365, Google)")

    address = models.EmailField(_("Address"), unique=True)
    name = models.CharField(_("Name beside it"), max_length=80, blank=True)
    language = models.CharField(_("Language of those who write"), max_length=2, choices=LANGUAGES)
    is_active = models.BooleanField(default=True)
    imap_host = models.CharField(_("IMAP server"), max_length=200, blank=True)
    imap_port = models.PositiveIntegerField(_("IMAP port"), default=993)
    folder = models.CharField(_("Folder"), max_length=100, default="INBOX")
    smtp_host = models.CharField(_("SMTP server"), max_length=200, blank=True)
    smtp_port = models.PositiveIntegerField(_("SMTP port"), default=587)
    user = models.CharField(_("User name"), max_length=200, blank=True)
    sign_in = models.CharField(_("Signs in with"), max_length=8, choices=SignIn.choices, default=SignIn.PASSWORD)
    token_address = models.CharField(_("Token address"), max_length=400, blank=True)
    client_id = models.CharField(_("Client id"), max_length=200, blank=True)
    scope = models.CharField(_("Scope"), max_length=400, blank=True)
    has_tags = models.BooleanField(_("The server takes addresses with a + in them"), default=False)
    locked = models.BinaryField(default=b"")
    uid_validity = models.BigIntegerField(null=True)  # of the folder; with another one its numbers mean other mails
    last_uid = models.BigIntegerField(default=0)
    looked_at = models.DateTimeField(null=True)
    problem = models.JSONField(null=True)  # a Sentence, from the last look
    made_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True)  # its conversations stay; what opened it is gone

    class Meta:
        ordering: ClassVar = ["address"]

    def __str__(self) -> str:
        return self.address

    def save(self, *args: object, **kwargs: object) -> None:
        self.address = self.address.strip().lower()
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def secrets(self) -> Secrets:
        """What was locked.

        Raises:
            KeyMissing: It was locked with another data directory's key.
        """
        if not self.locked:
            return Secrets()
        text = unlock_text(Path(settings.DATA_DIRECTORY), bytes(self.locked), purpose=self._purpose)
        return msgspec.json.decode(text, type=Secrets)

    @secrets.setter
    def secrets(self, secrets: Secrets) -> None:
        text = msgspec.json.encode(secrets).decode()
        self.locked = lock_text(Path(settings.DATA_DIRECTORY), text, purpose=self._purpose)

    @property
    def _purpose(self) -> str:
        return f"mailbox {self.address.strip().lower()}"


class TakenMail(models.Model):
    """That a mail was taken, so that it is taken once, by whichever way it comes. Nothing of whom it is from."""

    once = models.BinaryField(max_length=16, unique=True)  # keyed; stays when the conversation is erased
    mailbox = models.ForeignKey(Mailbox, null=True, on_delete=models.SET_NULL, related_name="+")
    conversation = models.ForeignKey("desk.Conversation", null=True, on_delete=models.SET_NULL, related_name="+")
    taken_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.taken_at:%Y-%m-%d %H:%M}"


class HeldMail(models.Model):
    """A mail that became no conversation, as it came: a person reads why, takes it in after all, or throws it away."""

    class Code(models.TextChoices):
        UNREADABLE = "unreadable", _("cannot be read")
        TOO_LARGE = "too_large", _("too large")
        TOO_MANY_PARTS = "too_many_parts", _("nested too deeply")
        LOOP = "loop", _("goes in circles")
        SENDER_UNCLEAR = "sender_unclear", _("nobody knows who wrote it")
        AUTOMATIC = "automatic", _("written by a program")
        BULK = "bulk", _("a newsletter or a list")
        BOUNCE = "bounce", _("something came back")
        TOO_MANY = "too_many", _("more than people write")
        BROKEN = "broken", _("we failed at it")

    digest = models.BinaryField(max_length=16, unique=True)
    mailbox = models.ForeignKey(Mailbox, null=True, on_delete=models.SET_NULL, related_name="+")
    code = models.CharField(max_length=16, choices=Code.choices)
    reason = models.JSONField(null=True)  # a Sentence
    sender = models.CharField(max_length=254, blank=True)
    title = models.CharField(max_length=200, blank=True)
    subject = models.BinaryField(max_length=16, null=True, db_index=True)  # of the sender, for erasure alone
    raw = models.BinaryField()
    received_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.code} {self.received_at:%Y-%m-%d %H:%M}"


class MailThread(models.Model):
    """How a conversation goes on by mail."""

    conversation = models.OneToOneField("desk.Conversation", on_delete=models.CASCADE, related_name="+")
    mailbox = models.ForeignKey(Mailbox, on_delete=models.PROTECT, related_name="threads")
    address = models.EmailField()  # the customer's, where answers go
    title = models.CharField(max_length=200, blank=True)
    last_id = models.CharField(max_length=250, blank=True)  # Message-ID of the customer's latest mail
    # It named another conversation's thread and came from somebody else: shown, and kept apart.
    came_with_another = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.title


class SentMail(models.Model):
    """One message of ours on its way out as mail."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits to be sent")
        SENDING = "sending", _("is being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("could not be sent")
        UNCERTAIN = "uncertain", _("nobody knows whether it went")
        RETURNED = "returned", _("came back")

    message = models.OneToOneField("desk.Message", on_delete=models.CASCADE, related_name="+")
    thread = models.ForeignKey(MailThread, on_delete=models.CASCADE, related_name="sent")
    mail_id = models.CharField(max_length=250, unique=True)  # its Message-ID
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    problem = models.JSONField(null=True)  # a Sentence
    tries = models.PositiveSmallIntegerField(default=0)
    changed_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["state"], name="mail_on_its_way", condition=~Q(state="sent")),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.changed_at:%Y-%m-%d %H:%M}"
