"""Forms of people."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tillit.vocabulary import Role
from tillit_web.languages import LANGUAGES
from tillit_web.people.models import ROLE_NAMES, User

# Zones of the readers we speak to come first; the rest of the world follows.
NEAR_ZONES = (
    "Europe/Stockholm",
    "Europe/Oslo",
    "Europe/Copenhagen",
    "Europe/Helsinki",
    "Europe/Berlin",
    "Europe/Amsterdam",
    "Europe/London",
)


def zone_choices() -> list[tuple[str, str]]:
    """Every time zone, near ones first."""
    others = sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone and zone not in NEAR_ZONES)
    return [(zone, zone.replace("_", " ")) for zone in (*NEAR_ZONES, *others)]


class PasswordForm(forms.Form):
    """Choose a password. One field: a typing mistake is seen by showing it, not by typing it twice."""

    password = forms.CharField(
        label=_("Password"),
        help_text=_("At least 12 characters. A few words that only you would put together are best."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
    )

    def clean_password(self) -> str:
        """The password, if it is strong enough."""
        password = str(self.cleaned_data["password"])
        password_validation.validate_password(password)
        return password


class JoinForm(PasswordForm):
    """Join the team by a one-time link."""

    email = forms.EmailField(
        label=_("E-mail"),
        help_text=_("You sign in with it. We send nothing to it."),
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )

    field_order: tuple[str, ...] | None = ("email", "password")

    def clean_email(self) -> str:
        """The address in lower case, if nobody has it."""
        email = str(self.cleaned_data["email"]).strip().lower()
        if User.objects.filter(email=email).exists():
            raise ValidationError(_("Somebody on the team already signs in with this address."))
        return email


class FoundingForm(JoinForm):
    """Make the owner's account and name the company."""

    company_name = forms.CharField(
        label=_("Company"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=zone_choices,
        initial="Europe/Stockholm",
        help_text=_("Days and weeks are counted by this clock."),
    )

    field_order = ("company_name", "email", "password", "zone")


class LanguageForm(forms.Form):
    """Choose a language."""

    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)


class RoleForm(forms.Form):
    """Choose what somebody may see."""

    role = forms.ChoiceField(label=_("Role"), choices=ROLE_NAMES, initial=Role.SPECIALIST.value)

    def role_chosen(self) -> Role:
        """The valid form's role."""
        data: dict[str, Any] = self.cleaned_data
        return Role(data["role"])
