"""Forms of bookings."""

from __future__ import annotations

from typing import ClassVar

from django import forms

from tillit_web.booking.models import Booking, Host, Kind


class HostForm(forms.ModelForm[Host]):
    """A colleague who can be met."""

    class Meta:
        model = Host
        fields: ClassVar = ["name", "email", "hours", "is_active"]


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
                "before",
                "after",
                "every",
                "notice_hours",
                "ahead_days",
            ),
            "is_open",
        ]
        widgets: ClassVar = {"hosts": forms.CheckboxSelectMultiple}


class DetailsForm(forms.ModelForm[Booking]):
    """Who the customer is; one way to reach them is enough."""

    class Meta:
        model = Booking
        fields: ClassVar = ["name", "email", "phone", "wishes"]
        widgets: ClassVar = {"wishes": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["name"].required = True
        self.fields["email"].required = True
