"""Forms of answers."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.forms import inlineformset_factory
from django.utils.translation import gettext_lazy as _

from tillit_web.answers.models import AnswerRules, Comparison, ComparisonPoint, Expert, LibraryAnswer


class ExpertForm(forms.ModelForm[Expert]):
    """A colleague who answers."""

    class Meta:
        model = Expert
        fields: ClassVar = ["name", "title", "about"]
        widgets: ClassVar = {"about": forms.Textarea(attrs={"rows": 3})}


class AnswerForm(forms.ModelForm[LibraryAnswer]):
    """An answer."""

    class Meta:
        model = LibraryAnswer
        fields: ClassVar = ["language", "question", "variants", "text", "evidence", "expert", "review_days"]
        widgets: ClassVar = {
            "variants": forms.Textarea(attrs={"rows": 4}),
            "text": forms.Textarea(attrs={"rows": 10}),
            "evidence": forms.Textarea(attrs={"rows": 2}),
        }


class ComparisonForm(forms.ModelForm[Comparison]):
    """What is compared, and with whom."""

    class Meta:
        model = Comparison
        fields: ClassVar = ["language", "title", "them", "expert", "holds_days"]


class PointForm(forms.ModelForm[ComparisonPoint]):
    """One point of a comparison."""

    class Meta:
        model = ComparisonPoint
        fields: ClassVar = ["text", "better", "source", "seen_on"]
        widgets: ClassVar = {"seen_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}


PointForms = inlineformset_factory(Comparison, ComparisonPoint, form=PointForm, extra=3, can_delete=True)


class RulesForm(forms.ModelForm[AnswerRules]):
    """What the company chose."""

    limit = forms.IntegerField(
        label=_("Of 100 answers the machine gives, how many should be right?"), min_value=50, max_value=99
    )

    class Meta:
        model = AnswerRules
        fields: ClassVar = ["limit", "reach", "synonyms"]
        widgets: ClassVar = {"synonyms": forms.Textarea(attrs={"rows": 5})}
        labels: ClassVar = {
            "reach": _("How customers reach one of you"),
            "synonyms": _("Words that mean the same"),
        }
        help_texts: ClassVar = {
            "reach": _(
                "Shown wherever the machine answers or falls silent: a phone number and hours, an address, a shop"
            ),
            "synonyms": _("One group a line, parted by commas: bike, bicycle, cycle"),
        }

    def clean(self) -> dict[str, Any]:
        """The row is always the same one."""
        self.instance.pk = 1
        return super().clean() or self.cleaned_data
