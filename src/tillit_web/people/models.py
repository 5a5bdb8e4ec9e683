"""Tables of people: members of the team, the company, one-time links, contact details."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from tillit.vocabulary import Role
from tillit_web.languages import LANGUAGES

ROLE_NAMES = (
    (Role.OWNER.value, _("Owner")),
    (Role.ANALYST.value, _("Analyst")),
    (Role.SPECIALIST.value, _("Specialist")),
)


class UserManager(BaseUserManager["User"]):
    """Members are made by actions.py; the manager only finds them."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A member of the team. The e-mail is the name to sign in by, in lower case."""

    email = models.EmailField(_("E-mail"), unique=True)
    role = models.CharField(max_length=16, choices=ROLE_NAMES, default=Role.SPECIALIST.value)
    language = models.CharField(max_length=2, choices=LANGUAGES, default="en")
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    def __str__(self) -> str:
        return self.email

    def save(self, *args: object, **kwargs: object) -> None:
        self.email = self.email.strip().lower()
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class Company(models.Model):
    """The one company of this installation: a single row with id 1."""

    name = models.CharField(_("Company"), max_length=120)
    timezone = models.CharField(_("Time zone"), max_length=64, default="Europe/Stockholm")
    language = models.CharField(_("Language"), max_length=2, choices=LANGUAGES, default="sv")
    currency = models.CharField(_("Currency"), max_length=3, default="SEK")
    goal_activity = models.CharField(max_length=120, default="order_completed")
    lapse_days = models.PositiveIntegerField(default=30)
    week_start = models.PositiveSmallIntegerField(default=1)  # ISO: 1 = Monday, 7 = Sunday
    is_simulated = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="one_company")]

    def __str__(self) -> str:
        return self.name


class OneTimeLink(models.Model):
    """A link that works once: to make the owner's account, to join the team, or to choose a new password.

    Only the digest of its token is kept. It opens while `used_at` is empty and `expires_at` lies ahead.
    """

    class Kind(models.TextChoices):
        FIRST_OWNER = "first_owner"
        INVITATION = "invitation"
        NEW_PASSWORD = "new_password"  # noqa: S105 - a kind of link

    token_digest = models.BinaryField(unique=True, max_length=32)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    role = models.CharField(max_length=16, choices=ROLE_NAMES)
    member = models.ForeignKey("people.User", null=True, on_delete=models.CASCADE, related_name="+")
    made_by = models.ForeignKey("people.User", null=True, on_delete=models.SET_NULL, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.kind} until {self.expires_at:%Y-%m-%d}"

    def is_open(self, now: datetime) -> bool:
        """Whether the link still works at `now`."""
        return self.used_at is None and self.expires_at > now


class Contact(models.Model):
    """A customer's clear e-mail, phone or name: the only place where one stands. Read through queries.contacts_of."""

    subject = models.BinaryField(max_length=16)
    kind = models.CharField(max_length=16)
    value = models.CharField(max_length=400)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["subject", "kind", "value"], name="one_contact")]

    def __str__(self) -> str:
        return f"{self.kind} of {bytes(self.subject).hex()}"


class ContactOpening(models.Model):
    """That a member opened contact details: who, when, whose, why. Written before the details are shown."""

    member = models.ForeignKey("people.User", null=True, on_delete=models.SET_NULL, related_name="+")
    subject = models.BinaryField(max_length=16)
    reason = models.CharField(max_length=200)
    opened_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.opened_at:%Y-%m-%d %H:%M} {self.reason}"
