"""The form that corrects a mapping: one choice a line, made from the file's columns; what it does not ask stays."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tillit.events.mapping import ALL_COLUMNS, FILE_ORDER, NAMED_FORMATS, Cell, ConsentRule, EventRule, Mapping, Time
from tillit.vocabulary import ACTIVITIES, ASKED_FOR, Channel, ContactChannel, IdentifierKind, Purpose
from tillit_web.people.words import CHANNELS, PURPOSES

KIND_LABELS = {
    IdentifierKind.EMAIL: gettext_lazy("E-mail"),
    IdentifierKind.PHONE: gettext_lazy("Phone"),
    IdentifierKind.LOYALTY: gettext_lazy("Loyalty number"),
    IdentifierKind.CUSTOMER: gettext_lazy("Customer number"),
    IdentifierKind.ORDER: gettext_lazy("Order number"),
    IdentifierKind.ANONYMOUS: gettext_lazy("Device or visitor"),
}
# Read by people as examples; what is chosen is the pattern.
TIME_FORMATS: tuple[tuple[str, str], ...] = (
    ("%Y-%m-%d %H:%M:%S", "2026-03-31 14:05:00"),
    ("%Y-%m-%d %H:%M", "2026-03-31 14:05"),
    ("%Y-%m-%d", "2026-03-31"),
    ("%d.%m.%Y %H:%M:%S", "31.03.2026 14:05:00"),
    ("%d.%m.%Y %H:%M", "31.03.2026 14:05"),
    ("%d.%m.%Y", "31.03.2026"),
    ("%d/%m/%Y %H:%M", "31/03/2026 14:05"),
    ("%d/%m/%Y", "31/03/2026"),
    ("%m/%d/%Y %H:%M", "03/31/2026 14:05"),
    ("%m/%d/%Y", "03/31/2026"),
    ("%y-%m-%d %H:%M", "26-03-31 14:05"),
    ("%y-%m-%d", "26-03-31"),
    ("%d-%m-%y", "31-03-26"),
    *((pattern, pattern) for pattern in NAMED_FORMATS),
)
CURRENCIES = ("SEK", "NOK", "DKK", "EUR", "USD", "GBP")
SEPARATOR = "\x1f"  # between the names of several columns in one choice; no column has it

AS_MAPPED = "="  # what a mapping reads from columns and the form cannot show
Choices = list[tuple[str, Any]]


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of the form that belong together, with a heading."""

    heading: str
    fields: tuple[forms.BoundField, ...]


class MappingForm(forms.Form):
    """Corrects a mapping, or makes a first one where none could be guessed.

    `mapping` says where it starts and keeps what the form does not ask; `values` are examples of what activity columns
    say, by column, so that they can be renamed.
    """

    def __init__(
        self,
        data: Dict[str, Any] | None,
        *,
        mapping: Mapping | None,
        columns: Sequence[str],
        values: Dict[str, Sequence[str]],
        zone: str,
        currency: str,
    ) -> None:
        super().__init__(data)
        self._mapping = mapping or _blank(columns, zone)
        self._columns = columns
        self._currency = currency
        self._add_whose()
        for place, rule in enumerate(self._mapping.events):
            self._add_event(place, rule, values)
        # One more than there are, so that an answer can be named where the mapping has none.
        for place, consent in enumerate((*self._mapping.consents, None)):
            self._add_consent(place, consent)
        self._add_file(zone)

    def groups(self) -> tuple[Group, ...]:
        """The lines as the page shows them: whose, each event, the whole file."""
        headings = [("who", _("Whose event it is"))]
        many = len(self._mapping.events) > 1
        for place in range(len(self._mapping.events)):
            heading = (
                _("Event %(number)s in each row") % {"number": place + 1} if many else _("What happened, and when")
            )
            headings.append((f"e{place}", heading))
        consents = range(len(self._mapping.consents) + 1)
        headings += [(f"c{place}", _("What customers said yes and no to")) for place in consents]
        headings.append(("file", _("The whole file")))
        return tuple(
            Group(heading, tuple(self[name] for name in self.fields if name.split("-")[0] == prefix))
            for prefix, heading in headings
        )

    def corrected(self) -> Mapping:
        """The mapping as the form says it; ask only when the form is valid."""
        said = self.cleaned_data
        currency = said["file-currency"]
        identifiers = {kind: _columns(said[f"who-{kind}"]) for kind in self._kinds() if said[f"who-{kind}"]}
        return replace(
            self._mapping,
            identifiers=identifiers,
            events=tuple(
                self._rule(place, rule) for place, rule in enumerate(self._mapping.events) if said[f"e{place}-time"]
            ),
            consents=tuple(
                self._consent(place, consent)
                for place, consent in enumerate((*self._mapping.consents, None))
                if said[f"c{place}-to"]
            ),
            timezone=said["file-timezone"] or None,
            decimal=said["file-decimal"] or None,
            currency=_cell(currency, currency.removeprefix("=")) if currency else None,
            sequence=said["file-sequence"] or None,
            event_id=_columns(said["file-event_id"]),
            gross=bool(said["file-vat"]),
            vat_rate=Decimal(said["file-vat"]) / 100 if said["file-vat"] else None,
            properties=(ALL_COLUMNS,) if said["file-rest"] else self._named_properties(),
        )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not any(said.get(f"who-{kind}") for kind in IdentifierKind):
            raise forms.ValidationError(
                _("Choose at least one column that says whose each row is: an e-mail, a phone or a customer number.")
            )
        events = [place for place in range(len(self._mapping.events)) if said.get(f"e{place}-time")]
        consents = [place for place in range(len(self._mapping.consents) + 1) if said.get(f"c{place}-to")]
        if not events and not consents:
            raise forms.ValidationError(_("Choose the column that says when it happened, or what customers answered."))
        for place in consents:
            for name in (f"c{place}-answer", f"c{place}-time"):
                if not said.get(name):
                    self.add_error(name, _("Choose the column that says it."))
        for place in events:
            if not said.get(f"e{place}-activity_column") and not said.get(f"e{place}-activity"):
                self.add_error(f"e{place}-activity", _("Say what happened, or choose the column that says it."))
        return said

    def _kinds(self) -> tuple[IdentifierKind, ...]:
        """Kinds in the mapping's order, then the others: the first that a row has is its subject."""
        return (*self._mapping.identifiers, *(kind for kind in IdentifierKind if kind not in self._mapping.identifiers))

    def _add_whose(self) -> None:
        for kind in self._kinds():
            self._column(
                f"who-{kind}", KIND_LABELS[kind], self._mapping.identifiers.get(kind, ()), none=_("not in this file")
            )

    def _add_event(self, place: int, rule: EventRule, values: Dict[str, Sequence[str]]) -> None:
        name = f"e{place}"
        self._column(f"{name}-time", _("Time"), rule.time.columns, none=_("the rows hold answers and no event"))
        formats: Choices = [("", _("as the column says it")), *TIME_FORMATS]
        self._select(f"{name}-format", _("Form of the time"), formats, rule.time.format or "")
        self._column(
            f"{name}-activity_column", _("What happened"), (rule.activity.column,), none=_("the same in every row:")
        )
        self._text(
            f"{name}-activity", _("What happened, in every row"), rule.activity.constant or "", known="activities"
        )
        if rule.activity.column is not None:
            said = dict.fromkeys((*rule.activity.rename, *values.get(rule.activity.column, ())))
            for number, value in enumerate(said):
                label = _("“%(value)s” means") % {"value": value}
                shown = rule.activity.rename.get(value, "")
                self._text(f"{name}-means-{number}", label, shown, known="activities")
                self.fields[f"{name}-means-{number}"].value = value  # type: ignore[attr-defined]
        channel = rule.channel or Cell(constant=self._mapping.constants.get("channel"))
        self._column(f"{name}-channel_column", _("Channel"), (channel.column,), none=_("the same in every row:"))
        self._text(f"{name}-channel", _("Channel of every row"), channel.constant or "", known="channels")
        self._column(f"{name}-amount", _("Amount"), (rule.amount,), none=_("no amount"))
        self._column(f"{name}-object", _("What it is about"), (rule.object,), none=_("nothing"))

    def _add_consent(self, place: int, rule: ConsentRule | None) -> None:
        name = f"c{place}"
        chosen = "" if rule is None else _choice_of(rule)
        choices: Choices = [("", _("this file has no answers")), *_asked_about()]
        if chosen == AS_MAPPED:
            choices.append((AS_MAPPED, _("as the mapping says")))
        self._select(f"{name}-to", _("Answers to"), choices, chosen)
        answers: Choices = [("=yes", _("everybody said yes")), ("=no", _("everybody said no"))]
        answer = Cell() if rule is None else rule.answer
        given = f"={answer.constant}" if answer.constant else answer.column or ""
        self._select(f"{name}-answer", _("Yes or no"), [("", _("not chosen")), *answers, *self._plain()], given)
        time = () if rule is None else rule.time.columns
        self._column(f"{name}-time", _("Answered at"), time, none=_("not chosen"))
        formats: Choices = [("", _("as the column says it")), *TIME_FORMATS]
        self._select(f"{name}-format", _("Form of the time"), formats, "" if rule is None else rule.time.format or "")
        wording, where = (None, None) if rule is None else (rule.wording, rule.where)
        self._column(
            f"{name}-wording", _("Version of the words"), (wording.column if wording else None,), none=_("not kept")
        )
        self._column(f"{name}-where", _("Where it was said"), (where.column if where else None,), none=_("not kept"))

    def _consent(self, place: int, rule: ConsentRule | None) -> ConsentRule:
        said, name = self.cleaned_data, f"c{place}"
        answer, time = said[f"{name}-answer"], Time(_columns(said[f"{name}-time"]), said[f"{name}-format"] or None)
        old = rule or ConsentRule(Cell(), Cell(), time)
        purpose, _dot, channel = said[f"{name}-to"].partition(".")
        words, where = said[f"{name}-wording"], said[f"{name}-where"]
        is_mapped = said[f"{name}-to"] == AS_MAPPED
        # What the form does not show of a cell, its renames and constants, stays while its column does.
        kept = old.answer.rename if old.answer.column == answer else {}
        return replace(
            old,
            purpose=old.purpose if is_mapped else Cell(constant=purpose),
            channel=old.channel if is_mapped else Cell(constant=channel) if channel else None,
            answer=Cell(constant=answer[1:]) if answer.startswith("=") else Cell(column=answer, rename=kept),
            time=time,
            wording=_cell_or_old(words, old.wording),
            where=_cell_or_old(where, old.where),
        )

    def _add_file(self, zone: str) -> None:
        mapping = self._mapping
        zones: Choices = [
            (name, name.replace("_", " "))
            for name in dict.fromkeys([zone, mapping.timezone or zone, "UTC", *sorted(_european_zones())])
        ]
        self._select("file-timezone", _("Time zone of times without one"), zones, mapping.timezone or zone)
        decimals: Choices = [("", _("as the column says it")), (",", "12,50"), (".", "12.50")]
        self._select("file-decimal", _("Decimal sign"), decimals, mapping.decimal or "")
        currency = mapping.currency or Cell()
        constants = dict.fromkeys([self._currency, *CURRENCIES, *([currency.constant] if currency.constant else [])])
        chosen = f"={currency.constant}" if currency.constant else currency.column or ""
        currencies: Choices = [("", _("no amounts")), *((f"={code}", code) for code in constants), *self._plain()]
        self._select("file-currency", _("Currency"), currencies, chosen)
        rate = "" if mapping.vat_rate is None else f"{mapping.vat_rate * 100:f}".rstrip("0").rstrip(".")
        rates: Choices = [("", _("without VAT"))]
        rates += [(percent, _("with %(percent)s %% VAT") % {"percent": percent}) for percent in _rates(rate)]
        self._select("file-vat", _("Amounts are"), rates, rate)
        order: Choices = [("", _("does not matter")), (FILE_ORDER, _("as the rows stand")), *self._plain()]
        self._select("file-sequence", _("Order of equal times"), order, mapping.sequence or "")
        self._column("file-event_id", _("What tells events apart"), mapping.event_id, none=_("the whole row"))
        self.fields["file-rest"] = forms.BooleanField(
            label=_("Keep the other columns with each event"), required=False, initial=ALL_COLUMNS in mapping.properties
        )

    def _rule(self, place: int, rule: EventRule) -> EventRule:
        said, name = self.cleaned_data, f"e{place}"
        time = _columns(said[f"{name}-time"])
        column = said[f"{name}-activity_column"]
        renames = {
            self.fields[field].value: said[field]  # type: ignore[attr-defined]
            for field in self.fields
            if field.startswith(f"{name}-means-") and said.get(field)
        }
        same = column == rule.activity.column
        activity = (
            Cell(column=column, rename=renames if same else {}) if column else Cell(constant=said[f"{name}-activity"])
        )
        channel, constant = said[f"{name}-channel_column"], said[f"{name}-channel"]
        kept = rule.channel.rename if rule.channel is not None and rule.channel.column == channel else {}
        return replace(
            rule,
            time=Time(time, said[f"{name}-format"] or None),
            activity=activity,
            channel=Cell(column=channel, rename=kept) if channel else Cell(constant=constant) if constant else None,
            amount=said[f"{name}-amount"] or None,
            object=said[f"{name}-object"] or None,
        )

    def _named_properties(self) -> tuple[str, ...]:
        return tuple(column for column in self._mapping.properties if column != ALL_COLUMNS)

    def _plain(self) -> Choices:
        return [(column, column) for column in self._columns]

    def _column(self, name: str, label: Any, chosen: Sequence[str | None], *, none: str) -> None:
        """A choice of a column; several columns that stand for one keep their place in it."""
        initial = SEPARATOR.join(column for column in chosen if column)
        choices: Choices = [("", none)] if none else []
        if SEPARATOR in initial:
            choices.append((initial, ", ".join(column for column in chosen if column)))
        self._select(name, label, [*choices, *self._plain()], initial, required=not none)

    def _select(self, name: str, label: Any, choices: Choices, initial: str, *, required: bool = False) -> None:
        if initial not in {value for value, _label in choices}:
            choices = [*choices, (initial, initial)]
        self.fields[name] = forms.ChoiceField(label=label, choices=choices, initial=initial, required=required)

    def _text(self, name: str, label: Any, initial: str, *, known: str) -> None:
        field = forms.CharField(label=label, initial=initial, required=False, max_length=120)
        field.widget.attrs.update({"list": known, "autocomplete": "off"})
        self.fields[name] = field


def _asked_about() -> Choices:
    """What customers can be asked about, marketing by each way of contact."""
    return [
        (
            f"{purpose}.{channel}" if channel else purpose.value,
            f"{PURPOSES[purpose]} {CHANNELS[channel] if channel else ''}",
        )
        for purpose in ASKED_FOR
        for channel in (tuple(ContactChannel) if purpose is Purpose.MARKETING else (None,))
    ]


def _choice_of(rule: ConsentRule) -> str:
    purpose, channel = rule.purpose.constant, rule.channel
    if purpose is None or (channel is not None and channel.constant is None):
        return AS_MAPPED
    return f"{purpose}.{channel.constant}" if channel is not None and purpose == Purpose.MARKETING else purpose


def _cell_or_old(column: str, old: Cell | None) -> Cell | None:
    if column:
        return Cell(column=column)
    return old if old is not None and old.column is None else None


def known_words() -> dict[str, tuple[str, ...]]:
    """Words that the form offers: activities and channels we know. Others are welcome."""
    return {
        "activities": tuple(sorted(activity.name for activity in ACTIVITIES)),
        "channels": tuple(sorted(Channel)),
    }


def _blank(columns: Sequence[str], zone: str) -> Mapping:
    """Where a form starts when nothing was understood: the first column as the time, for want of a better one."""
    rule = EventRule(activity=Cell(constant="order_completed"), time=Time((columns[0],)))
    return Mapping(events=(rule,), identifiers={}, timezone=zone, sequence=FILE_ORDER)


def _columns(choice: str) -> tuple[str, ...]:
    return tuple(choice.split(SEPARATOR)) if choice else ()


def _cell(choice: str, constant: str) -> Cell:
    return Cell(constant=constant) if choice.startswith("=") else Cell(column=choice)


def _european_zones() -> list[str]:
    return [name for name in available_timezones() if name.startswith("Europe/")]


def _rates(chosen: str) -> list[str]:
    return list(dict.fromkeys([*([chosen] if chosen else []), "25", "15", "12", "6"]))
