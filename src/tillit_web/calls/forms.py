"""Forms of calls."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tillit.events.currencies import exponent
from tillit_web.calls.actions import Noted
from tillit_web.calls.models import Call
from tillit_web.desk.models import Message
from tillit_web.people.queries import company

_LINES = {"rows": 4}
_MOMENT = {"type": "datetime-local"}
_DAY = {"type": "date"}
LONGEST_SHOWN = 200
FORMAT = "%Y-%m-%dT%H:%M"


def _moment(label: Any, **more: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs=_MOMENT, format=FORMAT)
    return forms.DateTimeField(label=label, widget=widget, input_formats=[FORMAT, "%Y-%m-%dT%H:%M:%S"], **more)


class NoteForm(forms.Form):
    """A call, as one of us writes it down."""

    direction = forms.ChoiceField(
        label=gettext_lazy("Who called"), choices=Call.Direction.choices, widget=forms.RadioSelect, initial="in"
    )
    phone = forms.CharField(label=gettext_lazy("Phone number"), max_length=40, required=False)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120, required=False)
    started_at = _moment(gettext_lazy("When"))
    is_answered = forms.BooleanField(label=gettext_lazy("It was answered"), required=False, initial=True)
    said = forms.CharField(
        label=gettext_lazy("What was asked, and what was answered"),
        max_length=4000,
        widget=forms.Textarea(attrs=_LINES),
    )
    promised = forms.CharField(label=gettext_lazy("What was promised"), max_length=300, required=False)
    promised_at = _moment(gettext_lazy("When we call about it"), required=False)
    offered = forms.CharField(
        label=gettext_lazy("What was sold"),
        max_length=1000,
        required=False,
        help_text=gettext_lazy("It stays an offer until the customer has accepted it in writing."),
    )
    price = forms.DecimalField(
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=2,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    is_settled = forms.BooleanField(label=gettext_lazy("Nothing is left to do"), required=False)
    relation = forms.CharField(
        label=gettext_lazy("What the relation is"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("A documented relation, such as a contract. Without one the call counts as cold."),
    )
    relation_on = forms.DateField(
        label=gettext_lazy("Since, or documented on"), required=False, widget=forms.DateInput(attrs=_DAY)
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["price"].label = _("Its price, in %(currency)s") % {"currency": company().currency}

    def clean(self) -> dict[str, Any]:
        """Somebody was called, no call lies ahead, and a price is of something."""
        found: dict[str, Any] = super().clean() or {}
        if found.get("direction") == Call.Direction.OUT and not found.get("phone"):
            self.add_error("phone", _("Write the number that was called."))
        if found.get("started_at") and found["started_at"] > timezone.now():
            self.add_error("started_at", _("This lies ahead."))
        if found.get("price") is not None and not found.get("offered"):
            self.add_error("offered", _("Write what was sold at this price."))
        return found

    @property
    def noted(self) -> Noted:
        """As it is kept."""
        told = dict(self.cleaned_data)
        price = told.pop("price")
        return Noted(**told, price_minor=None if price is None else round(price * 10 ** exponent(company().currency)))


class TaskForm(forms.Form):
    """A call to make about a documented relation."""

    phone = forms.CharField(label=gettext_lazy("Phone number"), max_length=40)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120, required=False)
    about = forms.CharField(label=gettext_lazy("What it is about"), max_length=300)
    due_at = _moment(gettext_lazy("When"))
    relation = forms.CharField(
        label=gettext_lazy("What the relation is"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("A contract, an order that is not delivered, a complaint: what a reader could look up."),
    )
    relation_on = forms.DateField(
        label=gettext_lazy("Since, or documented on"), required=False, widget=forms.DateInput(attrs=_DAY)
    )


class _MessageField(forms.ModelChoiceField[Message]):
    """One of some messages, by its words."""

    def label_from_instance(self, message: Message) -> str:
        return Truncator(message.text).chars(LONGEST_SHOWN)


class RequestForm(forms.Form):
    """A call that a customer asked for in a conversation."""

    message = _MessageField(
        label=gettext_lazy("Where they asked for it"), queryset=Message.objects.none(), widget=forms.RadioSelect
    )
    phone = forms.CharField(label=gettext_lazy("Phone number"), max_length=40)
    about = forms.CharField(label=gettext_lazy("What it is about"), max_length=300)
    due_at = _moment(gettext_lazy("When"))


class AcceptForm(forms.Form):
    """The customer's yes, under their name."""

    name = forms.CharField(label=gettext_lazy("Your name"), max_length=120)
