"""Forms of the desk."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from tillit.desk.handoff import Agreed


class AgreedForm(forms.Form):
    """One thing agreed with the customer, which the machine is to remember."""

    text = forms.CharField(label=_("Agreed with the customer"), max_length=500, required=False)
    until = forms.DateField(
        label=_("Holds until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def agreed(self) -> list[Agreed]:
        """What was agreed: one thing, or none."""
        text = self.cleaned_data["text"]
        return [Agreed(text, self.cleaned_data["until"])] if text else []
