"""Forms of bookings."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from tillit_web.booking.clocks import zones
from tillit_web.booking.models import Booking, BusyCalendar, Host, Kind, Room


class HostForm(forms.ModelForm[Host]):
    """A colleague who can be met."""

    class Meta:
        model = Host
        fields: ClassVar = ["name", "email", "hours", "is_active"]


class RoomForm(forms.ModelForm[Room]):
    """Somewhere to meet."""

    class Meta:
        model = Room
        fields: ClassVar = ["name", "hours", "is_active"]


class CalendarForm(forms.ModelForm[BusyCalendar]):
    """A calendar that says when a host is busy; it is read once before it is kept."""

    address = forms.CharField(
        label=_("Its address"),
        max_length=1000,
        help_text=_(
            "Outlook: Settings, Calendar, Shared calendars, Publish, ICS. Google: Settings of the calendar, Secret "
            "address in iCal format. CalDAV: the address of the calendar, or of the server."
        ),
    )
    user = forms.CharField(label=_("User name"), max_length=200, required=False, help_text=_("For CalDAV alone."))
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("For CalDAV alone; one for this program alone where the server makes such. It is kept encrypted."),
    )

    class Meta:
        model = BusyCalendar
        fields: ClassVar = ["host", "source", "address", "user", "password", "fresh_hours"]
        labels: ClassVar = {"host": _("Whose it is")}

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        hosts = list(Host.objects.all()[:2])
        if len(hosts) == 1:
            self.initial.setdefault("host", hosts[0].pk)


class FreshnessForm(forms.ModelForm[BusyCalendar]):
    """How long a calendar may be silent, and whether it is told of bookings."""

    class Meta:
        model = BusyCalendar
        fields: ClassVar = ["fresh_hours", "writes"]

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if self.instance.source != BusyCalendar.Source.CALDAV:
            del self.fields["writes"]


class KindForm(forms.ModelForm[Kind]):
    """What can be booked."""

    class Meta:
        model = Kind
        fields: ClassVar = [
            *(
                "language",
                "name",
                "where",
                "minutes",
                "hosts",
                "rooms",
                "places",
                "before",
                "after",
                "every",
                "notice_hours",
                "ahead_days",
                "skill",
            ),
            "is_open",
        ]
        widgets: ClassVar = {"hosts": forms.CheckboxSelectMultiple, "rooms": forms.CheckboxSelectMultiple}


def _own_clock() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Your own clock"),
        choices=lambda: [("", _("The same as ours")), *zones()],
        required=False,
        help_text=_("Mails then say the time on both clocks."),
    )


class ClockForm(forms.Form):
    """On which clock a customer is told the times of their booking."""

    zone = _own_clock()


class DetailsForm(forms.ModelForm[Booking]):
    """Who the customer is; one way to reach them is enough."""

    zone = _own_clock()
    reading = forms.BooleanField(
        label=_("Let our staff see what I have read here"),
        required=False,
        widget=forms.CheckboxInput(attrs={"aria-describedby": "id_reading_helptext"}),
    )

    class Meta:
        model = Booking
        fields: ClassVar = ["name", "email", "phone", "zone", "wishes"]
        widgets: ClassVar = {"wishes": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["name"].required = True
        self.fields["email"].required = True
