"""What others may read about people."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tillit.vocabulary import MeasurementMode, Role
from tillit_web.people.choices import Choice as Choice
from tillit_web.people.choices import choices_of as choices_of
from tillit_web.people.consents import agreed as agreed
from tillit_web.people.consents import being_erased as being_erased
from tillit_web.people.consents import consents_of as consents_of
from tillit_web.people.consents import permission as permission
from tillit_web.people.consents import permission_for_offers as permission_for_offers
from tillit_web.people.consents import refused_measurement as refused_measurement
from tillit_web.people.consents import standing_of as standing_of
from tillit_web.people.contacts import ContactDetail as ContactDetail
from tillit_web.people.contacts import blocks_of as blocks_of
from tillit_web.people.contacts import contacts_of as contacts_of
from tillit_web.people.contacts import export_contacts as export_contacts
from tillit_web.people.models import ROLE_NAMES, Company, OneTimeLink, User
from tillit_web.people.records import accesses_of as accesses_of
from tillit_web.people.records import recent_accesses as recent_accesses
from tillit_web.people.tokens import digest
from tillit_web.people.wordings import wording as wording

ROLE_MEANINGS: dict[Role, Promise] = {
    Role.OWNER: _("sees everything, and decides who gets in"),
    Role.ANALYST: _("sees every number and every journey, and imports files"),
    Role.SPECIALIST: _("meets customers"),
}


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """The company of this installation; before it is set up the name is empty and the rest are defaults."""

    name: str
    timezone: str
    language: str
    currency: str
    goal_activity: str
    lapse_days: int
    week_start: int
    is_simulated: bool
    measurement_mode: MeasurementMode
    country: str


def company() -> CompanyFacts:
    """The company, or the defaults while nobody has named it."""
    row = company_row()
    return CompanyFacts(
        name=row.name,
        timezone=row.timezone,
        language=row.language,
        currency=row.currency,
        goal_activity=row.goal_activity,
        lapse_days=row.lapse_days,
        week_start=row.week_start,
        is_simulated=row.is_simulated,
        measurement_mode=MeasurementMode(row.measurement_mode),
        country=row.country,
    )


def company_row() -> Company:
    """The company's row, or a new one that is not saved; for forms of this app."""
    return Company.objects.filter(id=1).first() or Company(id=1, name="")


def roles() -> tuple[tuple[str, Promise, Promise], ...]:
    """Each role with its name and what it means, for choosing one."""
    return tuple((role.value, dict(ROLE_NAMES)[role.value], ROLE_MEANINGS[role]) for role in Role)


def team() -> QuerySet[User]:
    """Everybody who has an account, active ones first; each with `has_second_step`."""
    second_step = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    return User.objects.annotate(has_second_step=Exists(second_step)).order_by("-is_active", "email")


def team_size() -> int:
    """How many people can sign in."""
    return User.objects.filter(is_active=True).count()


def has_owner() -> bool:
    """Whether somebody can let others in."""
    return User.objects.filter(role=Role.OWNER.value, is_active=True).exists()


def open_link(token: str, *kinds: OneTimeLink.Kind) -> OneTimeLink | None:
    """The link that this token opens now, or None if it was used, has expired, or never was."""
    link = OneTimeLink.objects.filter(token_digest=digest(token), kind__in=kinds).first()
    return link if link is not None and link.is_open(timezone.now()) else None
