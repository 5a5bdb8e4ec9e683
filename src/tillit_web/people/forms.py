"""Forms of people."""

from __future__ import annotations

import codecs
import re
import zoneinfo
from typing import Any

from babel.numbers import list_currencies
from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tillit.vocabulary import MeasurementMode, Purpose, Role
from tillit_web.languages import LANGUAGES
from tillit_web.people.consents import ASKED_FOR
from tillit_web.people.country_rules import country_names
from tillit_web.people.models import ROLE_NAMES, Block, Company, User
from tillit_web.people.wordings import Wording
from tillit_web.people.words import PURPOSES

MOST_BYTES = 20_000_000  # of a list of numbers: about a million
LEAST_DIGITS = 6  # of a number; what has fewer is another column
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


class CompanyForm(forms.ModelForm[Company]):
    """The company as its owner may change it."""

    timezone = forms.ChoiceField(
        label=_("Time zone"), choices=zone_choices, help_text=_("Days and weeks are counted by this clock.")
    )
    week_start = forms.TypedChoiceField(
        label=_("A week starts on"), coerce=int, choices=((1, _("Monday")), (6, _("Saturday")), (7, _("Sunday")))
    )
    lapse_days = forms.IntegerField(
        label=_("A journey ends after this many quiet days"),
        min_value=1,
        max_value=3650,
        help_text=_("Someone who is silent for longer and then comes back starts a new journey."),
    )
    goal_activity = forms.CharField(
        label=_("What a journey leads to"),
        max_length=120,
        help_text=_("The name of the event that you hope for, as in your files: order_completed, call_held, …"),
    )

    class Meta:
        model = Company
        fields = ("name", "timezone", "week_start", "currency", "goal_activity", "lapse_days")

    def clean_currency(self) -> str:
        """An ISO 4217 code in capitals."""
        code = str(self.cleaned_data["currency"]).strip().upper()
        if code not in list_currencies():
            raise ValidationError(_("There is no currency with this code. Write three letters: SEK, NOK, EUR, …"))
        return code


class LanguageForm(forms.Form):
    """Choose a language."""

    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)


class CalledForm(forms.Form):
    """Choose what customers may call oneself."""

    called = forms.CharField(
        label=_("What customers may call you"),
        help_text=_(
            "They read it where you answer, from your next answer on. Empty is “one of us”. Only you change it."
        ),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class RoleForm(forms.Form):
    """Choose what somebody may see."""

    role = forms.ChoiceField(label=_("Role"), choices=ROLE_NAMES, initial=Role.SPECIALIST.value)

    def role_chosen(self) -> Role:
        """The valid form's role."""
        data: dict[str, Any] = self.cleaned_data
        return Role(data["role"])


class PrivacyForm(forms.Form):
    """Choose how far we measure, and whose rules to show."""

    mode = forms.ChoiceField(choices=[(mode.value, mode.value) for mode in MeasurementMode])
    country = forms.ChoiceField(choices=[(code, code) for code in country_names()])


class WordingForm(forms.Form):
    """Other words for one purpose in one language."""

    purpose = forms.ChoiceField(
        label=_("Purpose"), choices=[(purpose.value, PURPOSES[purpose]) for purpose in ASKED_FOR]
    )
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    text = forms.CharField(
        label=_("What we ask"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Say what is done, in words that a child of twelve understands."),
    )

    def chosen(self) -> Wording:
        """The valid form's words; they have no version yet."""
        data: dict[str, Any] = self.cleaned_data
        return Wording(Purpose(data["purpose"]), data["language"], "", data["text"])


class BlockForm(forms.Form):
    """Numbers and addresses that are not contacted, one a line."""

    source = forms.ChoiceField(choices=Block.Source.choices)
    lines = forms.CharField(max_length=2_000_000, widget=forms.Textarea, required=False)
    list = forms.FileField(required=False)

    def clean_list(self) -> tuple[str, ...]:
        """The cells of the file that may be a number or an address, whatever separates them."""
        file = self.cleaned_data["list"]
        if file is None:
            return ()
        if file.size > MOST_BYTES:
            raise ValidationError(_("The file is larger than 20 MB. Divide it."))
        told = file.read()
        codec = "utf-16" if told.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
        # Numbers and addresses read the same in every other encoding; a name that does not is thrown away anyway.
        cells = re.split(r"[\r\n;,\t]+", told.decode(codec, "replace"))
        return tuple(
            cell.strip(" \"'") for cell in cells if "@" in cell or len(re.findall(r"\d", cell)) >= LEAST_DIGITS
        )

    def told(self) -> tuple[str, ...]:
        """The valid form's numbers and addresses, typed and from the file."""
        return (*self.cleaned_data["lines"].splitlines(), *self.cleaned_data["list"])
