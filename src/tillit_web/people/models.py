"""Tables of people: the team, the company, one-time links, contact details and what is on record about them."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from tillit.vocabulary import MeasurementMode, Purpose, Role
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
    called = models.CharField(max_length=60, blank=True)  # by customers, as they chose; "" is "one of us"
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
    measurement_mode = models.CharField(max_length=16, default=MeasurementMode.WITH_CONSENT.value)
    country = models.CharField(max_length=2, default="SE")  # whose rules the settings page shows

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


class AccessRecord(models.Model):
    """That somebody opened a person's page, contact details, a search or an export. Written before anything is shown.

    One row for each subject that it was about, or a single one without subject where a search found nobody and where
    everybody's data were taken out.
    """

    class What(models.TextChoices):
        PAGE = "page", _("Opened the page")
        CONTACTS = "contacts", _("Opened contact details")
        BRIEFING = "briefing", _("Opened the briefing")
        SEARCH = "search", _("Searched")
        EXPORT = "export", _("Took out contact details")
        CODE = "code", _("Handed out a code")
        OWN_PAGE = "own_page", _("The customer opened their own page")
        DOWNLOAD = "download", _("The customer took their own data")
        # By commands, at the server.
        EVERYTHING = "everything", _("Took out every event as it is")
        EVENTS = "events", _("Took out events, told by the month")
        DECISIONS = "decisions", _("Took out the log of decisions")
        FORGET = "forget", _("Looked up whom to erase")

    member = models.ForeignKey("people.User", null=True, on_delete=models.SET_NULL, related_name="+")
    at_server = models.CharField(max_length=120, default="")  # who typed a command there; "" for what pages opened
    what = models.CharField(max_length=16, choices=What.choices, default=What.CONTACTS)
    purpose = models.CharField(max_length=24, default=Purpose.SERVICE.value)  # "" where no gate was passed
    basis = models.CharField(max_length=16, default="")  # a ContactBasis, where contact details were opened
    subject = models.BinaryField(max_length=16, null=True)
    reason = models.CharField(max_length=200)
    opened_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["subject"], name="access_of_subject")]

    def __str__(self) -> str:
        return f"{self.opened_at:%Y-%m-%d %H:%M} {self.what}"


class Block(models.Model):
    """A number or address that is not to be contacted; only its hash is kept."""

    class Source(models.TextChoices):
        OWN = "own", _("our own list")
        CUSTOMER = "customer", _("the customer said so")
        NIX = "nix", "NIX-Telefon"
        RESERVATION = "reservation", "Reservasjonsregisteret"
        ROBINSON = "robinson", "Robinsonlisten"

    subject = models.BinaryField(max_length=16)
    source = models.CharField(max_length=16, choices=Source.choices)
    blocked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["subject", "source"], name="one_block")]

    def __str__(self) -> str:
        return f"{self.source} of {bytes(self.subject).hex()}"


class ContactReason(models.Model):
    """A documented reason to contact somebody: a booking, a request, a relation. Without one nothing is exported."""

    subject = models.BinaryField(max_length=16)
    basis = models.CharField(max_length=16)
    evidence = models.CharField(max_length=200)  # what shows it: a booking's number, a ticket, an order
    noted_at = models.DateTimeField(auto_now_add=True)
    ends_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.basis} until {self.ends_at:%Y-%m-%d}"


class BlockedAttempt(models.Model):
    """That contact details were asked for and held back: how many, and why."""

    member = models.ForeignKey("people.User", null=True, on_delete=models.SET_NULL, related_name="+")
    refusal = models.CharField(max_length=24)
    details = models.PositiveIntegerField()
    tried_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.details} {self.refusal}"


class ConsentWording(models.Model):
    """What customers are asked, word for word. A change is a new version; an old one stays, since answers name it."""

    purpose = models.CharField(max_length=24)
    language = models.CharField(max_length=2, choices=LANGUAGES)
    version = models.PositiveIntegerField()
    text = models.TextField(max_length=1000)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["purpose", "language", "version"], name="one_wording_a_version")
        ]

    def __str__(self) -> str:
        return f"{self.purpose}/{self.language}/{self.version}"


class Correction(models.Model):
    """What a customer says is wrong about them; the team answers by mending it."""

    subject = models.BinaryField(max_length=16)
    text = models.TextField(max_length=2000)
    asked_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"asked {self.asked_at:%Y-%m-%d}"
